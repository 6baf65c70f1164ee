"""Which of some texts each value of a column is: how one column is looked up in a table by another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.text.scalars import texts
from datagen.weights import Codes


@dataclass(frozen=True)
class Keys:
    """Different CSV texts; null is the empty text."""

    texts: tuple[str, ...]

    def codes(self, column: pa.Array) -> Codes:
        """The place of each value's text among the keys, len(keys) where it is not there; 0-based."""
        text = texts(column)
        if not pa.types.is_dictionary(text.type):
            return self._places(text)
        of_dictionary = np.append(self._places(text.dictionary), self._of_null)
        indices = text.indices.fill_null(len(text.dictionary)) if text.null_count else text.indices
        codes: Codes = np.take(of_dictionary, indices.to_numpy(zero_copy_only=False))
        return codes

    def _places(self, text: pa.Array) -> Codes:
        places = pc.index_in(text.fill_null(""), self._set).fill_null(len(self.texts))
        codes: Codes = places.to_numpy(zero_copy_only=False).astype(self._kind)
        return codes

    @cached_property
    def _set(self) -> pa.Array:
        return pa.array(self.texts, pa.string())

    @cached_property
    def _of_null(self) -> int:
        return self.texts.index("") if "" in self.texts else len(self.texts)

    @cached_property
    def _kind(self) -> np.dtype[np.signedinteger]:
        return np.min_scalar_type(-len(self.texts) - 1)
