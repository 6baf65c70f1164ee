"""Whatever is done to a document that is right, a person gets a data set or sentences; never a traceback."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.compile import compile_schema
from datagen.errors import UserError
from datagen.schema import read_schema
from datagen.schema.json_text import Path as Place
from tests.gallery import GALLERY
from tests.schema.nodes import everything

NAMES = [*GALLERY, "every key of tables"]
DOCUMENTS = [*(path.read_text("utf-8") for path in GALLERY.values()), json.dumps(everything())]
FOREIGN_WORDS = re.compile(
    r"pydantic|Input should|validation error|Traceback|Error\(|type=|Extra inputs|Field required|<class|datagen\."
)

junk = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(
        ["", "_default", "{00-99}", "%Y", "iso", "1 hour", "city", "2025-02-30", "a" * 2_000, "\U0001f600"]
    ),
    st.lists(st.integers(-3, 3), max_size=4),
    st.dictionaries(st.sampled_from(["name", "value", "weight", "type", "min", "x"]), st.integers(-1, 2), max_size=3),
)


def outcome(content: bytes, **options: Any) -> str:
    """What a person reads; empty where the document is good, and can be planned."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.json"
        path.write_bytes(content)
        try:
            dataset = read_schema(path, **options)
            if all(table.rows < 10**6 for table in dataset.tables) and dataset.window.length_us < 10**14:
                compile_schema(dataset)
        except UserError as error:
            return str(error).replace(folder, "")
        return ""


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


@cache
def all_places(number: int) -> list[Place]:
    return list(places(json.loads(DOCUMENTS[number])))


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A document of the gallery in which up to three places are replaced, removed, renamed or doubled."""
    number = draw(st.integers(0, len(DOCUMENTS) - 1))
    document = json.loads(DOCUMENTS[number])
    for place in draw(st.lists(st.sampled_from(all_places(number)[1:]), min_size=1, max_size=3)):
        owner: Any = document
        for key in place[:-1]:
            owner = owner[key] if has(owner, key) else None
        if has(owner, place[-1]):
            change(draw, owner, place[-1])
    return document


def has(owner: Any, key: int | str) -> bool:
    if isinstance(owner, list):
        return isinstance(key, int) and key < len(owner)
    return isinstance(owner, dict) and key in owner


def change(draw: st.DrawFn, owner: Any, key: Any) -> None:
    kind = draw(st.sampled_from(["replace", "remove", "rename", "double"]))
    if kind == "replace":
        owner[key] = draw(junk)
    elif kind == "remove":
        del owner[key]
    elif isinstance(owner, list):
        owner.append(owner[key] if kind == "double" else draw(junk))
    else:
        owner[draw(st.sampled_from(["name", "type", "x", f"{key}s", str(key).upper()]))] = owner[key]


@settings(deadline=None, max_examples=300)
@given(mutated())
def test_a_document_whose_parts_are_changed_is_read_or_refused_in_our_words(document: Any) -> None:
    text = outcome(json.dumps(document).encode("utf-8", "surrogatepass"))
    assert not FOREIGN_WORDS.search(re.sub(r"type='?\w*'? is not a type|type=\S+ ", "", text)), text


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(DOCUMENTS), st.data())
def test_a_document_whose_bytes_are_changed_is_read_or_refused_in_our_words(document: str, data: st.DataObject) -> None:
    content = document.encode()
    at = data.draw(st.integers(0, len(content)))
    cut = data.draw(st.sampled_from([0, 1, 2, 10, 100, len(content)]))
    put = data.draw(
        st.binary(max_size=3) | st.sampled_from([b'"', b"{", b"}", b"[", b"]", b",", b":", b"\\", b"-", b"\n"])
    )
    text = outcome(content[:at] + put + content[at + cut :])
    assert not FOREIGN_WORDS.search(re.sub(r"type=\S+ ", "", text)), text


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(DOCUMENTS),
    st.dictionaries(
        st.text(max_size=12)
        | st.sampled_from(
            ["seed", "schema", "schema.fields", "schema.fields.0", "schema.fields.city.type", "analysis", "nodes"]
        )
        | st.lists(
            st.sampled_from(
                [
                    "schema",
                    "fields",
                    "city",
                    "0",
                    "analysis",
                    "stream",
                    "x",
                    '"a"',
                    "nodes",
                    "user",
                    "columns",
                    "age",
                    "rows",
                ]
            ),
            max_size=4,
        ).map(".".join),
        junk,
        max_size=3,
    ),
)
def test_any_override_is_laid_on_or_refused_in_our_words(document: str, overrides: dict[str, Any]) -> None:
    text = outcome(document.encode(), overrides=overrides)
    assert not FOREIGN_WORDS.search(re.sub(r"type=\S+ ", "", text)), text


LARGE = ("bank", "shop")  # of many keys, each of which the last of all has too


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LARGE])
def test_a_document_that_lacks_any_one_key_or_field_is_read_or_refused(name: str) -> None:
    document = DOCUMENTS[NAMES.index(name)]
    every = all_places(NAMES.index(name))[1:]
    for place in (place for place in every if len(place) <= 4):
        changed = json.loads(document)
        owner: Any = changed
        for key in place[:-1]:
            owner = owner[key]
        del owner[place[-1]]
        assert not FOREIGN_WORDS.search(outcome(json.dumps(changed).encode()))
