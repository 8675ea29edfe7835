from __future__ import annotations

import shutil
from importlib.metadata import EntryPoint
from pathlib import Path

import gymnasium as gym
import pytest

import fc_gym
from fc_gym import catalogue
from fc_gym.errors import DomainError, TaskError
from fc_gym.registration import load_domain, make_env, make_vector_env

LAB = Path(__file__).parent.parent / "data" / "lab.py"


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Offer the laboratory as a package would, under the name `test-lab`."""
    shutil.copy(LAB, tmp_path / "lab_of_another_package.py")
    monkeypatch.syspath_prepend(str(tmp_path))
    point = EntryPoint("test-lab", "lab_of_another_package:Lab", catalogue.GROUP)
    monkeypatch.setattr(catalogue, "entry_points", lambda *, group: [point] if group == catalogue.GROUP else [])
    return "test-lab"


def test_a_domain_of_another_package_is_named_loaded_and_registered(offered: str) -> None:
    assert offered in catalogue.domain_names()
    assert load_domain(offered).name == offered
    catalogue.register_envs()
    try:
        observation, info = gym.make("fc_gym:fc_gym/TestLab-v0").reset(seed=0)
        assert observation == {"results": (), "user": ""}
        assert "list_probes" in info["legal_tools"]
    finally:
        gym.registry.pop("fc_gym/TestLab-v0", None)


def test_registering_again_changes_nothing() -> None:
    before = dict(gym.registry)
    catalogue.register_envs()
    assert dict(gym.registry) == before


@pytest.mark.parametrize(
    ("reference", "complaint"),
    [
        ("shopp", "unknown domain 'shopp'; did you mean shop?"),
        ("zzz", "unknown domain 'zzz'; have shop, calendar, mail"),
        ("absent.py:Lab", r"absent\.py: there is no such file; name a class as file\.py:Class"),
        (f"{LAB}:Lap", "there is no class 'Lap'; the module defines Probe, Lab"),
        ("no_such_module:Lab", r"no_such_module: cannot be imported \(ModuleNotFoundError"),
    ],
)
def test_a_domain_that_is_not_there_is_named_with_what_would_be_right(reference: str, complaint: str) -> None:
    with pytest.raises(DomainError, match=complaint):
        load_domain(reference)


def test_a_file_that_cannot_be_run_is_named_with_its_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("1 / 0\n")
    with pytest.raises(DomainError, match=r"broken\.py: cannot be imported \(ZeroDivisionError: division by zero\)"):
        load_domain(f"{path}:Lab")


def test_tasks_of_other_domains_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text('{"id": "a", "domain": "shop", "turns": [{"user": "Hi"}]}\n{"id": "b", "domain": "mail"}\n')
    env = make_env("shop", str(path))
    assert env.tasks is not None
    assert [task.id for task in env.tasks] == ["a"]
    with pytest.raises(TaskError, match="tasks is empty"):
        make_env("calendar", str(path))


def test_a_vector_environment_is_made_from_the_same_settings() -> None:
    env = make_vector_env("shop", 3, errors="terse", autoreset_mode="SameStep")
    assert env.num_envs == 3
    assert env.get_attr("terse") == (True, True, True)


def test_every_name_of_the_package_is_there_and_no_other() -> None:
    assert all(getattr(fc_gym, name) is not None for name in fc_gym.__all__)
    assert set(dir(fc_gym)) == set(fc_gym.__all__)
    with pytest.raises(AttributeError, match="module 'fc_gym' has no attribute 'Shop'"):
        _ = fc_gym.Shop
