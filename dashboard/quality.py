"""What became of every row: `quality.json` of a run, checked, and checked to add up."""

from __future__ import annotations

from typing import Any

from dashboard.cube import Cube
from web.folder import UnreadableError
from web.published import Run

FATES = ("counted", "quarantined", "duplicate")
REASONS = 50  # shown; the others are counted
FILES = 200


def quality(run: Run, cube: Cube) -> dict[str, Any]:
    """The run's account of its rows. UnreadableError where a part of it is missing or of another type."""
    document = run.document("quality.json")
    try:
        return _account(document, cube)
    except KeyError as error:
        raise UnreadableError(f"quality.json of run {run.short}: no {error.args[0]}") from error
    except (TypeError, AttributeError, ValueError) as error:
        raise UnreadableError(f"quality.json of run {run.short}: not an account of rows") from error


def _account(document: dict[str, Any], cube: Cube) -> dict[str, Any]:
    rows = {fate: int(document["rows"][fate]) for fate in ("read", *FATES, "duplicate_differing")}
    files = sorted(document["files"], key=lambda file: -(int(file["quarantined"]) + int(file["duplicate"])))
    reasons, source = document["reasons"], document["input"]
    return {
        "rows": rows,
        "doubts": _doubts(rows, files, int(cube.records())),
        "reasons": [{"reason": str(entry["reason"]), "rows": int(entry["rows"])} for entry in reasons[:REASONS]],
        "more_reasons": sum(int(entry["rows"]) for entry in reasons[REASONS:]),
        "repaired": [_repair(entry) for entry in document["repaired"]],
        "warnings": [str(warning) for warning in document["warnings"]],
        "strict": bool(document["strict"]),
        "files": [_file(file) for file in files[:FILES]],
        "input": {key: source[key] for key in ("path", "files", "bytes", "generated_rows", "generated_at", "read_at")},
        "first_timestamp": document["first_timestamp"],
        "last_timestamp": document["last_timestamp"],
        "aggregated_rows": int(document["output"]["aggregated_rows"]),
        "seconds": float(document["seconds"]),
    }


def _doubts(rows: dict[str, int], files: list[dict[str, Any]], aggregated: int) -> list[str]:
    """Why the account does not add up; empty where it does."""
    doubts = []
    if rows["read"] != sum(rows[fate] for fate in FATES):
        accounted = sum(rows[fate] for fate in FATES)
        doubts.append(f"{rows['read']:,} rows were read, {accounted:,} are accounted for")
    for fate in ("read", *FATES):
        if files and rows[fate] != (summed := sum(int(file[fate]) for file in files)):
            doubts.append(f"{rows[fate]:,} rows were {fate}, in the single files {summed:,}")
    if rows["counted"] != aggregated:
        doubts.append(f"{rows['counted']:,} rows were counted, the aggregates hold {aggregated:,}")
    return doubts


def _repair(entry: dict[str, Any]) -> dict[str, Any]:
    return {"column": str(entry["column"]), "rule": str(entry["rule"]), "rows": int(entry["rows"])}


def _file(file: dict[str, Any]) -> dict[str, Any]:
    return {"file": str(file["file"])} | {key: int(file[key]) for key in ("bytes", "read", *FATES)}
