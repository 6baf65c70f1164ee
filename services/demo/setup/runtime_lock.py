"""The part of requirements.lock that running the project takes: `python runtime_lock.py LOCK [TOOL ...]`.

The lock says of each package on whose account it is there (`# via`). What is there on account of the project itself,
and on account of such a package, is kept, hashes and all, and so are the tools that are named. Standard library alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

OURSELVES = re.compile(r"\S+ \(pyproject\.toml\)")
PARAGRAPH = re.compile(r"^(?P<name>[\w.-]+)==.*\n(?:[ \t].*\n)*", re.MULTILINE)
VIA = re.compile(r"^ +# via *(?P<first>.*)\n(?P<more>(?: +#   .*\n)*)", re.MULTILINE)


def runtime(lock: str, tools: Iterable[str] = ()) -> str:
    """The paragraphs in their order. LookupError where a tool is not in the lock."""
    paragraphs = [(match["name"], match.group()) for match in PARAGRAPH.finditer(lock)]
    kept = set(tools)
    if unknown := kept - {name for name, _ in paragraphs}:
        raise LookupError(f"the lock has no {', '.join(sorted(unknown))}; run `make lock`")
    while more := {name for name, text in paragraphs if name not in kept and _is_for(text, kept)}:
        kept |= more
    return "".join(text for name, text in paragraphs if name in kept)


def _is_for(paragraph: str, kept: set[str]) -> bool:
    return any(OURSELVES.fullmatch(user) or user in kept for user in _users(paragraph))


def _users(paragraph: str) -> Iterator[str]:
    for match in VIA.finditer(paragraph):
        lines = [match["first"], *match["more"].splitlines()]
        yield from (line.strip().lstrip("# ") for line in lines if line.strip())


def main(lock: str, *tools: str) -> None:
    sys.stdout.write(runtime(Path(lock).read_text("utf-8"), tools))


if __name__ == "__main__":
    main(*sys.argv[1:])
