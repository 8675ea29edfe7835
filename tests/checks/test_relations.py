"""Defects planted in copies of our domains are found by the relation between calls that they break."""

from __future__ import annotations

import copy
import functools
import inspect
import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest

from fc_gym.bfcl.trading import TradingBot
from fc_gym.bfcl.vehicle import VehicleControlAPI
from fc_gym.checks import order, readback, repeats, undo
from fc_gym.checks.play import Play
from fc_gym.checks.report import Checked
from fc_gym.domain import Domain
from fc_gym.domains.bank import Bank
from fc_gym.domains.calendar import Calendar
from fc_gym.domains.drive import Drive
from fc_gym.domains.mail import Mail
from fc_gym.domains.shop import Shop

Twist = Callable[..., Any]
"""What a broken tool does, given the right tool as a function, the world and the arguments."""


def planted(world: type, tool: str, twist: Twist) -> Domain:
    """Return a copy of a domain in which one tool is broken."""
    right = getattr(world, tool)

    @functools.wraps(right)
    def wrong(self: Any, *values: Any, **given: Any) -> Any:
        names = list(inspect.signature(right).parameters)[1:]
        given = dict(zip(names, values, strict=False)) | given
        return twist(functools.partial(right, self), self, **given)

    return Domain(
        type(world.__name__, (world,), {tool: wrong, "__module__": world.__module__, "__doc__": world.__doc__})
    )


def found(domain: Domain, check: Callable[[Play], Checked], tool: str) -> list[str]:
    texts = [str(one) for one in check(Play(domain, 4, 120)).findings]
    return [text for text in texts if tool in text]


def turned() -> Twist:
    """List backwards every second time."""
    times = itertools.count()
    return lambda right, self, **given: right(**given)[:: 1 if next(times) % 2 else -1]


def late(table: str) -> Twist:
    """Return the row as it was before."""

    def twist(right: Any, self: Any, **given: Any) -> Any:
        rows = getattr(self, table)
        before = copy.deepcopy(rows.get(next(iter(given.values()))))
        after = right(**given)
        return type(after)(**vars(before))

    return twist


def but(change: Callable[..., Any]) -> Twist:
    """Change something in the world after the right thing."""

    def twist(right: Any, self: Any, **given: Any) -> Any:
        value = right(**given)
        change(self, **given)
        return value

    return twist


def told(**fields: Any) -> Twist:
    """Return a row with wrong fields."""

    def twist(right: Any, self: Any, **given: Any) -> Any:
        value = right(**given)
        return type(value)(**{**vars(value), **fields})

    return twist


def _costlier(right: Any, self: Any, **given: Any) -> Any:
    value = right(**given)
    self.minted += 1
    value.total += self.minted
    return value


def _moody() -> Twist:
    times = itertools.count()

    def twist(right: Any, self: Any, **given: Any) -> Any:
        value = right(**given)
        value.coming += next(times) % 2
        return value

    return twist


def _forgetful(self: Any, transfer: str) -> None:
    row = self.transfers[transfer]
    self.accounts[row.account].sent = round(self.accounts[row.account].sent + row.amount, 2)


def _short_changed(self: Any, transfer: str) -> None:
    row = self.transfers[transfer]
    if row.amount % 100 == 80:
        self.accounts[row.account].balance = round(self.accounts[row.account].balance - 1, 2)


def _demoted(self: Any, document: str) -> None:
    if len(self.documents[document].name) % 5 == 0:
        self.documents[document].stage = "in draft"


def _uninvited(self: Any, event: str) -> None:
    if len(self.guests[event]) > 2:
        self.guests[event] = self.guests[event][:-1]


def _unrestored(self: Any, event: str) -> None:
    if self.events[event].start >= "15:00":
        self.events[event].title = "free"


def _backdated(self: Any, document: str, person: str) -> None:
    if len(self.documents[document].name) % 5 == 0:
        self.documents[document].added = "2020-01-01"


def _numbered(self: Any, event: str, **_: str) -> None:
    self.minted += 1
    self.events[event].title = f"event {self.minted}"


def _counted(self: Any, conversation: str, person: str) -> None:
    self.conversations[conversation].attachment_mb = len(self.sent)


def _filed(self: Any, account: str) -> None:
    self.accounts[account].sent = len(self.files)


def _shrunk(self: Any, document: str, person: str) -> None:
    self.documents[document].size_mb = len(self.grants)


