"""Random identifiers: RFC 4122 version 4 text."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent


@dataclass(frozen=True)
class Uuid(Independent):
    def arrow_type(self) -> pa.DataType:
        return pa.string()
