"""Labels and formats, where an author gives none."""

from __future__ import annotations

import re

from datagen.analysis import Format, Polarity
from datagen.schema.document import Entry

MAX_MONEY_PRECISION = 2


def readable(name: str) -> str:
    """merchant_cat → Merchant cat, unitPrice → Unit price."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").split()
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:] or name


def presentation(entry: Entry, currency: str | None, precision: int | None) -> tuple[Format, Polarity | None]:
    """How a number is written, and whether more of it is good.

    It is money where there is a currency, no unit and a declared precision of at most 2; more money is good.
    """
    money = currency is not None and entry.unit is None and precision is not None and precision <= MAX_MONEY_PRECISION
    form: Format = entry.format or ("money" if money else "number")
    return form, entry.polarity or ("good" if form == "money" else None)
