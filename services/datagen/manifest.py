"""What a set of input files says of itself: how it was made and what it is made of.

The manifest holds nothing that differs between two runs of the same document: no clock, host, worker
count or engine. Those stand in `_run.json` beside it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class File:
    """One extract of a set."""

    path: str  # below the set's folder, with "/"
    table: str
    rows: int
    bytes: int
    sha256: str
    day: str | None  # YYYY-MM-DD; None where the file is not one day's


@dataclass(frozen=True, slots=True)
class Manifest:
    dataset: str
    format: str
    gzip: bool
    seed: int
    window: Mapping[str, str]  # start and end, as in the effective document
    draw_version: int
    schema_sha256: str  # of the whole effective document
    overrides: Mapping[str, Any]  # path -> value that replaced one of the document
    versions: Mapping[str, str]  # of the tools that shape bytes; several, comma-separated, where days differ
    files: tuple[File, ...]
    steered: tuple[str, ...] = ()  # sentences: what was moved so that targets are met; left out where nothing was
    sample: int | None = None  # the first so many rows of each table at most; left out where all were made

    def to_json(self) -> str:
        told = {key: value for key, value in asdict(self).items() if key not in ("steered", "sample") or value}
        return json.dumps(told, ensure_ascii=False, indent=2, allow_nan=False, sort_keys=False) + "\n"

    @property
    def filling(self) -> dict[str, Any]:
        """What a document that names no seed or window takes from its set: `fill` of `read_schema`."""
        return {"seed": self.seed, "time_window": dict(self.window)}

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def from_json(text: str) -> Manifest:
    """What `Manifest.to_json` wrote; unknown keys are passed over. ValueError where it is something else."""
    raw = json.loads(text)
    try:
        files = tuple(_known(File, entry) for entry in raw["files"])
        steered = tuple(raw.get("steered", ()))
        manifest: Manifest = _known(Manifest, {**raw, "files": files, "steered": steered, "sample": raw.get("sample")})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("this is not a manifest of a set") from error
    if not (_typed(manifest) and all(map(_typed, files))):
        raise ValueError("this is not a manifest of a set")
    return manifest


def with_days(published: Manifest, made: Manifest) -> Manifest:
    """The published set with the files of `made` added or put in place of those of the same table and day.

    Both are of the same effective document.
    """
    replaced = {(file.table, file.day) for file in made.files}
    kept = [file for file in published.files if (file.table, file.day) not in replaced]
    files, versions = in_order([*kept, *made.files]), _all_versions(published, made)
    return replace(made, files=files, versions=versions, overrides=published.overrides)


def in_order(files: Iterable[File]) -> tuple[File, ...]:
    return tuple(sorted(files, key=lambda file: file.path))


def _all_versions(one: Manifest, other: Manifest) -> dict[str, str]:
    both: dict[str, str] = {}
    for name in {**other.versions, **one.versions}:
        texts = [*one.versions.get(name, "").split(", "), *other.versions.get(name, "").split(", ")]
        both[name] = ", ".join(sorted({text for text in texts if text}))
    return both


def _known(kind: type[Any], raw: Mapping[str, Any]) -> Any:
    return kind(**{field.name: raw[field.name] for field in fields(kind)})


TYPES: Mapping[str, type | tuple[type, ...]] = {
    "str": str,
    "int": int,
    "bool": bool,
    "str | None": (str, type(None)),
    "int | None": (int, type(None)),
    "Mapping[str, str]": dict,
    "Mapping[str, Any]": dict,
    "tuple[File, ...]": tuple,
    "tuple[str, ...]": tuple,
}


def _typed(record: Any) -> bool:
    """Whether every value is of the type its field declares, so that no reader stumbles later."""
    return all(
        isinstance(getattr(record, field.name), TYPES[str(field.type)])
        and isinstance(getattr(record, field.name), bool) == (field.type == "bool")
        for field in fields(record)
    )
