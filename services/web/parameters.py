"""The parameters of an address, read one by one. Everything wrong with them is said at once."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MultiDict

from web.shell import BadRequestError


class Parameters:
    """Keeps what was asked for and what is wrong with it; `close` raises it all."""

    def __init__(self, arguments: MultiDict[str, str]) -> None:
        self.arguments = arguments
        self.read: set[str] = set()
        self.reasons: list[str] = []

    def choice(self, key: str, known: Sequence[str]) -> str | None:
        text = self.one(key)
        if text is None or text in known:
            return text
        self.reasons.append(f"{key}={text} is not known; known: {', '.join(known)}")
        return None

    def number(self, key: str, default: int, least: int, most: int) -> int:
        text = self.one(key)
        if text is None:
            return default
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self.reasons.append(f"{key}={text} is not a whole number from {least} to {most}")
        return default

    def one(self, key: str) -> str | None:
        self.read.add(key)
        values = self.arguments.getlist(key)
        if len(values) > 1:
            self.reasons.append(f"{key} is given {len(values)} times; give it once")
        return values[0] if len(values) == 1 else None

    def close(self, others: Sequence[str] = ()) -> None:
        """BadRequestError with everything wrong so far; parameters that nobody asked for are, unless in `others`."""
        known = [*sorted(self.read), *(key for key in others if key not in self.read)]
        unknown = [key for key in self.arguments if key not in known]
        self.reasons.extend(f"{key} is not a parameter here; known: {', '.join(known) or 'none'}" for key in unknown)
        if self.reasons:
            raise BadRequestError(self.reasons)
