"""Shortest legal plans: how few calls it takes to have a tool accepted, knowing only what a user could say."""

from fc_gym.plans.bounds import BUDGET, STARTS, bound, bounds
from fc_gym.plans.keeping import keep_plans, kept_plans, plans_path
from fc_gym.plans.plan import Plan, Span, played, spans

__all__ = [
    "BUDGET", "STARTS", "Plan", "Span", "bound", "bounds", "keep_plans", "kept_plans", "plans_path", "played",
    "spans",
]  # fmt: skip
