"""The message tools of BFCL: the users of a workspace and what is sent to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self, TypedDict

from fc_gym.bfcl.draws import Draws
from fc_gym.bfcl.keys import ContactName, UserId

__all__ = [
    "AddedContact",
    "DeletedMessage",
    "Denied",
    "FoundMessage",
    "FoundUser",
    "MessageAPI",
    "SearchResults",
    "SentMessages",
    "UserList",
]

_SEED = 200191
_NOBODY = "No user is currently logged in."
_LOADED = frozenset({"generated_ids", "user_count", "user_map", "inbox", "message_count", "current_user"})


class Denied(TypedDict):
    """Why a tool did nothing."""

    error: str


class UserList(TypedDict):
    """Everybody in the workspace."""

    user_list: list[ContactName]


class FoundUser(TypedDict):
    """The id of a user."""

    user_id: UserId


class AddedContact(TypedDict):
    """A new user with an id."""

    added_status: bool
    user_id: UserId
    message: str


class DeletedMessage(TypedDict):
    """To whom a message no longer goes."""

    deleted_status: bool
    receiver_id: UserId
    message: str


class SentMessages(TypedDict):
    """Messages by receiver."""

    messages: dict[UserId, list[str]]


class FoundMessage(TypedDict):
    """One message and who gets it."""

    receiver_id: UserId
    message: str


class SearchResults(TypedDict):
    """Messages that contain a word."""

    results: list[FoundMessage]


def _default_users() -> dict[ContactName, UserId]:
    names = ("Alice", "Bob", "Catherine", "Daniel")
    return {ContactName(name): UserId(f"USR00{place}") for place, name in enumerate(names, 1)}


def _default_inbox() -> list[dict[UserId, Any]]:
    return [
        {UserId("USR002"): "My name is Alice. I want to connect."},
        {UserId("USR003"): "Could you upload the file?"},
        {UserId("USR004"): "Could you upload the file?"},
    ]


@dataclass
class MessageAPI:
    """The messages in a workspace; every message of the inbox counts as one of whoever is logged in."""

    generated_ids: set[int] = field(default_factory=set)
    """Ids of the messages sent in this task."""
    user_count: int = 4
    """Number that the id of the latest user ends in."""
    user_map: dict[ContactName, UserId] = field(default_factory=_default_users)
    inbox: list[dict[UserId, Any]] = field(default_factory=_default_inbox)
    """One entry per message, oldest first: receiver to text."""
    message_count: int = 3
    """Messages ever sent; deleting one does not lower it."""
    current_user: UserId | None = None
    _random: Draws = field(default_factory=lambda: Draws(_SEED), repr=False, compare=False)

    @classmethod
    def load(cls, config: Mapping[str, Any], *, long_context: bool = False) -> Self:
        """Make the start state of a task.

        Args:
            config: Field to value, and `random_seed`; its lists and dicts become the workspace's own.
            long_context: Changes nothing here.

        Returns:
            The workspace; what the config leaves out has its default.
        """
        given = {name: value for name, value in config.items() if name in _LOADED}
        return cls(**given, _random=Draws.configured(config, _SEED))

    def list_users(self) -> UserList:
        """List the names of everybody in the workspace.

        Returns:
            The names under `user_list`.
        """
        return {"user_list": list(self.user_map.keys())}

    def get_user_id(self, user: ContactName) -> FoundUser | Denied:
        """Look up the id of a user.

        Args:
            user: Name of the user.

        Returns:
            `user_id`, or an error.
        """
        if user not in self.user_map:
            return {"error": f"User '{user}' not found in the workspace."}
        return {"user_id": self.user_map[user]}

    def message_login(self, user_id: UserId) -> dict[str, Any]:
        """Log in as a user, whoever was logged in before.

        Args:
            user_id: Id of the user.

        Returns:
            `login_status` and a `message`; an id that does not exist is no error, but false.
        """
        if user_id not in self.user_map.values():
            return {"login_status": False, "message": f"User ID '{user_id}' not found."}
        self.current_user = user_id
        return {"login_status": True, "message": f"User '{user_id}' logged in successfully."}

    def message_get_login_status(self) -> dict[str, bool]:
        """Tell whether somebody is logged in.

        Returns:
            `login_status`, true or false.
        """
        return {"login_status": bool(self.current_user)}

    def send_message(self, receiver_id: UserId, message: str) -> dict[str, Any]:
        """Send a message to a user.

        Args:
            receiver_id: Id of the user who gets it.
            message: What it says.

        Returns:
            `sent_status`, `message_id` (with the number under `new_id`) and a `message`, or an error.
        """
        if not self.current_user:
            return {"error": _NOBODY}
        if receiver_id not in self.user_map.values():
            return {"error": f"Receiver ID '{receiver_id}' not found."}
        number = self._number()
        self.inbox.append({receiver_id: message})
        self.message_count += 1
        return {
            "sent_status": True,
            "message_id": {"new_id": number},
            "message": f"Message sent to '{receiver_id}' successfully.",
        }

    def delete_message(self, receiver_id: UserId) -> DeletedMessage | Denied:
        """Delete the latest message to a user; of messages to this user that say the same, the oldest goes.

        Args:
            receiver_id: Id of the user who got it.

        Returns:
            `deleted_status`, `receiver_id` and a `message`, or an error.
        """
        if not self.current_user:
            return {"error": _NOBODY}
        for entry in self.inbox[::-1]:
            receiver, _ = _read(entry)
            if receiver == receiver_id:
                self.inbox.remove(entry)
                told = f"Receiver {receiver_id}'s latest message deleted successfully."
                return {"deleted_status": True, "receiver_id": receiver_id, "message": told}
        return {"error": f"Receiver ID {receiver_id} not found."}

    def view_messages_sent(self) -> SentMessages | Denied:
        """Show all messages by receiver, oldest first.

        Returns:
            Receiver to texts under `messages`, or an error.
        """
        if not self.current_user:
            return {"error": _NOBODY}
        messages: dict[UserId, list[str]] = {}
        for entry in self.inbox:
            receiver, text = _read(entry)
            messages.setdefault(receiver, []).append(text)
        return {"messages": messages}

    def add_contact(self, user_name: ContactName) -> AddedContact | Denied:
        """Add a user to the workspace, under the next free number; no login is needed.

        Args:
            user_name: Name of the new user.

        Returns:
            `added_status`, `user_id` and a `message`, or an error; a number that is taken is passed over all the same.
        """
        if user_name in self.user_map:
            return {"error": f"User name '{user_name}' already exists."}
        self.user_count += 1
        user_id = UserId(f"USR{str(self.user_count).zfill(3)}")
        if user_id in self.user_map.values():
            return {"error": f"User ID '{user_id}' already exists."}
        self.user_map[user_name] = user_id
        return {"added_status": True, "user_id": user_id, "message": f"Contact '{user_name}' added successfully."}

    def search_messages(self, keyword: str) -> SearchResults | Denied:
        """Find the messages that contain a text, in upper or lower case.

        Args:
            keyword: Text to look for.

        Returns:
            Receiver and message of each under `results`, or an error.
        """
        if not self.current_user:
            return {"error": _NOBODY}
        sought = keyword.lower()
        read = [_read(entry) for entry in self.inbox]
        found: list[FoundMessage] = [
            {"receiver_id": receiver, "message": text} for receiver, text in read if sought in text.lower()
        ]
        return {"results": found}

    def get_message_stats(self) -> dict[str, Any]:
        """Count the messages and those who got them.

        Returns:
            `received_count` and `total_contacts` under `stats`, or an error.
        """
        if not self.current_user:
            return {"error": _NOBODY}
        receivers = {_read(entry)[0] for entry in self.inbox}
        return {"stats": {"received_count": len(self.inbox), "total_contacts": len(receivers)}}

    def _number(self) -> int:
        number = self._random.randint(10_000, 99_999)
        while number in self.generated_ids:
            number = self._random.randint(10_000, 99_999)
        self.generated_ids.add(number)
        return number


def _read(entry: Mapping[UserId, Any]) -> tuple[UserId, Any]:
    return list(entry.items())[0]  # noqa: RUF015  an entry without a receiver is an IndexError
