"""What the environment and the command line say in place of the document: flag > variable > file > default."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from datagen.errors import UserError
from datagen.schema.json_text import NotJson, read_json
from datagen.schema.names import show
from datagen.schema.overrides import Overrides

SET_VARIABLE = "DATAGEN_SET"  # a line each: path=value
OUTPUT_VARIABLE = "DATAGEN_OUTPUT"  # where files go: a folder, a file or -

# Variable -> the path it sets in a document.
VARIABLES: Mapping[str, str] = MappingProxyType(
    {
        "DATAGEN_SEED": "seed",
        "DATAGEN_ROWS": "entity_count",
        "DATAGEN_START": "time_window.start",
        "DATAGEN_END": "time_window.end",
        "DATAGEN_FORMAT": "output.format",
    }
)
TEXTS = frozenset({"time_window.start", "time_window.end", "output.format"})  # never read as JSON

_STEP = r'(?:[^."=]+|"(?:[^"\\]|\\.)*")'
_ASSIGNMENT = re.compile(rf"\s*({_STEP}(?:\.{_STEP})*)\s*=(.*)", re.DOTALL)


def overrides(
    environment: Mapping[str, str], flags: Mapping[str, Any] = MappingProxyType({}), assignments: Iterable[str] = ()
) -> Overrides:
    """Path -> value, from the weakest to the strongest: DATAGEN_SET, the other variables, `--set`, flags.

    `flags` are paths with the value of a flag of their own, None where it was not given; `assignments` are the
    texts of `--set`. Raises UserError for what is no assignment.
    """
    found = Overrides()
    for line in environment.get(SET_VARIABLE, "").splitlines():
        if line.strip():
            found.give(*assignment(line, SET_VARIABLE), SET_VARIABLE)
    for variable, path in VARIABLES.items():
        if text := environment.get(variable, "").strip():
            found.give(path, _text(text, variable) if path in TEXTS else _value(text, variable), variable)
    for given in assignments:
        found.give(*assignment(given, "--set"), "--set")
    for path, value in flags.items():
        if value is not None:
            found.give(path, _text(value, "an option") if isinstance(value, str) else value, "an option")
    return found


def assignment(text: str, source: str) -> tuple[str, Any]:
    """The path and the value of `path=value`; a value that is not JSON is text. Raises UserError."""
    match = _ASSIGNMENT.fullmatch(text)
    if match is None:
        raise UserError(f"{source}: {show(text)} is not path=value; write it like schema.fields.amount.clamp=[1,500]")
    return _text(match[1].strip(), source), _value(match[2].strip(), source)


def _value(text: str, source: str) -> Any:
    try:
        located = read_json(_text(text, source))
    except NotJson:
        return text
    if located.repeated:
        raise UserError(f"{source}: {show(text)} has the key {show(str(located.repeated[0][0][-1]))} twice")
    return located.value


def _text(text: str, source: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UserError(f"{source}: {show(text)} is not UTF-8") from error
    return text
