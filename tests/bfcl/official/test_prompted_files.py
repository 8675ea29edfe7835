"""Result files of prompted models that we wrote, evaluated by the official evaluator: equal verdicts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import chain, repeat
from pathlib import Path

import pytest
from fc_agents.bfcl.jobs import Rules, multi_turn
from fc_agents.bfcl.modelrun import ModelRun
from fc_agents.models.request import Completion, Request
from fc_agents.models.scripted import ScriptedModel

from fc_gym.bfcl.grade import Verdict
from fc_gym.bfcl.results import official_path
from fc_gym.bfcl.tasks import CATEGORIES, BfclTask, load_docs
from tests.bfcl.alone import alone
from tests.bfcl.official.package import MODEL, NEEDED, Evaluator, data_folder
from tests.bfcl.official.sizes import SEED, spread
from tests.bfcl.official.test_evaluator import lines

missing = [name for name in NEEDED if find_spec(name) is None]
pytestmark = [
    pytest.mark.official,
    pytest.mark.skipif(bool(missing), reason=f"the official evaluator needs {', '.join(missing)}; see `.ci/official`"),
]


class Prompted(Evaluator):
    """The official evaluator for the result files of a prompted model."""

    def __init__(self) -> None:
        super().__init__()
        decode = import_module("bfcl_eval.model_handler.utils").default_decode_execute_prompting
        base = import_module("bfcl_eval.model_handler.base_handler").BaseHandler
        members = {"decode_execute": lambda self, result, has_tool_call_tag: decode(result, has_tool_call_tag)}
        self._model = type("Prompted", (base,), members)(MODEL, 0.0, MODEL, False)


def texts(task: BfclTask, spoilt: float) -> Iterator[str]:
    """Write the ground truth as a prompted model would, now and then badly."""
    rng = random.Random(f"{SEED} {task.id}")
    for calls in task.truth:
        if calls:
            text = f"[{', '.join(calls)}]"
            cut = text[: rng.randrange(len(text))]
            bad = [
                cut,
                text[1:-1],
                f"```{text}```",
                f"Sure: {text}",
                text.lower(),
                f"[{calls[0]}, 3]",
                f"{text}\n",
                "[]",
            ]
            yield rng.choice(bad) if rng.random() < spoilt else text
        yield "Done."
    yield from repeat("Done.", 30)


@pytest.mark.parametrize("form", ["prompt", "funreason"])
@pytest.mark.parametrize("spoilt", [0.0, 0.5])
def test_the_official_evaluator_agrees_on_the_files_of_prompted_models(
    tasks: Mapping[str, Sequence[BfclTask]], tmp_path: Path, form: str, spoilt: float
) -> None:
    evaluator, chosen = Prompted(), spread(list(chain.from_iterable(tasks.values())))
    said = {task.id: texts(task, spoilt) for task in chosen}

    def answer(request: Request) -> Completion:
        text = next(said[request.sample.rpartition("/")[0]])
        return Completion(f"Hm.</think>{text}" if request.prefill else text)

    run, rules = ModelRun(form), Rules()
    docs = load_docs(data_folder())
    outcome = run.play(ScriptedModel(answer), multi_turn(chosen, docs, rules), rules, tmp_path)
    ours = {play.id: Verdict(**play.verdict).official() for play in outcome.plays}
    theirs = {}
    for category in CATEGORIES:
        for told in lines(official_path(tmp_path / "result", "scripted", category)):
            entry, truth = evaluator.entry(told["id"])
            theirs[told["id"]] = alone(partial(evaluator.verdict, told["id"], told["result"], entry, truth))
    assert len(ours) == len(chosen) and theirs == ours
    assert spoilt or sum(one["valid"] is True for one in ours.values()) > 0.5 * len(chosen)
