"""Values of Faker's look of which no two are alike: made by kinds that promise it, where Faker would only draw."""

from __future__ import annotations

from collections.abc import Mapping

from datagen.generators.base import Generator
from datagen.generators.pattern import Pattern
from datagen.generators.uuid import Uuid
from datagen.schema.relational import generators as written

_DIGITS = {"#": "{0-9}", "%": "{1-9}"}
_LETTERS = {"?": "{A-Z}"}
PLACEHOLDERS: Mapping[str, Mapping[str, str]] = {  # of Faker's own patterns, each as a token
    "numerify": _DIGITS,
    "lexify": _LETTERS,
    "bothify": {**_DIGITS, **_LETTERS},
}


def of_different(choice: written.FakerChoice) -> Generator | None:
    """What makes values of the same look of which no two are alike; None where that is not known here."""
    given = choice.model_extra or {}
    if choice.method == "uuid4" and not given:
        return Uuid()
    text = given.get("text")
    if (
        choice.method in PLACEHOLDERS
        and set(given) == {"text"}
        and isinstance(text, str)
        and not set(text) & set("{}!@")
    ):
        tokens = PLACEHOLDERS[choice.method]
        return Pattern("".join(tokens.get(character, character) for character in text), unique=True)
    return None
