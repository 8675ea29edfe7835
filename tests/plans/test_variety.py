from __future__ import annotations

import pytest

from fc_gym.graph import ApiGraph
from fc_gym.kept import graph_of
from fc_gym.plans import bounds
from fc_gym.registration import load_domain
from fc_gym.variety import Alternative, alternatives, branching, variety


def test_the_vault_is_counted_as_by_hand(vault: ApiGraph) -> None:
    found = variety(vault, bounds(vault, starts=1))
    assert (found.domain, found.tools, found.reads, found.writes) == ("vault", 8, 3, 5)
    assert (found.data, found.state, found.undo, found.alternatives) == (4, 9, 9, 2)
    assert (found.looked_up, found.guarded) == (4, 6)
    assert str(found.farthest) == "5"
    assert [found.at_least(calls) for calls in (1, 2, 4, 5, 6)] == [(8, 8), (5, 5), (3, 3), (2, 2), (0, 0)]


def test_alternatives_lift_one_refusal_or_show_one_key(vault: ApiGraph) -> None:
    cards = ("borrow_card", "take_card")
    assert alternatives(vault) == [
        Alternative("refusal", "return_card: no_card", cards), Alternative("refusal", "unlock_box: no_card", cards)
    ]  # fmt: skip


def test_a_tool_that_takes_a_key_is_no_alternative_for_showing_it() -> None:
    domain = load_domain("shop")
    keys = {one.what: one.tools for one in alternatives(ApiGraph(domain))}
    assert "AddressId" not in keys  # besides the checkout, only tools that take an address show one
    assert "choose_delivery" in ApiGraph(domain).producers("AddressId")
    assert keys["ParcelId"] == ("list_orders", "open_return")


def test_branching_is_the_mean_number_of_grounded_calls(vault: ApiGraph) -> None:
    assert branching(vault.domain, [0], 1) == 4.0
    assert branching(vault.domain, range(3), 30) > 4.0


def test_a_domain_without_plans_has_no_farthest_tool(vault: ApiGraph) -> None:
    found = variety(ApiGraph(vault.domain), ())
    assert found.farthest is None
    assert (found.state, found.undo, found.guarded, found.at_least(1)) == (0, 0, 0, (0, 0))


@pytest.mark.parametrize("name", ["shop", "calendar", "mail", "bank", "drive"])
def test_our_domains_have_an_undo_edge_and_an_alternative(name: str) -> None:
    found = variety(graph_of(load_domain(name)), ())
    assert found.undo
    assert found.alternatives
