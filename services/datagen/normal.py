"""The normal distribution: its quantiles, by operations that every processor does alike, and the shares below deviates.

Wichura, "Algorithm AS 241: The percentage points of the normal distribution" (1988), to about sixteen digits.
Only the outer 15 % of the draws need a logarithm, the one step in which processors may differ.
Hart, "Computer approximations" (1968), algorithm 5666, for the shares, to about eight digits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Ratio = tuple[tuple[float, ...], tuple[float, ...]]  # numerator and denominator, highest power first

MIDDLE = 0.425  # half the width of the middle range
MIDDLE_RATIO: Ratio = (
    (
        *(2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457),
        *(13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.3871328727963666080),
    ),
    (
        *(5226.4952788528545610, 28729.085735721942674, 39307.895800092710610, 21213.794301586595867),
        *(5394.1960214247511077, 687.18700749205790830, 42.313330701600911252, 1.0),
    ),
)
TAIL_AT = 1.6  # of the root of the negative logarithm, below FAR
TAIL_RATIO: Ratio = (
    (
        *(7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258),
        *(3.64784832476320460504, 5.76949722146069140550, 4.63033784615654529590, 1.42343711074968357734),
    ),
    (
        *(1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1),
        *(6.89767334985100004550e-1, 1.67638483018380384940, 2.05319162663775882187, 1.0),
    ),
)
FAR = 5.0
FAR_RATIO: Ratio = (
    (
        *(2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2),
        *(2.96560571828504891230e-1, 1.78482653991729133580, 5.46378491116411436990, 6.65790464350110377720),
    ),
    (
        *(2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4),
        *(1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
    ),
)

NOTHING_BEYOND = 37.0  # a share that doubles cannot tell from 0
SHARE_BELOW = 7.07106781186547  # further out a continued fraction is closer than the ratio
SHARE_RATIO: Ratio = (
    (
        *(3.52624965998911e-2, 0.700383064443688, 6.37396220353165, 33.912866078383),
        *(112.079291497871, 221.213596169931, 220.206867912376),
    ),
    (
        *(8.83883476483184e-2, 1.75566716318264, 16.064177579207, 86.7807322029461),
        *(296.564248779674, 637.333633378831, 793.826512519948, 440.413735824752),
    ),
)
ROOT_OF_CIRCLE = 2.50662827463100050242  # of 2 pi


def shares_below(deviates: F64) -> F64:
    """The shares of a standard normal distribution below these deviates."""
    distance = np.minimum(np.abs(deviates), NOTHING_BEYOND)
    tail = np.exp(-0.5 * distance * distance)
    far = distance >= SHARE_BELOW
    fraction = distance + 0.65
    for step in (4.0, 3.0, 2.0, 1.0):
        fraction = distance + step / fraction
    tail *= np.where(far, 1.0 / (fraction * ROOT_OF_CIRCLE), _ratio(SHARE_RATIO, np.minimum(distance, SHARE_BELOW)))
    tail[distance >= NOTHING_BEYOND] = 0.0
    shares: F64 = np.where(deviates > 0, 1.0 - tail, tail)
    return shares


def quantiles(unit: F64) -> F64:
    """The deviates below which these shares (in (0, 1)) of a standard normal distribution lie, in their place."""
    centred = unit - 0.5
    outer = np.flatnonzero(np.abs(centred) > MIDDLE)
    deviates = _tails(np.minimum(unit[outer], 1.0 - unit[outer]))
    signs = centred[outer]
    np.multiply(centred, -centred, out=unit)
    unit += MIDDLE * MIDDLE
    np.multiply(centred, _ratio(MIDDLE_RATIO, unit), out=unit)
    unit[outer] = np.copysign(deviates, signs)
    return unit


def _tails(share: F64) -> F64:
    root = np.sqrt(-np.log(share))
    deviates = _ratio(TAIL_RATIO, root - TAIL_AT)
    far = np.flatnonzero(root > FAR)
    deviates[far] = _ratio(FAR_RATIO, root[far] - FAR)
    return deviates


def _ratio(ratio: Ratio, at: F64) -> F64:
    value = _polynomial(ratio[0], at)
    value /= _polynomial(ratio[1], at)
    return value


def _polynomial(coefficients: tuple[float, ...], at: F64) -> F64:
    value = at * coefficients[0]
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= at
    value += coefficients[-1]
    return value
