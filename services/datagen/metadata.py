"""`.metadata.json` beside the manifest of a set of many tables: for each its rows and columns, for people and tools."""

from __future__ import annotations

import json
from collections import Counter

from datagen.manifest import Manifest
from datagen.plan import Plan


def metadata_json(plan: Plan, manifest: Manifest) -> str:
    """Of the tables that the manifest lists; the same for the same set, whoever made it and when."""
    rows: Counter[str] = Counter()
    for file in manifest.files:
        rows[file.table] += file.rows
    tables = {
        name: {
            "rows": rows[name],
            "columns": len(table.columns),
            "primary_key": table.key,
            "parent": table.parent,
            "types": {field.name: str(field.type) for field in table.arrow_schema},
        }
        for name, table in plan.tables.items()
        if name in rows
    }
    record = {
        "dataset": manifest.dataset,
        "version": str(plan.dataset.document.get("version", "1.0")),
        "master_seed": manifest.seed,
        "schema_sha256": manifest.schema_sha256,
        "total_rows": sum(rows.values()),
        "tables": tables,
        "datagen": manifest.versions["datagen"],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
