"""One figure from 0 to 100: what is broken lowers it by the weight of its family."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from validate.findings import Family, Finding

WEIGHTS: Mapping[Family, int] = MappingProxyType({"structure": 40, "values": 30, "behaviour": 30})


def held(findings: Sequence[Finding], family: Family) -> tuple[int, int]:
    """How many checks of a family hold, and how many were judged."""
    judged = [finding for finding in findings if finding.family == family and finding.verdict != "skipped"]
    return sum(finding.verdict == "holds" for finding in judged), len(judged)


def score(findings: Sequence[Finding]) -> float:
    """100 only where every check holds: the rest is cut to one digit, never rounded up.

    Within a family every check counts alike; a family without checks leaves its weight to the others.
    """
    counts = {family: held(findings, family) for family in WEIGHTS}
    weight = sum(WEIGHTS[family] for family, (_, judged) in counts.items() if judged)
    if not weight:
        return 100.0
    points = sum(WEIGHTS[family] * kept / judged for family, (kept, judged) in counts.items() if judged)
    complete = all(kept == judged for kept, judged in counts.values())
    return 100.0 if complete else min(99.9, math.floor(1000 * points / weight) / 10)
