"""Values given from outside the file, laid over what the file says."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from datagen.schema.json_text import NotJson, Path, read_json
from datagen.schema.names import show, suggest

MAX_PATH = 500  # characters

_STEP = re.compile(r'(?P<plain>[^."]+)|(?P<quoted>"(?:[^"\\]|\\.)*")')


class OverrideError(ValueError):
    """A path that leads nowhere. `path` is how it was written, `message` says where it ends and a way out."""

    def __init__(self, path: str, message: str) -> None:
        self.path = path
        self.message = message
        super().__init__(message)


class Overrides(dict[str, Any]):
    """Path -> value in the order in which they are laid over the document, and where each was given."""

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        super().__init__(given or {})
        self.sources: dict[str, str] = dict(given.sources) if isinstance(given, Overrides) else {}

    def give(self, path: str, value: Any, source: str) -> None:
        """What is given last counts, and is laid on last."""
        self.pop(path, None)
        self[path] = value
        self.sources[path] = source


def overlay(document: Any, overrides: Mapping[str, Any]) -> tuple[Any, dict[Path, str], list[OverrideError]]:
    """The document with each path's value set, the places set with their sources, and the paths that lead nowhere.

    The document given stays as it was. A key that is not there is made, and judged like any other.
    """
    changed = copy.deepcopy(document) if overrides else document
    sources = overrides.sources if isinstance(overrides, Overrides) else {}
    places: dict[Path, str] = {}
    faults: list[OverrideError] = []
    for written, value in overrides.items():
        try:
            places[_set(changed, written, value)] = sources.get(written, "an override")
        except OverrideError as error:
            faults.append(error)
    return changed, places, faults


def steps(path: str) -> tuple[str, ...]:
    """The parts of a dotted path; a part that holds a dot stands in double quotes. Raises OverrideError."""
    parts: list[str] = []
    at = 0
    while len(path) <= MAX_PATH:
        match = _STEP.match(path, at)
        if match is None:
            break
        parts.append(match["plain"] or _unquoted(match["quoted"], path))
        at = match.end()
        if at == len(path):
            return tuple(parts)
        if path[at] != ".":
            break
        at += 1
    raise OverrideError(path, "this is no path; write it like schema.fields.amount.clamp")


def _unquoted(text: str, path: str) -> str:
    try:
        return str(read_json(text).value)
    except NotJson as error:
        raise OverrideError(path, f"in {show(text)}: {error.message}") from error


def _set(document: Any, written: str, value: Any) -> Path:
    *before, last = steps(written)
    place: list[str | int] = []
    target = document
    for step in before:
        key = _resolve(target, step, written, place)
        if isinstance(target, dict) and target.get(key) is None:
            target[key] = {}
        elif isinstance(key, int) and isinstance(target[key], str) and place[0] == "analysis":
            target[key] = {"name": target[key]}  # what an entry that is a name alone stands for
        target = target[key]
        place.append(key)
    key = _resolve(target, last, written, place)
    target[key] = copy.deepcopy(value)
    return (*place, key)


def _resolve(target: Any, step: str, written: str, place: list[str | int]) -> str | int:
    """The key or position a step means in the value it is taken in."""
    owner = ".".join(map(str, place)) or "the document"
    if isinstance(target, dict):
        return step
    if not isinstance(target, list):
        raise OverrideError(written, f"{owner} is {show(target)} and has no {show(step)}")
    names = [item.get("name", item.get("id")) if isinstance(item, dict) else item for item in target]
    if step in names:
        return names.index(step)
    if step.isdecimal() and len(step) < 7 and int(step) < len(target):
        return int(step)
    known = [name for name in names if isinstance(name, str)]
    raise OverrideError(written, f"{owner} has no item {show(step)}; {suggest(step, known)}")
