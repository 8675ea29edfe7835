"""What can go wrong, by who should read it.

FcGymError
├── CallError        the agent: the call was turned down before the tool ran; becomes an observation
├── ToolError        the agent: the tool refused in this state; becomes an observation
├── DomainError      the author of a domain: the class cannot be read, or it broke a promise
├── TaskError        whoever wrote a task: it cannot be played in its domain
└── RecordError      whoever owns a file: it is not the record it should be
"""

from __future__ import annotations

__all__ = ["CallError", "DomainError", "FcGymError", "RecordError", "TaskError", "ToolError"]


class FcGymError(Exception):
    """Every error that fc_gym raises on purpose."""


class CallError(FcGymError):
    """Tell the agent that its call is malformed: unknown tool, wrong arguments, too large.

    Args:
        message: One sentence that says what was wrong and where.
        code: The kind, in snake_case.
        hint: What would be right.
    """

    def __init__(self, message: str, *, code: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.hint = message, code, hint


class ToolError(FcGymError):
    """Tell the agent that a tool refuses in this state; raise it before changing anything.

    Args:
        message: One sentence that says what stands in the way.
        code: The reason, in snake_case; one reason, one code.
        hint: What the agent could do about it.
    """

    def __init__(self, message: str, *, code: str = "refused", hint: str = "") -> None:
        super().__init__(message)
        self.message, self.code, self.hint = message, code, hint


class DomainError(FcGymError):
    """Tell the author of a domain what is wrong, as `Class.method: parameter`, and what would be right."""


class TaskError(FcGymError):
    """Tell whoever wrote a task why it cannot be played."""


class RecordError(FcGymError):
    """Tell whoever owns a file what is wrong with it, and where."""
