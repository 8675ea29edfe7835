"""One tiny model, one engine in this process and one server, for all tests that need them."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fc_agents.models.vllm import VllmModel

from tests.models.tiny import make_tiny

ALONE = {
    "HF_HUB_OFFLINE": "1",
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_CPU_KVCACHE_SPACE": "1",
    "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    "VLLM_NO_USAGE_STATS": "1",
    "VLLM_LOGGING_LEVEL": "ERROR",
    "DO_NOT_TRACK": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "KMP_BLOCKTIME": "0",
}
"""How vLLM shares two cores with others, and asks nobody for anything."""
LONGEST = 16_384
PATIENCE = 180.0
"""Seconds that a server may take to start."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that end engines last: the end of one takes from others of the process what they share."""
    items.sort(key=lambda item: item.path.name == "test_endings.py")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tiny model."""
    if importlib.util.find_spec("vllm") is None:
        pytest.skip("vllm is not installed; .ci/models installs it in an environment of its own and runs these tests")
    for name, value in ALONE.items():
        os.environ.setdefault(name, value)
    return make_tiny(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def model(tiny: Path) -> Iterator[VllmModel]:
    """The tiny model in this process, in float32."""
    one = VllmModel(tiny, engine={"max_model_len": LONGEST, "dtype": "float32"})
    asyncio.run(one.check())
    yield one
    asyncio.run(one.close())


@pytest.fixture(scope="module")
def address(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of vLLM's own server with the tiny model."""
    port, log = _free_port(), tmp_path_factory.mktemp("server") / "log.txt"
    with (
        log.open("wb") as out,
        subprocess.Popen(_command(tiny, port), stdout=out, stderr=out, cwd=log.parent) as server,
    ):
        try:
            _wait(server, f"http://127.0.0.1:{port}/health", log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _command(tiny: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", str(port)),
        *("--model", str(tiny), "--served-model-name", "tiny", "--dtype", "float32", "--max-model-len", str(LONGEST)),
        *("--enforce-eager", "--no-enable-chunked-prefill", "--max-num-batched-tokens", str(2 * LONGEST)),
        *("--enable-auto-tool-choice", "--tool-call-parser", "hermes", "--tool-strict-level", "parameter"),
        *("--enable-prompt-tokens-details", "--disable-log-stats"),
    ]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail(f"the server did not start; the end of its log:\n{log.read_text(errors='replace')[-3000:]}")
