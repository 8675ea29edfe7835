"""A Qwen3 small enough to be made where it is tested: random weights, a tokenizer trained on our own domains."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fc_gym import domain_names, load_domain
from fc_gym.types import to_json

VOCABULARY = 2048
LONGEST = 32_768
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TAGS = ("<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>")

TEMPLATE = """\
{%- macro said(message) -%}
{%- if message.content is string -%}{{ message.content }}
{%- elif message.content -%}{%- for part in message.content -%}{{ part.text }}{%- endfor -%}
{%- endif -%}
{%- endmacro -%}
{%- set first = messages[0] if messages and messages[0].role == 'system' else none -%}
{%- if tools or first -%}
{{ '<|im_start|>system\\n' }}{{ said(first) if first else '' }}
{%- if tools -%}
{{ '\\n\\n' if first else '' }}You may call these functions:
<tools>
{% for tool in tools %}{{ tool | tojson }}
{% endfor %}</tools>
Write a call as <tool_call>{"name": NAME, "arguments": {...}}</tool_call>.
{%- endif -%}
{{ '<|im_end|>\\n' }}
{%- endif -%}
{%- for message in (messages[1:] if first else messages) -%}
{%- if message.role == 'assistant' -%}
{{ '<|im_start|>assistant\\n' }}
{%- generation -%}
{%- set thought = message.reasoning_content or message.reasoning -%}
{%- if thought -%}{{ '<think>\\n' + thought + '\\n</think>\\n\\n' }}{%- endif -%}
{{ said(message) }}
{%- for call in message.tool_calls or [] -%}
{%- set asked = call.function or call -%}
{%- set given = asked.arguments -%}
{{ '' if loop.first and not message.content else '\\n' -}}
<tool_call>
{"name": "{{ asked.name }}", "arguments": {{ given if given is string else given | tojson }}}
</tool_call>
{%- endfor -%}
{{ '<|im_end|>\\n' }}
{%- endgeneration -%}
{%- elif message.role == 'tool' -%}
{%- if loop.first or loop.previtem.role != 'tool' -%}{{ '<|im_start|>user' }}{%- endif -%}
{{ '\\n<tool_response>\\n' }}{{ said(message) }}{{ '\\n</tool_response>' }}
{%- if loop.last or loop.nextitem.role != 'tool' -%}{{ '<|im_end|>\\n' }}{%- endif -%}
{%- else -%}
{{ '<|im_start|>' + message.role + '\\n' }}{{ said(message) }}{{ '<|im_end|>\\n' }}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{ '<|im_start|>assistant\\n' }}
{%- if enable_thinking is defined and not enable_thinking -%}{{ '<think>\\n\\n</think>\\n\\n' }}{%- endif -%}
{%- endif -%}
"""


def make_tiny(folder: Path, seed: int = 0) -> Path:
    """Write the model and its tokenizer; the same bytes for the same seed."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer()
    tokenizer.save_pretrained(folder)
    _model(seed, tokenizer).save_pretrained(folder)
    return folder


def _tokenizer() -> Any:
    parts = importlib.import_module("tokenizers")
    raw = parts.Tokenizer(parts.models.BPE())
    raw.pre_tokenizer = parts.pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = parts.decoders.ByteLevel()
    alphabet = parts.pre_tokenizers.ByteLevel.alphabet()
    trainer = parts.trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(TAGS), special_tokens=list(SPECIAL), initial_alphabet=alphabet, show_progress=False
    )
    raw.train_from_iterator(_texts(), trainer)
    raw.add_tokens([parts.AddedToken(tag, normalized=False) for tag in TAGS])
    tokenizer = importlib.import_module("transformers").PreTrainedTokenizerFast(
        tokenizer_object=raw, eos_token="<|im_end|>", pad_token="<|endoftext|>", model_max_length=LONGEST
    )
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def _texts() -> Iterator[str]:
    for name in domain_names():
        for tool in load_domain(name).tools.values():
            yield to_json(tool.spec())
            yield from (phrase.text for phrase in (*tool.asks, *tool.says))


def _model(seed: int, tokenizer: Any) -> Any:
    transformers, torch = importlib.import_module("transformers"), importlib.import_module("torch")
    ids = {"eos_token_id": tokenizer.eos_token_id, "pad_token_id": tokenizer.pad_token_id}
    sizes = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "head_dim": 32}
    config = transformers.Qwen3Config(
        vocab_size=VOCABULARY, num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=LONGEST,
        initializer_range=0.1, tie_word_embeddings=False, dtype="bfloat16", **sizes, **ids,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return transformers.Qwen3ForCausalLM(config).to(torch.bfloat16)
