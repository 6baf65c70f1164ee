"""What can go wrong on purpose: data in the exception, words in one renderer.

`UserError` and its kinds are what the user can put right: one message, no traceback, exit 2.
Anything else that reaches the command line is a fault of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class DatagenError(Exception):
    """The root of everything this project raises on purpose."""

    exit_code = 1


class UserError(DatagenError):
    """Something the user can put right. The message is lower case, names the value, the rule and the way out."""

    exit_code = 2


class PartialError(DatagenError):
    """The work could only be done in part; the message says which part was not."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a document, and where."""

    path: str  # dotted, from the document's root: schema.fields.amount.clamp; "" is the document itself
    line: int  # 1-based; 0 where the fault stands in no line (an override, say)
    message: str  # name=value + the broken rule + "; " + a way out


class SchemaError(UserError):
    """The document cannot be used. `problems` holds every fault found, in the order of lines."""

    def __init__(self, file: str | Path, problems: tuple[Problem, ...]) -> None:
        self.file = str(file)
        self.problems = problems
        super().__init__(render(self.file, problems))


def render(file: str, problems: tuple[Problem, ...]) -> str:
    """The text a user reads: a head line with the count, then a line a problem, aligned."""
    name = Path(file).name
    places = [f"{name}:{problem.line}" if problem.line else name for problem in problems]
    width = max(map(len, places), default=0)
    head = f"{file}: {len(problems)} problem{'' if len(problems) == 1 else 's'}"
    lines = [
        f"  {place:<{width}}  {problem.path + ': ' if problem.path else ''}{problem.message}"
        for place, problem in zip(places, problems, strict=True)
    ]
    return "\n".join([head, *lines])
