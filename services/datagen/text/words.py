"""Cells that are one of few texts: categories, flags, and the fixed text between columns.

Neighbours are fused: two such parts are one whose vocabulary is every pair, so that a row of
`city,channel,category,` is one look-up and one move.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np

from datagen.text.parts import Bytes, Flags, Grid, Part, Places, Span, fields_of

MOST_WORDS = 4096  # of a fused vocabulary
MOST_BYTES = 1 << 18  # of its table, which should stay in cache
WIDEST = 256  # bytes of a word that are moved in every row, however long the row's own word is


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Texts by their code. Equal only to itself, so that what is made of it can be kept."""

    texts: tuple[bytes, ...]

    @cached_property
    def width(self) -> int:
        return max(1, *map(len, self.texts))

    @cached_property
    def lengths(self) -> Places:
        return np.array([len(text) for text in self.texts], np.intp)

    @cached_property
    def places(self) -> tuple[Bytes, Places]:
        """The texts one after the other, and where each begins."""
        source = np.frombuffer(b"".join(self.texts) + bytes(self.width), np.uint8)
        return source, np.cumsum(self.lengths) - self.lengths

    @cached_property
    def table(self) -> Bytes:
        """A row a text, padded to a width that NumPy moves fastest."""
        stride = next((size for size in (1, 2, 4, 8, 16, 32) if size >= self.width), -(-self.width // 8) * 8)
        return np.frombuffer(b"".join(text.ljust(stride, b"\0") for text in self.texts), np.uint8).reshape(-1, stride)


@dataclass(frozen=True)
class Words:
    """One text a row by its code; the first text for all rows where `codes` is None."""

    vocabulary: Vocabulary
    codes: Places | None

    def part(self) -> Part:
        words = self.vocabulary
        if self.codes is None:
            return Grid(fields_of(words.table, 1, words.width, words.table.shape[1]), len(words.texts[0]))
        same = words.lengths.min() == words.lengths.max()
        lengths = int(words.lengths[0]) if same else words.lengths.take(self.codes)
        if words.width > WIDEST:
            source, starts = words.places
            return Span(source, starts.take(self.codes), lengths)
        stride = words.table.shape[1]
        padded = words.table.view(f"V{stride}").ravel().take(self.codes)
        return Grid(fields_of(padded, len(padded), words.width, stride), lengths)


Piece = Words | Part


@lru_cache(maxsize=1024)
def vocabulary(*texts: bytes) -> Vocabulary:
    return Vocabulary(texts)


def literal(text: bytes) -> Words:
    """The same text in every row."""
    return Words(vocabulary(text), None) if text else NOTHING


NOTHING = Words(vocabulary(b""), None)


def switch(no: bytes, yes: bytes, flags: Flags) -> Words:
    """One text where a flag is set, another where it is not."""
    return Words(vocabulary(no, yes), flags.astype(np.intp))


def separated(columns: Iterable[list[Piece]], separator: bytes) -> list[Piece]:
    """The pieces of columns one after the other, with the same text between any two."""
    between = literal(separator)
    return [piece for pieces in columns for piece in (between, *pieces)][1:]


def or_else(words: Words, flags: Flags, other: bytes) -> Words:
    """The words in the rows whose flag is set, another text in the others."""
    if words.codes is None:
        return switch(other, words.vocabulary.texts[0], flags)
    codes = np.where(flags, words.codes, len(words.vocabulary.texts))
    return Words(_with(words.vocabulary, other), codes)


def shown(pieces: Iterable[Piece], flags: Flags) -> list[Piece]:
    """The pieces in the rows whose flag is set, nothing in the others."""
    return [_shown(piece, flags) for piece in pieces]


def _shown(piece: Piece, flags: Flags) -> Piece:
    if isinstance(piece, Words):
        return or_else(piece, flags, b"")
    lengths = np.where(flags, piece.lengths, 0)
    return Grid(piece.fields, lengths) if isinstance(piece, Grid) else Span(piece.source, piece.starts, lengths)


@lru_cache(maxsize=256)
def _with(words: Vocabulary, other: bytes) -> Vocabulary:
    return Vocabulary((*words.texts, other))


def fused(pieces: Iterable[Piece]) -> list[Part]:
    """The parts that write the same row; neighbouring words are one part where their vocabulary stays small."""
    run: list[Piece] = []
    for piece in pieces:
        if piece is NOTHING:
            continue
        last = run[-1] if run else None
        if isinstance(last, Words) and isinstance(piece, Words) and _small(last.vocabulary, piece.vocabulary):
            run[-1] = _pair(last, piece)
        else:
            run.append(piece)
    return [piece.part() if isinstance(piece, Words) else piece for piece in run]


def _small(left: Vocabulary, right: Vocabulary) -> bool:
    count, width = len(left.texts) * len(right.texts), left.width + right.width
    return count <= MOST_WORDS and count * width <= MOST_BYTES and (width <= WIDEST or count == 1)


def _pair(left: Words, right: Words) -> Words:
    words = _pairs(left.vocabulary, right.vocabulary)
    if left.codes is None or right.codes is None:
        return Words(words, right.codes if left.codes is None else left.codes)
    return Words(words, left.codes * len(right.vocabulary.texts) + right.codes)


@lru_cache(maxsize=256)
def _pairs(left: Vocabulary, right: Vocabulary) -> Vocabulary:
    return Vocabulary(tuple(before + after for before, after in product(left.texts, right.texts)))