def _restocked(self: Any, order: str) -> None:
    for line in self.orders[order].lines:
        self.products[line.product].delivery_days = len([1 for one in self.orders.values() if one.moved])


def _stale(right: Any, self: Any) -> Any:
    value = right()
    value.transfers = [type(one)(**{**vars(one), "state": "draft"}) for one in value.transfers]
    return value


PLANTED: list[tuple[Any, type, str, Twist]] = [
    (repeats, Shop, "search_products", turned()),
    (repeats, Shop, "show_checkout", _costlier),
    (repeats, Calendar, "find_colleagues", turned()),
    (repeats, Calendar, "show_event", _moody()),
    (repeats, Mail, "list_files", turned()),
    (repeats, Bank, "list_charges", turned()),
    (repeats, Bank, "show_finances", _costlier),
    (repeats, Drive, "list_members", turned()),
    (readback, Shop, "withdraw_order", late("orders")),
    (readback, Shop, "reschedule_delivery", late("orders")),
    (readback, Calendar, "move_event", late("events")),
    (readback, Calendar, "record_answer", told(answer="pending")),
    (readback, Calendar, "invite_colleague", told(required=True)),
    (readback, Mail, "move_conversation", late("conversations")),
    (readback, Mail, "attach_file", late("drafts")),
    (readback, Bank, "approve_transfer", late("transfers")),
    (readback, Bank, "switch_card", late("cards")),
    (readback, Bank, "show_finances", _stale),
    (readback, Drive, "share_document", told(role="comment")),
    (readback, Drive, "upload_document", told(size_mb=0.5)),
    (undo, Bank, "recall_transfer", but(_forgetful)),
    (undo, Bank, "recall_transfer", but(_short_changed)),
    (undo, Drive, "restore_document", but(_demoted)),
    (undo, Calendar, "restore_event", but(_uninvited)),
    (undo, Calendar, "release_room", but(_unrestored)),
    (undo, Drive, "revoke_access", but(_backdated)),
    (order, Calendar, "reserve_room", but(_numbered)),
    (order, Calendar, "invite_colleague", but(_numbered)),
    (order, Mail, "forward_conversation", but(_counted)),
    (order, Bank, "export_statement", but(_filed)),
    (order, Drive, "revoke_access", but(_shrunk)),
    (order, Shop, "confirm_receipt", but(_restocked)),
]


@pytest.mark.parametrize(("check", "world", "tool", "twist"), PLANTED)
def test_a_planted_defect_is_found(check: Any, world: type, tool: str, twist: Twist) -> None:
    assert found(planted(world, tool, twist), check.check, tool)


PAIRS = {
    Bank: {("approve_transfer", "recall_transfer"), ("switch_card", "switch_card")},
    Calendar: {("cancel_event", "restore_event"), ("reserve_room", "release_room")},
    Drive: {("trash_document", "restore_document"), ("share_document", "revoke_access")},
    Shop: {("add_to_cart", "remove_from_cart")},
}


@pytest.mark.parametrize("world", PAIRS)
def test_tools_that_undo_each_other_are_found(world: type) -> None:
    pairs = {(one.first, one.second) for one in undo.inverse_pairs(Play(Domain(world), 4, 120)) if one.inverse}
    assert pairs >= PAIRS[world]
    reverse = {(other, one) for one, other in PAIRS[world]}
    assert pairs <= PAIRS[world] | reverse


def test_the_pairs_are_noted_with_how_often_they_held() -> None:
    noted = undo.check(Play(Domain(Shop), 2, 120)).noted
    assert re.match(r"add_to_cart / remove_from_cart \(\d+ of \d+\)(; |$)", noted)


def test_an_order_of_bfcl_that_says_pending_and_is_open_is_found() -> None:
    (finding,) = readback.check(Play(Domain(TradingBot), 4, 120)).findings
    assert (finding.where, finding.severity) == ("TradingBot.place_order", "warning")
    assert "its result shows status 'Pending' of order_id 12446, but get_order_details(" in finding.message
    assert "then shows 'Open'" in finding.message


def test_a_speed_of_bfcl_that_is_drawn_at_every_look_is_found() -> None:
    findings = repeats.check(Play(Domain(VehicleControlAPI), 4, 120)).findings
    assert "VehicleControlAPI.get_current_speed" in {one.where for one in findings}
