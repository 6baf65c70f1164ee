"""Regular expressions that match in time linear in the text: RE2, by way of Arrow."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from datagen.refusals import RefusalError

_REASON = re.compile(r"(?:Invalid regular expression: )?(.*)", re.DOTALL)


def check_regex(pattern: str) -> None:
    """RefusalError where it is none, or one that only a backtracking engine knows."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        match = _REASON.fullmatch(str(error))
        reason = match[1] if match else str(error)
        raise RefusalError(
            "regex", f"regex={pattern!r} is no regular expression of RE2, which has no look-around: {reason}"
        ) from error
