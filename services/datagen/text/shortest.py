"""Doubles of any size in their shortest form, without an exponent: for the few columns that digits.py leaves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.text.digits import F64
from datagen.text.lines import Lines
from datagen.text.parts import Bytes, Places, Span
from datagen.text.quoting import plain_part
from datagen.text.words import Piece, Words, fused, vocabulary

SCIENTIFIC = r"^(?P<sign>-?)(?P<first>[0-9])(?:\.(?P<others>[0-9]+))?e\+?(?P<power>-?[0-9]+)$"
ZEROS: Bytes = np.full(512, ord("0"), np.uint8)


def shortest(values: F64, *, pointed: bool) -> pa.StringArray:
    """The fewest digits that give each value back. ValueError where one is not finite."""
    if not np.isfinite(values).all():
        raise ValueError("a number is NaN or infinite, which has no form as text")
    text = pa.array(values + 0.0).cast(pa.string())  # -0.0 + 0.0 is 0.0
    scientific = pc.match_substring(text, "e")
    if pc.any(scientific).as_py():
        text = pc.replace_with_mask(text, scientific, _spelled(text.filter(scientific)))
    if not pointed:
        return text
    return pc.if_else(pc.match_substring(text, "."), text, pc.binary_join_element_wise(text, "0", "."))


def _spelled(scientific: pa.StringArray) -> pa.StringArray:
    """1.5e-7 as 0.00000015: digits moved, zeros filled in."""
    found = pc.extract_regex(scientific, SCIENTIFIC)
    sign, first, others, power = found.flatten()
    digits = plain_part(pc.binary_join_element_wise(first, others, "")).span(np.arange(len(found)))
    source = np.append(digits.source, np.zeros(digits.width, np.uint8))
    count = np.broadcast_to(digits.lengths, len(found))
    point = power.cast(pa.int64()).to_numpy() + 1  # how many digits stand before the point; may lie outside them
    before = np.clip(point, 0, count)
    form = np.select([point <= 0, point < count], [1, 2])
    pieces: list[Piece] = [
        plain_part(sign),
        Span(source, digits.starts, before),
        _zeros(point - count),
        Words(vocabulary(b"", b"0.", b"."), form),
        _zeros(-point),
        Span(source, digits.starts + before, count - before),
    ]
    lines = Lines()
    return lines.strings(lines.append(fused(pieces), len(found)))


def _zeros(count: Places) -> Span:
    return Span(ZEROS, np.zeros(len(count), np.intp), np.maximum(count, 0))
