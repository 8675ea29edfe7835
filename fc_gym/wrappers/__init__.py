"""Wrappers that change what an action or an observation is."""

from __future__ import annotations

from fc_gym.wrappers.discrete_calls import DiscreteCalls
from fc_gym.wrappers.messages_observation import Messages, MessagesObservation
from fc_gym.wrappers.text_actions import TextActions

__all__ = ["DiscreteCalls", "Messages", "MessagesObservation", "TextActions"]
