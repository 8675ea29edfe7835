"""A model that vLLM runs in this process: as many requests at once as there are coroutines."""

from __future__ import annotations

import asyncio
import importlib.util
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from fc_agents.models.engine import Engine, Prompt
from fc_agents.models.model import ModelError
from fc_agents.models.request import Completion, Request
from fc_agents.models.required import required
from fc_agents.models.written import completion_of, parameters_of, timing_of
from fc_gym.types import JsonValue

__all__ = ["VllmModel"]


class VllmModel:
    """Runs a model with vLLM in this process; its engine batches whatever its coroutines ask.

    The engine starts with the first `check` or `complete`. Set `VLLM_ENABLE_V1_MULTIPROCESSING=0` to keep it from
    making processes of its own, which on a CPU starts it eight times as fast; keep one engine at a time in a process
    then, since the end of one takes from the others what vLLM has them share.

    Args:
        path: A folder, or a name that vLLM can find.
        name: What to call the model; by default as the path says, without the folders above it.
        parser: Reads calls out of what the model writes without a constraint, by its name in `fc_gym.parsers.PARSERS`.
        sampling: More of vLLM's `SamplingParams`, for all requests, such as `{"top_k": 20}`.
        template: More for the chat template, such as `{"enable_thinking": False}`.
        engine: vLLM's own options, such as `{"max_model_len": 8192, "tensor_parallel_size": 2}`.

    Raises:
        ModelError: If vllm is not installed.
    """

    def __init__(
        self, path: str | Path, *, name: str = "", parser: str = "hermes",
        sampling: Mapping[str, JsonValue] | None = None, template: Mapping[str, JsonValue] | None = None,
        engine: Mapping[str, JsonValue] | None = None,
    ) -> None:  # fmt: skip
        if importlib.util.find_spec("vllm") is None:
            message = "running a model in this process needs vllm; run: pip install vllm"
            raise ModelError(message, kind="not_installed", fatal=True)
        self._path = str(path)
        self.name = name or (Path(path).name if Path(path).is_absolute() or Path(path).exists() else str(path))
        self._parser = parser
        self._sampling, self._template = dict(sampling or {}), dict(template or {})
        self._options = dict(engine or {})
        self._engine: Engine | None = None
        self._closed = False
        self._unseeded = False
        self._renderer = ThreadPoolExecutor(1, "chat template")

    @property
    def settings(self) -> Mapping[str, JsonValue]:
        """What changes the answers."""
        told = {"kind": "vllm", "name": self.name, "parser": self._parser}
        return {**told, "sampling": self._sampling, "template": self._template, "engine": self._options}

    async def check(self) -> None:
        """Start the engine.

        Raises:
            ModelError: If it does not start.
        """
        await self._running().started()

    async def complete(self, request: Request) -> Completion:
        """Answer a request.

        Raises:
            ModelError: If the engine refuses it, or has stopped.
        """
        begun = time.monotonic()
        engine = self._running()
        llm = await engine.started()
        if request.constraint is None and request.tool_choice == "required" and request.tools:
            request = replace(request, constraint=required(request.tools))
        settings = self._parameters(request)
        loop = asyncio.get_running_loop()
        ids = await loop.run_in_executor(self._renderer, self._prompt, llm.get_tokenizer(), request)
        rendered = time.monotonic() - begun
        output = await engine.write(Prompt(ids, settings))
        timing = timing_of(output.metrics, rendered, time.monotonic() - begun)
        return completion_of(output, request, self._parser, timing, self.name)

    async def forget(self) -> None:
        """Empty the cache of prompts; needed whenever the weights have changed in place.

        Raises:
            ModelError: If the engine has stopped.
        """
        await self._running().between(lambda llm: llm.reset_prefix_cache())

    async def reload(self, path: str | Path) -> None:
        """Go on with other weights, in a new engine; nothing may be asked meanwhile.

        In place vLLM reads weights with tied embeddings wrongly and keeps what it cached of the old ones.

        Args:
            path: The folder of the new weights.

        Raises:
            ModelError: If the engine does not start.
        """
        old, self._engine = self._engine, None
        if old is not None:
            await old.stop()
        self._path = str(path)
        await self.check()

    async def close(self) -> None:
        """Stop the engine and give back its memory."""
        self._closed = True
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.stop()
        self._renderer.shutdown(wait=False)

    def _running(self) -> Engine:
        if self._closed:
            raise ModelError(f"the model {self.name} is closed; make a new one", kind="closed", fatal=True)
        if self._engine is None:
            self._engine = Engine(self._made, self.name)
        return self._engine

    def _made(self) -> Any:
        """Start vLLM, with what a CPU needs."""
        vllm: Any = importlib.import_module("vllm")
        options: dict[str, JsonValue] = {"enable_prefix_caching": True, "disable_log_stats": False}
        on_cpu = importlib.import_module("vllm.platforms").current_platform.is_cpu()
        if on_cpu:
            options |= {"enforce_eager": True, "distributed_executor_backend": "uni", "enable_chunked_prefill": False}
        options |= self._options
        self._unseeded = on_cpu and options["enable_chunked_prefill"] is not False
        return vllm.LLM(self._path, **options)

    def _prompt(self, tokenizer: Any, request: Request) -> tuple[int, ...]:
        try:
            text = tokenizer.apply_chat_template(
                list(request.messages), tools=list(request.tools) or None, tokenize=False, add_generation_prompt=True,
                **self._template,
            )  # fmt: skip
        except Exception as error:  # whatever a template's author raises
            message = f"the chat template of {self.name} cannot render the messages: {' '.join(str(error).split())}"
            raise ModelError(message, kind="bad_request") from None
        return tuple(tokenizer.encode(text + request.prefill, add_special_tokens=False))

    def _parameters(self, request: Request) -> Any:
        if request.sampling.seed is None or not self._unseeded:
            return parameters_of(request, self._sampling)
        message = (
            f"on a CPU a seed stops the engine of {self.name} when a prompt is read in parts; leave the seed out, "
            "or enable_chunked_prefill at False"
        )
        raise ModelError(message, kind="bad_request", fatal=True)
