"""Points inside a box of latitudes and longitudes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datagen.draws import Draws
from datagen.generators.base import Kind, Rows
from datagen.generators.joined import joined
from datagen.refusals import RefusalError, finite
from datagen.rounding import inside, rounded

MOST_DIGITS = 12


@dataclass(frozen=True)
class Geo(Kind):
    """The box spans any two opposite corners; it does not cross the 180th meridian."""

    lat0: float
    lon0: float
    lat1: float
    lon1: float
    precision: int  # digits after the point
    as_object: bool  # a struct of lat and lon; else "lat,lon" as text

    def __post_init__(self) -> None:
        for key, value, limit in (
            ("lat0", self.lat0, 90),
            ("lon0", self.lon0, 180),
            ("lat1", self.lat1, 90),
            ("lon1", self.lon1, 180),
        ):
            finite(key, value)
            if abs(value) > limit:
                raise RefusalError("bbox", f"bbox: {key}={value} is outside -{limit} to {limit}")
        if not 0 <= self.precision <= MOST_DIGITS:
            raise RefusalError("precision", f"precision={self.precision} must be between 0 and {MOST_DIGITS}")

    def arrow_type(self) -> pa.DataType:
        return pa.struct([("lat", pa.float64()), ("lon", pa.float64())]) if self.as_object else pa.string()

    def values(self, rows: Rows, draws: Draws) -> pa.Array:
        latitude = self._between("lat", self.lat0, self.lat1, draws)
        longitude = self._between("lon", self.lon0, self.lon1, draws)
        if self.as_object:
            return pa.StructArray.from_arrays([latitude, longitude], ["lat", "lon"])
        return joined([latitude, longitude], ",")

    def _between(self, purpose: str, one: float, other: float, draws: Draws) -> pa.Array:
        unit = draws.uniform(purpose)
        unit *= other - one
        unit += one
        points = rounded(unit, self.precision)
        low, high = inside(min(one, other), max(one, other), self.precision)
        return pa.array(np.clip(points, low, high) if low <= high else points)
