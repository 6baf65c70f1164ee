"""Which files are which table: as the manifest lists them, or by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from datagen.compile import compile_schema
from datagen.days import date_of, window_days, window_of
from datagen.errors import SchemaError, UserError
from datagen.manifest import Manifest
from datagen.model import Dataset
from datagen.plan import Plan
from datagen.schema import read_schema
from datagen.sinks.naming import OF_DAYS, format_of
from datagen.sinks.place import read_manifest
from validate.findings import Trouble


@dataclass(frozen=True, slots=True)
class Sources:
    dataset: Dataset  # of the document as it was effective when the set was made
    manifest: Manifest | None
    files: Mapping[str, tuple[Path, ...]]  # table -> files, in order; a table without any is not listed
    days: Mapping[str, frozenset[str]]  # table -> days of its files, where it is cut by days
    troubles: tuple[Trouble, ...]
    notes: tuple[str, ...]
    left_out: frozenset[str]  # tables that the manifest does not list

    def of_some_days(self) -> frozenset[str]:
        """The tables that are cut by days and lack some day of their window."""
        if not self.days:
            return frozenset()
        plan, time = compile_schema(self.dataset), self.dataset.analysis.timestamp_field
        return frozenset(table for table, days in self.days.items() if time and not all_days(plan, table, time) <= days)


def all_days(plan: Plan, table: str, column: str) -> frozenset[str]:
    """Of which the whole set has a file."""
    made = plan.tables[table]
    if made.axis is not None:
        return frozenset(day.date for day in made.days())
    return frozenset(str(date_of(day)) for day in window_days(window_of(plan, table, column)))


def find(schema: Path, folder: Path) -> Sources:
    """UserError where the document is at fault or there is no such folder, or no file of any table."""
    if not folder.exists():
        raise UserError(f"-d {folder}: does not exist; give the folder of a set, or make one with datagen generate")
    manifest = read_manifest(folder) if folder.is_dir() else None
    dataset, notes = _effective(schema, manifest)
    names = [table.name for table in dataset.tables]
    by_name = _by_name(folder, names, dataset.name)
    if manifest is None or manifest.dataset != dataset.name:
        found = Sources(dataset, None, by_name, {}, (), notes, frozenset())
        missing = tuple(_missing(name, folder) for name in names if name not in by_name)
    else:
        found = _listed(dataset, manifest, folder, by_name, notes)
        missing = ()
    if not any(found.files.values()):
        tables = ", ".join(names)
        raise UserError(f"-d {folder}: holds no file of {tables}; files are named <table>.csv, .jsonl or .parquet")
    return replace(found, troubles=(*found.troubles, *missing))


def _effective(schema: Path, manifest: Manifest | None) -> tuple[Dataset, tuple[str, ...]]:
    plain = read_schema(schema)
    if manifest is None or manifest.dataset != plain.name:
        other = () if manifest is None else (f"the manifest is of the set {manifest.dataset}, not {plain.name}",)
        return plain, other
    try:
        dataset = read_schema(schema, overrides=manifest.overrides, fill=manifest.filling)
    except (SchemaError, UserError):
        return plain, ("the overrides of the manifest do not fit this document; it is taken as it stands",)
    if dataset.schema_sha256 != manifest.schema_sha256:
        return dataset, ("the set was made from another document than this one",)
    return dataset, ()


def _listed(
    dataset: Dataset, manifest: Manifest, folder: Path, by_name: Mapping[str, tuple[Path, ...]], notes: tuple[str, ...]
) -> Sources:
    files: dict[str, tuple[Path, ...]] = {}
    days: dict[str, frozenset[str]] = {}
    troubles: list[Trouble] = []
    for table in {file.table for file in manifest.files}:
        listed = [file for file in manifest.files if file.table == table]
        there = [file for file in listed if (folder / file.path).is_file()]
        days |= {table: frozenset(file.day for file in there if file.day)} if any(file.day for file in listed) else {}
        changed = [file.path for file in there if (folder / file.path).stat().st_size != file.bytes]
        notes += (f"{', '.join(changed[:3])}: another size than the manifest says",) if changed else ()
        if not there and table in by_name:
            files[table] = by_name[table]
            continue
        gone = [file for file in listed if file not in there]
        troubles += [Trouble(file.path, table, "is listed by the manifest and not there") for file in gone]
        if there:
            files[table] = tuple(folder / file.path for file in there)
    left_out = frozenset(table.name for table in dataset.tables) - {file.table for file in manifest.files}
    return Sources(dataset, manifest, files, days, tuple(troubles), notes, left_out)


def _by_name(folder: Path, tables: list[str], dataset: str) -> dict[str, tuple[Path, ...]]:
    """`user.csv`, `user/2025-01-17.csv`; of one table also `<dataset>.csv` and `2025-01-17.csv`, or the only file."""
    if folder.is_file():
        return {tables[0]: (folder,)} if len(tables) == 1 else {}
    found: dict[str, tuple[Path, ...]] = {}
    for table in tables:
        alone = [path for path in _extracts(folder) if _stem(path) == table]
        within = _extracts(folder / table) if (folder / table).is_dir() else []
        if alone or within:
            found[table] = tuple(alone[:1] or within)
    if len(tables) == 1 and not found:
        every = _extracts(folder)
        days = [path for path in every if OF_DAYS.fullmatch(path.name)]
        named = [path for path in every if _stem(path) == dataset]
        chosen = days or named[:1] or (every if len(every) == 1 else [])
        found |= {tables[0]: tuple(chosen)} if chosen else {}
    return found


def _extracts(folder: Path) -> list[Path]:
    paths = sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] not in "._")
    return [path for path in paths if format_of(path.name) is not None]


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]


def _missing(table: str, folder: Path) -> Trouble:
    return Trouble(str(folder / table), table, f"there is no {table}.csv, .jsonl or .parquet")
