"""The result as JSON; docs/validation.md has its keys."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from validate.findings import Finding
from validate.run import Result
from validate.score import WEIGHTS, held

VERSION = 1


def report(result: Result, schema: Path, folder: Path) -> dict[str, Any]:
    dataset, manifest = result.sources.dataset, result.sources.manifest
    findings = result.findings
    return {
        "version": VERSION,
        "dataset": dataset.name,
        "schema": str(schema),
        "schema_sha256": dataset.schema_sha256,
        "folder": str(folder),
        "manifest": manifest is not None,
        "sample": manifest.sample if manifest else None,
        "overrides": dict(dataset.overrides),
        "holds": result.holds,
        "score": result.score,
        "checks": {word: sum(one.verdict == word for one in findings) for word in ("holds", "broken", "skipped")},
        "families": {
            family: {"weight": weight, "checks": held(findings, family)[1], "holds": held(findings, family)[0]}
            for family, weight in WEIGHTS.items()
        },
        "tables": [
            {
                "name": name,
                "rows": loaded.rows if (loaded := result.loaded.get(name)) else None,
                "files": len(loaded.files) if loaded else 0,
                "columns": len(table.columns),
            }
            for name, table in result.declared.tables.items()
        ],
        "findings": [_finding(finding) for finding in findings],
        "troubles": [asdict(trouble) for trouble in result.troubles],
        "notes": list(result.sources.notes),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    record = asdict(finding)
    record["examples"], record["figures"] = list(finding.examples), dict(finding.figures)
    if finding.picture is not None:
        parts = record["picture"].items()
        record["picture"] = {key: list(part) if isinstance(part, tuple) else part for key, part in parts}
    return record


def to_json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False, default=str) + "\n"
