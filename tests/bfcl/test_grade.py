from __future__ import annotations

from typing import Any

import pytest

from fc_gym.bfcl.credit import credit
from fc_gym.bfcl.grade import Grader, Steps, force_quit, is_silent
from fc_gym.bfcl.tasks import BfclTask

OPEN, SEE, CLOSE = "create_ticket(title='Leak')", "get_ticket(ticket_id=1)", "close_ticket(ticket_id=1)"
MISS = "get_ticket(ticket_id=7)"
CONFIG: dict[str, Any] = {"TicketAPI": {"ticket_queue": [], "ticket_counter": 1, "current_user": "Ann"}}


def task(*truth: list[str]) -> BfclTask:
    turns = tuple(({"role": "user", "content": "Go on."},) for _ in truth)
    return BfclTask("multi_turn_base_0", ("TicketAPI",), CONFIG, turns, tuple(tuple(turn) for turn in truth))


PLAIN = task([OPEN, SEE], [CLOSE])
WITH_GAP = task([OPEN], [], [CLOSE])


@pytest.mark.parametrize(
    "turns",
    [
        [[[OPEN, SEE]], [[CLOSE]]],
        [[[OPEN], [SEE]], [[CLOSE]]],
        [[[MISS], [OPEN], ["bogus()"], [SEE]], [[], [CLOSE]]],
        [[[OPEN], [SEE], [SEE]], [[CLOSE]]],
    ],
)
def test_a_play_with_the_right_states_and_results_is_valid(turns: list[Steps]) -> None:
    assert Grader().grade(PLAIN, turns).official() == {"valid": True}


@pytest.mark.parametrize(
    ("turns", "kind", "turn"),
    [
        ([[], [[CLOSE]]], "empty_turn_model_response", 0),
        ([[[]], [[CLOSE]]], "empty_turn_model_response", 0),
        ([[[OPEN, SEE]], []], "empty_turn_model_response", 1),
        ([[[], []], [[CLOSE]]], "instance_state_mismatch", 0),
        ([[["bogus()"]], [[CLOSE]]], "instance_state_mismatch", 0),
        ([[[OPEN, OPEN, SEE]], [[CLOSE]]], "instance_state_mismatch", 0),
        ([[[SEE, "create_ticket(title='Leak', priority=1.0)"]], [[CLOSE]]], "execution_response_mismatch", 0),
        ([[[OPEN, SEE]], [[SEE]]], "instance_state_mismatch", 1),
        ([[[OPEN, SEE]]], "force_terminated", None),
        ("Error during inference", "inference_error", None),
    ],
)
def test_the_first_fault_has_its_official_kind(turns: Any, kind: str, turn: int | None) -> None:
    verdict = Grader().grade(PLAIN, turns)
    assert verdict.official() == {"valid": False, "error_type": f"multi_turn:{kind}"}
    assert verdict.turn == turn and verdict.detail


def test_a_result_of_an_earlier_turn_counts_for_a_later_one() -> None:
    one = task([OPEN], ["ticket_get_login_status()"])
    turns = [[[OPEN, "ticket_get_login_status()"]], [["bogus()"]]]
    assert Grader().grade(one, turns).valid


def test_a_result_that_is_wanted_twice_must_be_seen_twice() -> None:
    one = task([OPEN, MISS, MISS])
    assert not Grader().grade(one, [[[OPEN, MISS]]]).valid
    assert Grader().grade(one, [[[MISS, MISS, OPEN]]]).valid


def test_in_an_empty_turn_everything_is_allowed_but_stays_in_the_state() -> None:
    grade = Grader().grade
    assert grade(WITH_GAP, [[[OPEN]], [], [[CLOSE]]]).valid
    assert grade(WITH_GAP, [[[OPEN]], [[SEE, MISS]], [[CLOSE]]]).valid
    assert grade(WITH_GAP, [[[OPEN]], [[OPEN]], [[CLOSE]]]).error_type == "multi_turn:instance_state_mismatch"


def test_a_tools_name_before_a_bracket_in_a_text_fails_as_it_does_officially() -> None:
    text = "create_ticket(title='so get_ticket (1) and foo (2)')"
    assert Grader().grade(task([text]), [[[text]]]).error_type == "multi_turn:instance_state_mismatch"
    blank = "create_ticket(title='so foo (2)')"
    assert Grader().grade(task([blank]), [[[blank.replace(" (", "(")]]]).valid


def test_the_21st_step_runs_and_ends_the_play() -> None:
    long: Steps = [[SEE]] * 40
    assert [len(steps) for steps in force_quit([long, [[CLOSE]]])] == [21]
    assert [len(steps) for steps in force_quit([[[OPEN]] * 20, [[CLOSE]]])] == [20, 1]


def test_being_stopped_in_the_last_turn_is_noticed_only_when_strict() -> None:
    turns = force_quit([[[OPEN, SEE]], [[CLOSE]] + [[SEE]] * 30])
    assert Grader().grade(PLAIN, turns).valid
    assert Grader(strict=True).grade(PLAIN, turns).error_type == "multi_turn:force_terminated"


def test_the_ground_truth_is_played_once_per_task() -> None:
    grader = Grader()
    truth = grader.truth(PLAIN)
    assert grader.truth(PLAIN) is truth and grader.truth(task([OPEN])) is not truth
    grader.forget()
    assert grader.truth(PLAIN) is not truth


def test_states_of_the_truth_stay_as_they_were_in_their_turn() -> None:
    first, second = Grader().truth(PLAIN).turns
    assert first.states["TicketAPI"]["ticket_queue"][0]["status"] == "Open"
    assert second.states["TicketAPI"]["ticket_queue"][0]["status"] == "Closed"
    assert first.states["TicketAPI"]["ticket_counter"] is second.states["TicketAPI"]["ticket_counter"]


def test_silence_is_no_step_or_one_without_calls() -> None:
    assert is_silent([]) and is_silent([[]]) and not is_silent([[], []]) and not is_silent([[SEE]])


def test_full_credit_for_the_ground_truth() -> None:
    given = credit(PLAIN, Grader().truth(PLAIN), [[[OPEN, SEE]], [[CLOSE]]])
    assert (given.passed, given.state, given.recall, given.first_fault) == (1.0, 1.0, 1.0, None)
    assert [one.calls for one in given.turns] == [2, 1]


def test_credit_goes_on_after_a_fault_and_counts_errors_by_kind() -> None:
    given = credit(PLAIN, Grader().truth(PLAIN), [[["ls(", "get_ticket(nope=1)", MISS, SEE]], [[OPEN, CLOSE]]])
    first, second = given.turns
    assert (first.passed, first.format_errors, first.exceptions, first.refusals, first.calls) == (False, 1, 1, 2, 4)
    assert 0 < first.state < 1 and first.recall == 0.0 and given.first_fault == 0
    assert second.passed and second.state == 1.0 and second.recall == 1.0
    assert given.passed == 0.5


def test_an_empty_turn_is_passed_by_calling_nothing() -> None:
    truth = Grader().truth(WITH_GAP)
    assert [one.passed for one in credit(WITH_GAP, truth, [[[OPEN]], [], [[CLOSE]]]).turns] == [True, True, True]
    assert [one.passed for one in credit(WITH_GAP, truth, [[[OPEN]], [[SEE]]]).turns] == [True, False, False]


def test_a_task_without_turns_has_no_credit() -> None:
    none = task()
    given = credit(none, Grader().truth(none), [])
    assert (given.passed, given.turns, given.first_fault) == (0.0, (), None)
    assert Grader().grade(none, []).valid
