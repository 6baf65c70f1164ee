"""One thing that the doctor has looked at. Standard library alone, but for who holds a port."""

from __future__ import annotations

from dataclasses import dataclass

from demo.ports import LAST_PORT, held_by, is_taken, next_free


@dataclass(frozen=True)
class Finding:
    """`cure` is what to do; where there is none, all is well."""

    what: str
    found: str
    cure: str = ""


def port(variable: str, text: str) -> Finding:
    """Whether a port is free that a setting names."""
    if not text.isdecimal() or not 0 < int(text) <= LAST_PORT:
        return Finding("port", f"{variable}={text!r} is no port", f"name one from 1 to {LAST_PORT}")
    number = int(text)
    if not is_taken(number):
        return Finding(f"port {number}", "free")
    cure = f"end it, or take another: {variable}={next_free(number)}"
    return Finding(f"port {number}", f"taken{held_by(number)}", cure)
