"""Names made readable, where an author gives no label."""

from __future__ import annotations

import re


def readable(name: str) -> str:
    """merchant_cat → Merchant cat, unitPrice → Unit price."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ").split()
    text = " ".join(word if word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:] or name
