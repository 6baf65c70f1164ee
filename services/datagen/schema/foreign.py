"""Documents that are not ours: said by name, so that nobody hunts for the fault in the wrong file."""

from __future__ import annotations

import re
from typing import Any

_CSV_LINE = re.compile(r"[^{}\[\]:]+[,;\t|][^{}\[\]:]*")
_YAML_LINE = re.compile(r"(?:---\s*|[A-Za-z_][\w-]*:(?: .*)?)")


def foreign_text(text: str) -> str | None:
    """What a text that is not JSON seems to be, from its first line."""
    first = text.lstrip().partition("\n")[0].strip()
    if first.startswith("<"):
        return "this is HTML or XML, not a schema; a schema is JSON text"
    if _YAML_LINE.fullmatch(first):
        return "this looks like YAML; write the schema as JSON"
    if _CSV_LINE.fullmatch(first):
        return "this looks like a CSV file, not a schema; a schema describes the columns in JSON"
    return None


def foreign_document(document: Any) -> str | None:
    """What a JSON document that lacks `schema` is; None where it may be ours."""
    if not isinstance(document, dict):
        return None
    tests = (
        (_is_json_schema(document), "this is a JSON Schema; a document here lists its columns under schema.fields"),
        (
            {"version", "metadata"} <= document.keys(),
            "this looks like the relational dialect, but has no 'nodes'; list its tables there",
        ),
        ("openapi" in document or "swagger" in document, "this is an OpenAPI description, not a schema of rows"),
        (document.get("type") == "record", "this is an Avro schema; list its columns under schema.fields"),
        ({"schema_sha256", "files"} <= document.keys(), "this is the manifest of a generated set, not its schema"),
        ({"fingerprint", "dimensions"} <= document.keys(), "this is the published analysis of a run, not a schema"),
        ("cells" in document and "nbformat" in document, "this is a notebook, not a schema"),
        (
            isinstance(document.get("fields"), list),
            'fields stands at the top; put it into schema: {"schema": {"fields": […]}}',
        ),
    )
    return next((sentence for holds, sentence in tests if holds), None)


def _is_json_schema(document: dict[str, Any]) -> bool:
    dialect = document.get("$schema")
    named = isinstance(dialect, str) and "json-schema.org" in dialect
    return named or isinstance(document.get("properties"), dict) or "$defs" in document
