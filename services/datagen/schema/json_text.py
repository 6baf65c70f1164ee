"""A JSON reader that knows the line of every key and value, refuses what is not JSON, and never recurses.

The standard reader takes NaN and duplicate keys, tells no line of a value that parses, and dies on deep nesting.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]  # keys and list positions from the root

MAX_DEPTH = 64
MAX_NUMBER_LENGTH = 40

_SPACE = re.compile(r"[ \t\r\n]*+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"')
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*+)(\.[0-9]++)?([eE][+-]?[0-9]++)?(?![0-9A-Za-z_.+-])")
_WORD = re.compile(r"[^\s,:\[\]{}\"]++")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS = {"true": True, "false": False, "null": None}
_CLOSES = {"{": "}", "[": "]"}


class NotJson(ValueError):  # noqa: N818 - it names what the text is
    """The text is not JSON. `line` is 1-based; `message` names the fault and a way out."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        self.message = message
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Located:
    """A JSON value and the line in which each part of it begins (of an object's member, the line of its key)."""

    value: Any
    lines: Mapping[Path, int]
    repeated: tuple[tuple[Path, int, int], ...]  # keys that stand twice: path, line of the later, line of the first


@dataclass(slots=True)
class _Frame:
    container: dict[str, Any] | list[Any]
    path: Path
    line: int
    key: str = ""  # of an object: the member being read
    seen: dict[str, int] = field(default_factory=dict)  # key -> its line


