from __future__ import annotations

import json
from pathlib import Path

import networkx as nx
import pytest

from fc_gym.catalogue import domain_names
from fc_gym.domain import Domain
from fc_gym.errors import RecordError
from fc_gym.graph import ApiGraph, Edge
from fc_gym.kept import graph_of, keep, kept
from fc_gym.measure import Probe, measure, onlooker
from fc_gym.registration import load_domain
from fc_gym.types import ToolCall

LAB_STATE = {
    ("shut_door", "analyse_probe", "door_open"),
    ("plug_in", "analyse_probe", "no_power"),
    ("fit_battery", "analyse_probe", "no_power"),
    ("shut_door", "open_door", "door_open"),
    ("open_door", "shut_door", "door_shut"),
}
LAB_UNDO = {
    ("open_door", "analyse_probe", "door_open"),
    ("analyse_probe", "analyse_probe", "analysed"),
    ("open_door", "open_door", "door_open"),
    ("shut_door", "shut_door", "door_shut"),
    ("plug_in", "plug_in", "plugged"),
    ("fit_battery", "fit_battery", "fitted"),
}


@pytest.fixture(scope="module")
def lab_graph(lab: Domain) -> ApiGraph:
    return ApiGraph(lab, measure(lab))


def test_a_small_world_is_measured_without_a_miss_or_an_extra(lab_graph: ApiGraph) -> None:
    found = {(edge.kind, edge.source, edge.target, edge.label) for edge in lab_graph.measured.edges}
    assert found == {("state", *edge) for edge in LAB_STATE} | {("undo", *edge) for edge in LAB_UNDO}


def test_alternatives_share_a_code_and_conjunctions_have_two(lab_graph: ApiGraph) -> None:
    assert lab_graph.enablers("analyse_probe", "no_power") == ("fit_battery", "plug_in")
    assert lab_graph.enablers("analyse_probe", "door_open") == ("shut_door",)


def test_data_edges_come_from_the_types_alone(lab: Domain) -> None:
    assert [edge for edge in ApiGraph(lab).edges if edge.kind == "data"] == [
        Edge("data", "list_probes", "analyse_probe", "ProbeId")
    ]


def test_a_tool_is_legal_once_one_producer_of_each_key_was_called(lab_graph: ApiGraph) -> None:
    assert not lab_graph.legal("analyse_probe", ["plug_in"])
    assert lab_graph.legal("analyse_probe", ["list_probes"])


def test_distance_counts_data_and_state_edges_but_not_undo(lab_graph: ApiGraph) -> None:
    assert lab_graph.distance("list_probes", "analyse_probe") == 1
    assert lab_graph.distance("open_door", "analyse_probe") == 2
    assert lab_graph.distance("analyse_probe", "list_probes") == float("inf")


def test_what_takes_nothing_away_is_harmless(lab_graph: ApiGraph) -> None:
    assert lab_graph.harmless("plug_in")
    assert not lab_graph.harmless("open_door")
    assert lab_graph.recovers("shut_door", "open_door")
    assert not lab_graph.recovers("plug_in", "open_door")


def test_measuring_twice_gives_the_same(lab: Domain) -> None:
    assert measure(lab, seeds=3) == measure(lab, seeds=3)


def test_writes_and_successes_are_seen(lab_graph: ApiGraph) -> None:
    assert lab_graph.measured.writes == set(lab_graph.domain.tools) - {"list_probes"}
    assert lab_graph.measured.succeeded == set(lab_graph.domain.tools)


def test_a_probe_leaves_the_state_as_it_was(lab: Domain) -> None:
    state = lab.sample(0)
    probe, before = Probe(lab, state), state.hash()
    assert probe.code(ToolCall("plug_in")) == ""
    assert probe.code(ToolCall("plug_in")) == ""
    assert probe.after(ToolCall("plug_in"), [ToolCall("plug_in")]) == ["plugged"]
    assert state.hash() == before


def test_an_onlooker_knows_every_identifier(lab: Domain) -> None:
    world = lab.sample(0).world
    assert [seen.value for seen in onlooker(lab, world).values("ProbeId")] == list(world.probes)


def test_the_graph_is_written_as_json_and_graphml(lab_graph: ApiGraph, tmp_path: Path) -> None:
    lab_graph.save(tmp_path / "lab.json")
    tree = json.loads((tmp_path / "lab.json").read_text())
    assert {tuple(edge) for edge in tree["state"]} == LAB_STATE
    lab_graph.save(tmp_path / "lab.graphml")
    again = nx.read_graphml(tmp_path / "lab.graphml")
    assert set(again.nodes) == set(lab_graph.domain.tools)
    assert again.number_of_edges() == len(lab_graph.edges)


@pytest.mark.parametrize("name", domain_names())
def test_kept_edges_agree_with_the_rules_as_written_by_hand(name: str, truth_folder: Path) -> None:
    written = json.loads((truth_folder / f"{name}.json").read_text())
    truth = {(kind, *edge) for kind in ("state", "undo") for edge in written[kind]}
    found = {(edge.kind, edge.source, edge.target, edge.label) for edge in graph_of(load_domain(name)).measured.edges}
    assert len(truth & found) / len(found) >= 0.95, sorted(found - truth)
    assert len(truth & found) / len(truth) >= 0.94, sorted(truth - found)


@pytest.mark.parametrize("name", domain_names())
def test_kept_graphs_are_of_the_present_source(name: str) -> None:
    assert kept(load_domain(name)) is not None, f"measure again: fc-gym graph {name} --seeds 120 --keep"


@pytest.mark.parametrize("name", domain_names())
def test_measuring_shortly_finds_nothing_that_is_not_kept(name: str) -> None:
    domain = load_domain(name)
    assert measure(domain, seeds=4).edges <= graph_of(domain).measured.edges


def test_a_graph_is_kept_beside_its_domain_and_found_again(lab_graph: ApiGraph, tmp_path: Path) -> None:
    source = tmp_path / "lab.py"
    source.write_text((Path(__file__).parent.parent / "data" / "lab.py").read_text())
    domain = load_domain(f"{source}:Lab")
    assert kept(domain) is None
    assert keep(ApiGraph(domain, lab_graph.measured)) == tmp_path / "graphs" / "lab.json"
    assert kept(domain) == lab_graph.measured
    source.write_text(source.read_text() + "# changed\n")
    assert kept(domain) is None


def test_a_kept_graph_that_is_torn_is_named(lab_graph: ApiGraph, tmp_path: Path) -> None:
    source = tmp_path / "torn.py"
    source.write_text((Path(__file__).parent.parent / "data" / "lab.py").read_text())
    domain = load_domain(f"{source}:Lab")
    path = keep(ApiGraph(domain, lab_graph.measured))
    path.write_text(path.read_text()[:40])
    with pytest.raises(RecordError, match=r"lab\.json: not a measured graph"):
        kept(domain)
