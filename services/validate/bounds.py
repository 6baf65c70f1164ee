"""How far what was made may be from what was declared: bounds that a correct generator breaks once in a million runs.

One inequality serves every share. Of n independent draws, the i-th a success with probability p_i, let p be the mean
of the p_i and q the share of successes. Then (Hoeffding 1963, theorem 1; Chernoff for equal p_i)

    P(q >= x) <= exp(-n KL(x, p)) for x >= p, and the same below,

with KL(x, p) = x ln(x / p) + (1 - x) ln((1 - x) / (1 - p)). It holds for every n, for unequal p_i and, as the draws of
a multinomial are negatively associated, for the counts of its cells. A check of m shares at once breaks where
n KL(q, p) > ln(2 m 10^6) for one of them: by the union bound at most once in a million runs.

Means are held by Bernstein's inequality: with variance v and no draw further than b from the mean, the mean of n
draws is off by more than sqrt(2 v L / n) + b L / (3 n) with probability 2 exp(-L) at most.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
MILLION = 1e6
SLACK = 1e-9  # what sums of doubles may be off


def patience(cells: int, subsets_log: float = 0.0) -> float:
    """ln(2 m 10^6): what n KL may come to for each of m shares; `subsets_log` is ln of how many are chosen among."""
    return math.log(2 * max(cells, 1) * MILLION) + subsets_log


def divergence(made: F64, declared: F64) -> F64:
    """KL(made, declared) of shares, element by element; infinite where what was made is impossible."""
    made, declared = np.clip(made, 0.0, 1.0), np.clip(declared, 0.0, 1.0)
    return _part(made, declared) + _part(1.0 - made, 1.0 - declared)


def _part(one: F64, other: F64) -> F64:
    with np.errstate(divide="ignore", invalid="ignore"):
        term = one * np.log(one / other)
    possible: F64 = np.where(one <= SLACK, 0.0, np.where(other <= 0.0, np.inf, term))
    return possible


def off(made: F64, declared: F64, rows: float, cells: int | None = None) -> NDArray[np.bool_]:
    """Which of these shares of `rows` draws are further off than a correct generator gets."""
    allowed = patience(len(made) if cells is None else cells)
    broken: NDArray[np.bool_] = (rows * divergence(made, declared) > allowed) & (np.abs(made - declared) > SLACK)
    return broken


def between(declared: float, rows: float, cells: int = 1, subsets_log: float = 0.0) -> tuple[float, float]:
    """The shares that are not off."""
    allowed = patience(cells, subsets_log) / max(rows, 1.0)

    def reach(bound: float) -> float:
        near, far = declared, bound
        for _ in range(60):
            middle = (near + far) / 2
            inside = float(divergence(np.array([middle]), np.array([declared]))[0]) <= allowed
            near, far = (middle, far) if inside else (near, middle)
        return near

    at_bounds = divergence(np.array([0.0, 1.0]), np.array([declared, declared]))
    return (0.0 if at_bounds[0] <= allowed else reach(0.0), 1.0 if at_bounds[1] <= allowed else reach(1.0))


def of_mean(variance: float, reach: float, rows: float, cells: int = 1) -> float:
    """How far a mean of `rows` draws may be off; `reach` is how far one draw can lie from the mean."""
    allowed = patience(cells)
    return math.sqrt(2 * variance * allowed / max(rows, 1.0)) + reach * allowed / (3 * max(rows, 1.0))
