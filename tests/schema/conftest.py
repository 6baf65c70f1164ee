"""Reads a document written in the test, at a fixed hour and with a fixed draw of the seed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import SchemaError
from datagen.model import Dataset
from datagen.schema import read_schema

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
DRAWN_SEED = 4242
Read = Callable[..., Dataset]
Lines = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A file of a text, of bytes or of a JSON value, named shop.json where nothing else is said."""

    def write(document: Any, name: str = "shop.json") -> Path:
        path = tmp_path / name
        text = document if isinstance(document, str | bytes) else json.dumps(document, indent=1)
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        return path

    return write


@pytest.fixture
def read(write: Callable[..., Path]) -> Read:
    """The data set of a document."""

    def read(document: Any, name: str = "shop.json", **options: Any) -> Dataset:
        return read_schema(write(document, name), clock=lambda: NOW, draw_seed=lambda: DRAWN_SEED, **options)

    return read


@pytest.fixture
def problems(read: Read) -> Lines:
    """What a user reads of a document that cannot be used: the lines under the head."""

    def problems(document: Any, name: str = "shop.json", **options: Any) -> list[str]:
        with pytest.raises(SchemaError, match=name) as caught:
            read(document, name, **options)
        head, *lines = str(caught.value).splitlines()
        assert head == f"{caught.value.file}: {len(lines)} problem{'s' if len(lines) > 1 else ''}"
        return [line.removeprefix("  ") for line in lines]

    return problems


@pytest.fixture
def shop() -> Callable[..., dict[str, Any]]:
    """A small sound document; fields are added at its end, keys at its top."""

    def shop(*fields: Mapping[str, Any], **top: Any) -> dict[str, Any]:
        common: list[Mapping[str, Any]] = [
            {"name": "id", "type": "uuid"},
            {"name": "ts", "type": "datetime"},
            {"name": "city", "type": "category", "choices": ["Oslo", "Turku"]},
            {"name": "amount", "type": "float", "min": 0, "max": 9, "precision": 2},
            {"name": "items", "type": "int"},
            {"name": "paid", "type": "bool"},
        ]
        return {**top, "schema": {"fields": [*common, *fields]}}

    return shop
