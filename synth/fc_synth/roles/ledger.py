"""The ledger: what each role asked of its model, what it cost, and what was turned down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from fc_agents.models.request import Completion

from fc_gym.types import JsonValue

__all__ = ["Account", "Ledger", "Price"]


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in any currency, per million tokens."""

    prompt: float = 0.0
    completion: float = 0.0


@dataclass
class Account:
    """What one role came to."""

    requests: int = 0
    prompt: int = 0
    """Tokens asked."""
    completion: int = 0
    """Tokens written."""
    accepted: int = 0
    """Texts that passed every check."""
    refused: Counter[str] = field(default_factory=Counter)
    """Texts that did not, by reason."""

    def merge(self, other: Account) -> None:
        """Take in another account."""
        self.requests += other.requests
        self.prompt += other.prompt
        self.completion += other.completion
        self.accepted += other.accepted
        self.refused.update(other.refused)

    def cost(self, price: Price) -> float:
        """Return what the tokens cost."""
        return (self.prompt * price.prompt + self.completion * price.completion) / 1e6

    def json(self) -> dict[str, JsonValue]:
        """Return the account as plain JSON values."""
        return {**vars(self), "refused": dict(sorted(self.refused.items()))}


@dataclass
class Ledger:
    """The accounts of all roles; one per dialogue, so that its figures depend on nothing else."""

    accounts: dict[str, Account] = field(default_factory=dict)

    def asked(self, role: str, completion: Completion) -> None:
        """Note one request."""
        account = self._of(role)
        account.requests += 1
        account.prompt += completion.usage.prompt
        account.completion += completion.usage.completion

    def accepted(self, role: str) -> None:
        """Note a text that was taken."""
        self._of(role).accepted += 1

    def refused(self, role: str, reason: str) -> None:
        """Note a text that was turned down."""
        self._of(role).refused[reason] += 1

    def merge(self, other: Ledger) -> None:
        """Take in another ledger."""
        for role, account in other.accounts.items():
            self._of(role).merge(account)

    def json(self) -> dict[str, JsonValue]:
        """Return the ledger as plain JSON values."""
        return {role: account.json() for role, account in sorted(self.accounts.items())}

    @classmethod
    def of(cls, value: Mapping[str, JsonValue]) -> Ledger:
        """Read what `json` wrote."""
        return cls({role: Account(**{**body, "refused": Counter(body["refused"])}) for role, body in value.items()})

    def _of(self, role: str) -> Account:
        return self.accounts.setdefault(role, Account())