def read_json(text: str) -> Located:
    """The value a JSON text holds. Raises NotJson at the first place that is not JSON."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.newlines = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[Path, int] = {}
        self.repeated: list[tuple[Path, int, int]] = []
        self.stack: list[_Frame] = []

    def read(self) -> Located:
        self._skip()
        if self.at == len(self.text):
            raise NotJson(1, "the file is empty; a document begins with {")
        self.lines[()] = self._line()
        value = self._begin(())
        while self.stack:
            self._member()
        self._skip()
        if self.at < len(self.text):
            raise self._fault(f"{self._peek()} after the end of the document; one document a file")
        return Located(value, self.lines, tuple(self.repeated))

    def _begin(self, path: Path) -> Any:
        """The scalar that stands here, or a container just opened and pushed."""
        char = self.text[self.at : self.at + 1]
        if char not in ("{", "["):
            return self._scalar(char)
        if len(self.stack) == MAX_DEPTH:
            raise self._fault(f"nested deeper than {MAX_DEPTH} levels")
        container: dict[str, Any] | list[Any] = {} if char == "{" else []
        self.stack.append(_Frame(container, path, self._line()))
        self.at += 1
        return container

    def _member(self) -> None:
        """One step in the innermost container: its next member, or its end."""
        frame = self.stack[-1]
        opens = "{" if isinstance(frame.container, dict) else "["
        self._skip()
        if self._take(_CLOSES[opens]):
            self.stack.pop()
            return
        if frame.container:
            self._comma(frame, opens)
        if isinstance(frame.container, dict):
            key, line = self._key(frame)
            path = (*frame.path, key)
            self.lines[path] = line
            frame.container[key] = self._begin(path)
        else:
            path = (*frame.path, len(frame.container))
            self.lines[path] = self._line()
            frame.container.append(self._begin(path))

    def _comma(self, frame: _Frame, opens: str) -> None:
        comma = self._line()
        if not self._take(","):
            raise self._missing(frame, opens)
        self._skip()
        if self.text[self.at : self.at + 1] in ("}", "]"):
            raise NotJson(comma, f"a comma before {self.text[self.at]}; remove it")

    def _missing(self, frame: _Frame, opens: str) -> NotJson:
        if self.at == len(self.text):
            return self._fault(f"the file ends before the {opens} of line {frame.line} is closed; is it cut off?")
        if self.text[self.at] in "}]":
            return self._fault(f"{self.text[self.at]} does not close the {opens} of line {frame.line}")
        if self.text[self.at] in "/#":
            return self._fault('comments are not JSON; use a "comment" key')
        return self._fault(f"{self._peek()} where a comma or {_CLOSES[opens]} should stand; is a comma missing?")

    def _key(self, frame: _Frame) -> tuple[str, int]:
        line = self._line()
        if self.text[self.at : self.at + 1] != '"':
            raise self._no_key(frame)
        key = self._string()
        if key in frame.seen:
            self.repeated.append(((*frame.path, key), line, frame.seen[key]))
        frame.seen.setdefault(key, line)
        self._skip()
        if not self._take(":"):
            raise self._fault(f'{self._peek()} where the : after "{key[:40]}" should stand')
        self._skip()
        return key, line

    def _no_key(self, frame: _Frame) -> NotJson:
        if self.at == len(self.text):
            return self._missing(frame, "{")
        if self.text[self.at] in "/#":
            return self._fault('comments are not JSON; use a "comment" key')
        return self._fault(f"{self._peek()} where a key should stand; keys stand in double quotes")

    def _scalar(self, char: str) -> Any:
        if char == '"':
            return self._string()
        if match := _NUMBER.match(self.text, self.at):
            return self._number(match)
        match = _WORD.match(self.text, self.at)
        word = match.group() if match else ""
        if word in _WORDS:
            self.at += len(word)
            return _WORDS[word]
        raise self._fault(_advice(word) if word else self._no_value())

    def _no_value(self) -> str:
        if self.at == len(self.text):
            return "the file ends where a value should stand; is it cut off?"
        return f"{self._peek()} where a value should stand"

    def _string(self) -> str:
        match = _STRING.match(self.text, self.at)
        if match is None:
            raise self._fault(self._bad_string())
        raw = match.group()
        value: str = json.loads(raw) if "\\" in raw else raw[1:-1]
        if "\\u" in raw and ("\0" in value or _SURROGATE.search(value)):
            raise self._fault("a text with \\u0000 or half of a surrogate pair; no file could hold it")
        self.at = match.end()
        return value

    def _bad_string(self) -> str:
        end = re.compile(r'(?:[^"\\\x00-\x1f]++|\\["\\/bfnrtu])*+').match(self.text, self.at + 1)
        stop = end.end() if end else self.at + 1
        after = self.text[stop : stop + 2]
        if after.startswith("\\"):
            return f"{after} is no escape; a backslash in a text is written \\\\"
        if after[:1] in ("", "\n", "\r"):
            return 'a text that does not end in its line; is a closing " missing?'
        if after.startswith('"'):
            return "\\u needs four hexadecimal digits"
        return f"a control character (\\x{ord(after[0]):02x}) in a text; write it as \\u{ord(after[0]):04x}"

    def _number(self, match: re.Match[str]) -> int | float:
        raw = match.group()
        if len(raw) > MAX_NUMBER_LENGTH:
            raise self._fault(f"a number of {len(raw):,} characters; at most {MAX_NUMBER_LENGTH}")
        self.at = match.end()
        if match.group(1) is None and match.group(2) is None:
            return int(raw)
        value = float(raw)
        if value in (float("inf"), float("-inf")):
            raise self._fault(f"{raw} is too large for a number")
        return value

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        if match:
            self.at = match.end()

    def _take(self, char: str) -> bool:
        taken = self.text.startswith(char, self.at)
        self.at += taken
        return taken

    def _peek(self) -> str:
        if self.at == len(self.text):
            return "the end of the file"
        if match := _STRING.match(self.text, self.at):
            return match.group() if len(match.group()) <= 30 else match.group()[:27] + '..."'
        match = _WORD.match(self.text, self.at)
        word = match.group() if match else self.text[self.at]
        return repr(word if len(word) <= 30 else word[:27] + "...")

    def _line(self) -> int:
        return bisect.bisect_left(self.newlines, self.at) + 1

    def _fault(self, message: str) -> NotJson:
        return NotJson(self._line(), message)


def _advice(word: str) -> str:
    """What to write in place of a word that is no JSON value."""
    shown = repr(word if len(word) <= 30 else word[:27] + "...")
    lower = word.lower()
    if lower.lstrip("+-") in ("nan", "infinity", "inf"):
        return f"{shown} is not JSON; a missing value is null, and every number is finite"
    if lower in _WORDS:
        return f"{shown} is not JSON; write {lower}"
    if lower in ("none", "undefined", "nil"):
        return f"{shown} is not JSON; write null"
    if word[0] in "/#":
        return 'comments are not JSON; use a "comment" key'
    if word[0] in "'‘’“”`":  # noqa: RUF001 - the quotes that word processors make
        return f'{shown} is not JSON; texts stand in double quotes (")'
    if re.fullmatch(r"-?0[0-9]+", word):
        return f"{shown} is not JSON; a number does not begin with 0: write {int(word)}, or a text in double quotes"
    if re.fullmatch(r"[+-]?[0-9]*\.?[0-9]*", word):
        return f"{shown} is not JSON; numbers are written like 0.5, 5.0 or -5"
    return f"{shown} is not JSON; texts stand in double quotes"
