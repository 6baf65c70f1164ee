"""People whose names, user names and e-mail addresses agree with each other."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from datagen.draws import draw_key
from datagen.fakes import drawn
from datagen.made_once import made_once

PEOPLE_METHODS = frozenset({"name", "first_name", "last_name", "user_name", "email", "safe_email", "free_email"})
FREE_DOMAINS = ("gmail.com", "yahoo.com", "hotmail.com")
SAFE_DOMAINS = ("example.com", "example.org", "example.net")


@dataclass(frozen=True, slots=True)
class Person:
    first_name: str
    last_name: str
    number: int  # in the pool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def user_name(self) -> str:
        """In plain letters; the number keeps namesakes apart."""
        plain = f"{_plain(self.first_name)[:1]}{_plain(self.last_name)}" or "user"
        return f"{plain}{self.number}"

    def email_at(self, domains: tuple[str, ...]) -> str:
        local = ".".join(part for part in (_plain(self.first_name), _plain(self.last_name)) if part) or "user"
        return f"{local}{self.number}@{domains[self.number % len(domains)]}"

    def value(self, method: str) -> str:
        """KeyError for a method that is not of PEOPLE_METHODS."""
        if method == "free_email":
            return self.email_at(FREE_DOMAINS)
        if method in ("email", "safe_email"):
            return self.email_at(SAFE_DOMAINS)
        return {
            "name": self.name,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "user_name": self.user_name,
        }[method]


@made_once(32)
def people(locale: str, seed: int, count: int) -> tuple[Person, ...]:
    """So many people of one locale, the same for the same seed."""
    key = draw_key(seed, "faker", locale, "people")[0]
    first = drawn("first_name", {}, locale, key, count)
    last = drawn("last_name", {}, locale, key + 1, count)
    return tuple(Person(*names, number) for number, names in enumerate(zip(first, last, strict=True)))


def _plain(text: str) -> str:
    """Lower-case letters and digits of ASCII."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)
