"""The CSV text of any column, before quoting: what derived columns join and conditional ones look up."""

from __future__ import annotations

import pyarrow as pa

from datagen.text.fields import PLAIN, pieces, strings, valid_flags

FALSE_TRUE = pa.array(["false", "true"])


def texts(array: pa.Array) -> pa.Array:
    """Each value as CSV writes it, unquoted: utf8, or dictionary<utf8> where there are few; null stays null.

    ValueError where a number is not finite or an instant lies outside the years 1 to 9999.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(array.indices, texts(array.dictionary).cast(pa.string()))
    if pa.types.is_string(kind):
        return array
    if pa.types.is_boolean(kind):
        return pa.DictionaryArray.from_arrays(array.cast(pa.int8()), FALSE_TRUE)
    return strings([array], lambda columns: pieces(columns[0], PLAIN), valid_flags(array))
