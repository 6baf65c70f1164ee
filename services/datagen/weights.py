"""Weighted choice without rounding the weights: a guide table decides most draws, exact bounds the rest.

The upper bits of a draw pick a cell of the guide. Where all draws of a cell give the same code the
cell holds it; a cell through which a bound runs holds UNSURE, and those few rows draw further bits and
are looked up among the bounds, which are exact to 2^-64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen.draws import MASK, S48, U16, U64, Draws

Codes = NDArray[np.signedinteger]
UNSURE = -1
GUIDE_CELLS = 1 << 20  # of all cases together, at most about this many


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """One or more cases, each a list of codes with weights; a draw picks a code of its row's case."""

    guide: Codes  # [case << guide_bits | upper bits of the draw]: a code or UNSURE
    guide_bits: int
    bounds: U64  # [case, k]: the draws at or above it give a code after the k-th; padded to 2^n - 1
    codes: Codes  # [case, k]: the k-th code of positive weight

    def pick(self, draws: Draws, case: Codes | None = None, purpose: str = "value") -> Codes:
        """A code a row. `case` holds the case of each row; None where there is but one."""
        lanes = draws.u16(purpose)
        picked: Codes = np.take(self.guide, self._cells(lanes, case))
        unsure = np.flatnonzero(picked == UNSURE)
        if len(unsure):
            bits = lanes[unsure].astype(np.uint64) << S48
            bits |= draws.at(unsure, purpose + ".low") >> np.uint64(16)
            picked[unsure] = self._look_up(bits, 0 if case is None else case[unsure].astype(np.int64))
        return picked

    def _cells(self, lanes: U16, case: Codes | None) -> NDArray[np.integer]:
        if case is None:
            return lanes
        cells = case.astype(np.int64)
        cells <<= self.guide_bits
        cells |= lanes >> np.uint16(16 - self.guide_bits)
        return cells

    def _look_up(self, bits: U64, case: int | NDArray[np.int64]) -> Codes:
        """By bisection over the bounds of each row's case."""
        found = np.zeros(len(bits), np.int64)
        step = (self.bounds.shape[1] + 1) >> 1
        while step:
            found += step * (self.bounds[case, found + (step - 1)] <= bits)
            step >>= 1
        codes: Codes = self.codes[case, found]
        return codes


def weigh(cases: Sequence[tuple[Sequence[int], Sequence[float]]]) -> Weights:
    """`cases` are (codes, weights); weights are finite, not negative and not all 0, codes are not negative."""
    used = [[(code, weight) for code, weight in zip(*case, strict=True) if weight > 0] for case in cases]
    width = 1 << max(len(case) - 1 for case in used).bit_length()
    most = max(code for case in used for code, _ in case)
    kind = np.min_scalar_type(-most - 1)
    bounds = np.full((len(used), width - 1), MASK, np.uint64)
    codes = np.empty((len(used), width), kind)
    for row, case in enumerate(used):
        bounds[row, : len(case) - 1] = exact_bounds([weight for _, weight in case])
        codes[row] = case[-1][0]
        codes[row, : len(case)] = [code for code, _ in case]
    guide_bits = max(8, min(16, (GUIDE_CELLS // len(used)).bit_length() - 1)) if len(used) > 1 else 16
    guides = [
        _guide(bounds[row, : len(case) - 1], codes[row, : len(case)], guide_bits) for row, case in enumerate(used)
    ]
    guide = np.concatenate(guides)
    return Weights(guide, guide_bits, bounds, codes)


def exact_bounds(weights: Sequence[float]) -> list[int]:
    """Where, in 0..2^64, the share of the first k weights ends, for k from 1; the last bound, 2^64, is left out."""
    ratios = [weight.as_integer_ratio() for weight in weights]
    scale = max(denominator for _, denominator in ratios)
    whole = [numerator * (scale // denominator) for numerator, denominator in ratios]  # powers of two divide evenly
    total, bounds, sum_so_far = sum(whole), [], 0
    for part in whole[:-1]:
        sum_so_far += part
        bounds.append((sum_so_far << 64) // total)
    return bounds


def _guide(bounds: U64, codes: Codes, guide_bits: int) -> Codes:
    """A code for each cell: the k-th behind the k-th bound, UNSURE where a bound lies inside the cell."""
    rest_bits = np.uint64(64 - guide_bits)
    cells = (bounds >> rest_bits).astype(np.int64)
    inside = bounds & np.uint64((1 << int(rest_bits)) - 1) != 0
    guide: Codes = np.repeat(codes, np.diff(cells, prepend=0, append=1 << guide_bits))
    guide[cells[inside]] = UNSURE
    return guide
