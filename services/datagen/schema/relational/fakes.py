"""What is wrong with a `faker` generator: its method, its arguments, its locale."""

from __future__ import annotations

from datagen.fakes import DEFAULT_LOCALE, check_method, locales
from datagen.refusals import RefusalError
from datagen.schema.faults import Faults
from datagen.schema.json_text import Path
from datagen.schema.names import show, suggest
from datagen.schema.relational.generators import FakerChoice


def check_faker(choice: FakerChoice, path: Path, faults: Faults) -> None:
    if choice.locale is not None and choice.locale not in locales():
        way_out = suggest(choice.locale, sorted(locales()))
        faults.add((*path, "locale"), f"locale={show(choice.locale)} is no locale of Faker; {way_out}")
        return
    arguments = choice.model_extra or {}
    try:
        check_method(choice.method, arguments, choice.locale or DEFAULT_LOCALE)
    except RefusalError as refusal:
        faults.add((*path, refusal.key), refusal.message)
