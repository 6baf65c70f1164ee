"""What was set up, and from what: a part whose stamp fits is not made again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Part:
    """One part of the set-up. Its key is everything it depends on; the stamp lies beside what the part makes."""

    name: str
    stamp: Path
    key: Callable[[], str]  # asked when its turn comes: parts before it may change what it depends on
    make: Callable[[], None]

    @property
    def fits(self) -> bool:
        try:
            return self.stamp.read_text() == self.key()
        except OSError:
            return False

    def redo(self) -> None:
        """Killed at any moment, it leaves no stamp, or one that tells the truth."""
        self.stamp.unlink(missing_ok=True)
        self.make()
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        self.stamp.write_text(self.key())


def key(*things: str | Path) -> str:
    """A digest of texts and of files' contents."""
    digest = hashlib.sha256()
    for thing in things:
        content = thing.read_bytes() if isinstance(thing, Path) else thing.encode()
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()
