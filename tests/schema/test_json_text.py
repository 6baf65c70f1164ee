"""The JSON reader: what it reads, where it says things stand, what it refuses and how."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.schema.json_text import MAX_DEPTH, Located, NotJson, Path, read_json

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(values, st.sampled_from([None, 0, 1, 4]), st.booleans())
def test_what_json_writes_is_read_back(value: Any, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert read_json(text).value == value


@settings(deadline=None)
@given(values)
def test_every_part_stands_in_the_line_the_reader_names(value: Any) -> None:
    text = json.dumps(value, indent=1)
    assert dict(read_json(text).lines) == lines_of(value, (), [1])


def lines_of(value: Any, path: Path, at: list[int]) -> dict[Path, int]:
    """Where json.dumps with an indent puts each part: a line each, and one more for a closing bracket."""
    found = {path: at[0]}
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        at[0] += 1
        found |= lines_of(part, (*path, key), at)
    at[0] += bool(value) and isinstance(value, dict | list)
    return found


@settings(deadline=None, max_examples=300)
@given(st.text(max_size=30) | st.text('{}[]",:\\ue-+.019ntrf \n', max_size=30))
def test_a_text_is_read_as_the_standard_reader_does_or_refused(text: str) -> None:
    outcome = read_or_refuse(text)
    if isinstance(outcome, NotJson):
        assert 1 <= outcome.line <= text.count("\n") + 1
    else:
        assert outcome.value == json.loads(text)


def read_or_refuse(text: str) -> Located | NotJson:
    try:
        return read_json(text)
    except NotJson as error:
        return error


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file is empty; a document begins with {"),
        (" \n ", 1, "the file is empty; a document begins with {"),
        ('{"a": 1,\n}', 1, "a comma before }; remove it"),
        ("[1,\n2,\n\n]", 2, "a comma before ]; remove it"),
        ('{\n"a" 1}', 2, "'1' where the : after \"a\" should stand"),
        ("{\n a: 1}", 2, "'a' where a key should stand; keys stand in double quotes"),
        ('{"a": 1\n "b": 2}', 2, '"b" where a comma or } should stand; is a comma missing?'),
        ('{"a":\nNaN}', 2, "'NaN' is not JSON; a missing value is null, and every number is finite"),
        ("[-Infinity]", 1, "'-Infinity' is not JSON; a missing value is null, and every number is finite"),
        ("[007]", 1, "'007' is not JSON; a number does not begin with 0: write 7, or a text in double quotes"),
        ("[.5]", 1, "'.5' is not JSON; numbers are written like 0.5, 5.0 or -5"),
        ("[1.]", 1, "'1.' is not JSON; numbers are written like 0.5, 5.0 or -5"),
        ("[+1]", 1, "'+1' is not JSON; numbers are written like 0.5, 5.0 or -5"),
        ("[0x1F]", 1, "'0x1F' is not JSON; texts stand in double quotes"),
        ("[True]", 1, "'True' is not JSON; write true"),
        ("[None]", 1, "'None' is not JSON; write null"),
        ("['a']", 1, '"\'a\'" is not JSON; texts stand in double quotes (")'),
        ("[“a”]", 1, "'“a”' is not JSON; texts stand in double quotes (\")"),
        ("[1e999]", 1, "1e999 is too large for a number"),
        (f"[{'9' * 41}]", 1, "a number of 41 characters; at most 40"),
        ("[1] // done", 1, "'//' after the end of the document; one document a file"),
        ("[1, // one\n2]", 1, 'comments are not JSON; use a "comment" key'),
        ("[1 # one\n]", 1, 'comments are not JSON; use a "comment" key'),
        ("{/* one */}", 1, 'comments are not JSON; use a "comment" key'),
        ('[\n"a\nb"]', 2, 'a text that does not end in its line; is a closing " missing?'),
        ('["a', 1, 'a text that does not end in its line; is a closing " missing?'),
        ('["C:\\data"]', 1, "\\d is no escape; a backslash in a text is written \\\\"),
        ('["\\u12"]', 1, "\\u needs four hexadecimal digits"),
        ('["a\tb"]', 1, "a control character (\\x09) in a text; write it as \\u0009"),
        ('["\\u0000"]', 1, "a text with \\u0000 or half of a surrogate pair; no file could hold it"),
        ('["\\ud800"]', 1, "a text with \\u0000 or half of a surrogate pair; no file could hold it"),
        ('{"a": [1, 2}', 1, "} does not close the [ of line 1"),
        ('{\n"a": {\n"b": 1', 3, "the file ends before the { of line 2 is closed; is it cut off?"),
        ('{"a":', 1, "the file ends where a value should stand; is it cut off?"),
        ("[" * 20_000, 1, "nested deeper than 64 levels"),
        ('{"a":' * 20_000 + "1" + "}" * 20_000, 1, "nested deeper than 64 levels"),
    ],
)
def test_what_is_not_json_is_refused_in_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(NotJson) as caught:
        read_json(text)
    assert (caught.value.line, caught.value.message) == (line, message)


def test_the_deepest_document_is_read() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert read_json(text).value == json.loads(text)


def test_both_places_of_a_key_that_stands_twice_are_told() -> None:
    located = read_json('{"a": 1,\n "b": {"a": 2,\n "a": 3},\n "a": 4}')
    assert located.repeated == ((("b", "a"), 3, 2), (("a",), 4, 1))
    assert located.value == {"a": 4, "b": {"a": 3}}
