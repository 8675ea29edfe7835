"""The memory suite of BFCL: three memories, conversations that fill them, and questions on what was said."""

from fc_gym.bfcl.memory.chain import Converse, opened, remember, system_prompt
from fc_gym.bfcl.memory.embed import Embedder, HashedWords, SentenceEmbedder
from fc_gym.bfcl.memory.key_value import MemoryAPI_kv
from fc_gym.bfcl.memory.session import BACKENDS, Memory, MemorySession, backend
from fc_gym.bfcl.memory.summary import MemoryAPI_rec_sum
from fc_gym.bfcl.memory.tasks import SCENARIOS, MemoryTask, load_memory_docs, load_memory_tasks
from fc_gym.bfcl.memory.vector import MemoryAPI_vector

__all__ = [
    "BACKENDS",
    "SCENARIOS",
    "Converse",
    "Embedder",
    "HashedWords",
    "Memory",
    "MemoryAPI_kv",
    "MemoryAPI_rec_sum",
    "MemoryAPI_vector",
    "MemorySession",
    "MemoryTask",
    "SentenceEmbedder",
    "backend",
    "load_memory_docs",
    "load_memory_tasks",
    "opened",
    "remember",
    "system_prompt",
]
