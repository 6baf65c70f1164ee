"""Points inside a box of latitudes and longitudes."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from datagen.generators.base import Independent
from datagen.refusals import RefusalError, finite

MOST_DIGITS = 12


@dataclass(frozen=True)
class Geo(Independent):
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
                raise RefusalError(
                    "bbox", f"{key}={value} is outside -{limit} to {limit}; bbox is lat0, lon0, lat1, lon1"
                )
        if not 0 <= self.precision <= MOST_DIGITS:
            raise RefusalError("precision", f"precision={self.precision} must be between 0 and {MOST_DIGITS}")

    def arrow_type(self) -> pa.DataType:
        return pa.struct([("lat", pa.float64()), ("lon", pa.float64())]) if self.as_object else pa.string()
