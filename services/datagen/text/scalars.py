"""The CSV text of any column, before quoting: what derived columns join and conditional ones look up."""

from __future__ import annotations

import json
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

FALSE_TRUE = pa.array(["false", "true"])


def texts(array: pa.Array) -> pa.Array:
    """Each value as CSV writes it, unquoted: utf8, or dictionary<utf8> where there are few; null stays null.

    ValueError where a number is not finite.
    """
    kind = array.type
    if pa.types.is_dictionary(kind):
        return pa.DictionaryArray.from_arrays(array.indices, _plain(texts(array.dictionary)))
    if pa.types.is_string(kind):
        return array
    if pa.types.is_boolean(kind):
        return pa.DictionaryArray.from_arrays(array.cast(pa.int8()), FALSE_TRUE)
    if pa.types.is_floating(kind):
        return _floats(array)
    if pa.types.is_timestamp(kind):
        return _instants(array)
    if pa.types.is_struct(kind):
        return _objects(array)
    return array.cast(pa.string())


def _plain(array: pa.Array) -> pa.Array:
    return array.dictionary_decode() if pa.types.is_dictionary(array.type) else array


def _floats(array: pa.Array) -> pa.Array:
    if not pc.all(pc.is_finite(array), min_count=0).as_py():
        raise ValueError("a float is NaN or infinite, for which text has no form")
    shortest = pc.add(array, 0.0).cast(pa.string())  # -0.0 + 0.0 is 0.0
    scientific = pc.fill_null(pc.match_substring(shortest, "e"), False)
    spelled = [format(Decimal(text), "f") for text in shortest.filter(scientific).to_pylist()]
    return pc.replace_with_mask(shortest, scientific, pa.array(spelled, pa.string())) if spelled else shortest


def _instants(array: pa.Array) -> pa.Array:
    text = pc.replace_substring(array.cast(pa.timestamp("us")).cast(pa.string()), " ", "T")
    return pc.if_else(pc.ends_with(text, ".000000"), pc.utf8_slice_codeunits(text, 0, 19), text)


def _objects(array: pa.Array) -> pa.Array:
    """Compact JSON; numbers keep a point, so that a reader gets back what it was."""
    members = [_members(array.field(index), array.type.field(index).name) for index in range(array.type.num_fields)]
    body = pc.binary_join_element_wise(*members, ",")
    text = pc.binary_join_element_wise("{", body, "}", "")
    return pc.if_else(array.is_valid(), text, pa.scalar(None, pa.string()))


def _members(array: pa.Array, name: str) -> pa.Array:
    text = _plain(texts(array))
    if pa.types.is_floating(array.type):
        whole = pc.invert(pc.match_substring(text, "."))
        text = pc.if_else(whole, pc.binary_join_element_wise(text, "0", "."), text)
    elif pa.types.is_string(array.type) or pa.types.is_timestamp(array.type):
        text = pa.array([value if value is None else _quoted(value) for value in text.to_pylist()], pa.string())
    return pc.binary_join_element_wise(_quoted(name) + ":", pc.fill_null(text, "null"), "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
