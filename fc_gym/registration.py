"""Domains by name or path, and the environments made from them."""

from __future__ import annotations

import difflib
import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import gymnasium as gym

from fc_gym.catalogue import OWN, domain_names, offered
from fc_gym.domain import Domain
from fc_gym.env import ToolEnv
from fc_gym.errors import DomainError
from fc_gym.joined import join
from fc_gym.task import Task, read_tasks
from fc_gym.vector import ToolVectorEnv

__all__ = ["load_domain", "make_bfcl_env", "make_env", "make_vector_env"]

_LOADED: dict[str, Domain] = {}


def load_domain(reference: str) -> Domain:
    """Return a domain.

    Args:
        reference: A name such as `shop`, a class as `module:Class` or `path/to/file.py:Class`, or several of these
            joined into one world, as `shop+mail`.

    Raises:
        DomainError: If there is none, with the nearest name; or if the class cannot be read.
    """
    if reference not in _LOADED:
        _LOADED[reference] = _read(reference)
    return _LOADED[reference]


def make_env(domain: str, tasks: str | Sequence[Task] | None = None, **settings: Any) -> ToolEnv:
    """Make an environment; what the registered ids call.

    Args:
        domain: As for `load_domain`.
        tasks: Tasks, or the path of a file of them; those of other domains are left out. None: free play.
        **settings: As for `ToolEnv`.

    Raises:
        DomainError, RecordError, TaskError: If one of them cannot be used.
    """
    found = load_domain(domain)
    if isinstance(tasks, str | Path):
        tasks = [task for task in read_tasks(Path(tasks)) if task.domain == found.name]
    return ToolEnv(found, tasks=tasks, **settings)


def make_bfcl_env(
    data: str | Path | None = None, categories: Sequence[str] = ("base",), **settings: Any
) -> gym.Env[Any, Any]:
    """Make an environment of official BFCL tasks; what `gym.make` calls for `fc_gym/BFCL-v0`.

    Args:
        data: Folder of the official data; by default, where `fc-gym bfcl fetch` puts it.
        categories: Some of `base`, `miss_func`, `miss_param`, `long_context`.
        **settings: As for `fc_gym.bfcl.env.BfclEnv`.

    Raises:
        RecordError: If the data is not there.
    """
    from fc_gym.bfcl.env import BfclEnv
    from fc_gym.bfcl.home import data_home
    from fc_gym.bfcl.tasks import load_tasks

    folder = data_home(data)
    return BfclEnv([task for one in categories for task in load_tasks(folder, one)], **settings)


def make_vector_env(
    domain: str, num_envs: int = 1, tasks: str | Sequence[Task] | None = None, **settings: Any
) -> ToolVectorEnv:
    """Make a vector environment; what `gym.make_vec` calls for the registered ids.

    Args:
        domain: As for `load_domain`.
        num_envs: How many episodes run side by side.
        tasks: As for `make_env`.
        **settings: As for `ToolEnv`, and `autoreset_mode` as for `ToolVectorEnv`.
    """
    mode = {"autoreset_mode": settings.pop("autoreset_mode")} if "autoreset_mode" in settings else {}
    return ToolVectorEnv([_maker(domain, tasks, settings) for _ in range(num_envs)], **mode)


def _maker(domain: str, tasks: str | Sequence[Task] | None, settings: dict[str, Any]) -> Callable[[], ToolEnv]:
    return lambda: make_env(domain, tasks, **settings)


def _read(reference: str) -> Domain:
    names = reference.split("+")
    if len(names) > 1:
        return join([load_domain(name) for name in names])
    if ":" in reference:
        place, _, cls = reference.rpartition(":")
        return Domain(_class(_module(place), cls, reference))
    if reference in OWN:
        return Domain(_class(importlib.import_module(f"fc_gym.domains.{reference}"), OWN[reference], reference))
    found = offered()
    if reference in found:
        place, _, cls = found[reference].partition(":")
        return Domain(_class(_module(place), cls, reference), reference)
    have = domain_names()
    near = difflib.get_close_matches(reference, have, n=1)
    right = f"did you mean {near[0]}?" if near else f"have {', '.join(have)}"
    raise DomainError(f"unknown domain {reference!r}; {right} (or name a class as file.py:Class or module:Class)")


def _class(module: ModuleType, name: str, reference: str) -> type:
    found = getattr(module, name, None)
    if isinstance(found, type):
        return found
    have = [
        one for one, value in vars(module).items() if isinstance(value, type) and value.__module__ == module.__name__
    ]
    raise DomainError(f"{reference}: there is no class {name!r}; the module defines {', '.join(have) or 'none'}")


def _module(place: str) -> ModuleType:
    try:
        return _module_at(Path(place)) if place.endswith(".py") else importlib.import_module(place)
    except DomainError:
        raise
    except Exception as error:
        raise DomainError(f"{place}: cannot be imported ({type(error).__name__}: {error})") from error


def _module_at(path: Path) -> ModuleType:
    if not path.is_file():
        raise DomainError(f"{path}: there is no such file; name a class as file.py:Class")
    digest = hashlib.blake2b(str(path.resolve()).encode(), digest_size=6).hexdigest()
    name = f"fc_gym_file_{path.stem}_{digest}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DomainError(f"{path}: is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
