"""The business that a demo shows: its schema, its folders, and what the jobs will make of the schema."""

from __future__ import annotations

from pathlib import Path

from datagen import manifest as manifests
from datagen.analysis import Analysis
from datagen.schema import read_schema
from datagen.sinks.naming import MANIFEST
from demo.folders import Folders


class Business:
    """A schema that names no seed or window is wholly known only when its data is made: the set says them."""

    def __init__(self, schema: Path, data: Path) -> None:
        """Raises SchemaError."""
        self.schema = schema
        self.dataset = read_schema(schema)
        self.folders = Folders(data, self.dataset.name)
        self.early = not self.dataset.drawn  # all is known before the data is made
        self._known = self.dataset.analysis if self.early else None

    @property
    def known(self) -> Analysis | None:
        return self._known

    @property
    def analysis(self) -> Analysis:
        """As generator, replay and jobs agree on it."""
        if self._known is None:
            raise AssertionError("asked for before the data is made")
        return self._known

    def settle(self) -> None:
        """The data is made."""
        if self._known is None:
            self._known = effective(self.schema, self.folders)


def effective(schema: Path, folders: Folders) -> Analysis:
    """Seed and window are those of the set where the schema names none."""
    manifest = manifests.from_json((folders.input / MANIFEST).read_text("utf-8"))
    return read_schema(schema, fill=manifest.filling).analysis
