"""Whether a standalone master answers: Spark itself would try for a minute and then stop without a word of use."""

from __future__ import annotations

import re
import socket

from datagen.errors import UserError

STANDALONE = re.compile(r"spark://(.+)")
ADDRESS = re.compile(r"(\[[^]]+\]|[^:\[\]]+):(\d{1,5})")
PATIENCE_S = 5.0
KNOWN = re.compile(r"local(\[.*\])?|local-cluster\[.*\]|yarn|k8s://.+|spark://.+")


def check(master: str) -> None:
    """UserError where the address is none, or where none of its hosts answers."""
    if not KNOWN.fullmatch(master):
        raise UserError(f"--master {master}: is no cluster; write it like spark://host:7077, yarn, k8s://… or local[*]")
    found = STANDALONE.fullmatch(master)
    if found is None:
        return
    said = [_silent(master, address) for address in found[1].split(",")]
    if None not in said:
        raise UserError(
            f"--master {master}: nobody answers ({'; '.join(filter(None, said))}); start it, or give another"
        )


def _silent(master: str, address: str) -> str | None:
    """Why a host does not answer; None where it does."""
    parts = ADDRESS.fullmatch(address)
    if parts is None:
        raise UserError(f"--master {master}: {address!r} is not host:port; write it like spark://host:7077")
    try:
        socket.create_connection((parts[1].strip("[]"), int(parts[2])), PATIENCE_S).close()
    except (OSError, OverflowError) as error:
        return f"{address}: {getattr(error, 'strerror', None) or error}"
    return None
