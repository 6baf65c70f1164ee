"""Where set-up puts things, and where it finds what it reads."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Places:
    """The folders of one checkout."""

    root: Path

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Of the Python that runs this: the environment is made with it, or is its own."""
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        return self.venv / "lib" / version / "site-packages"

    @property
    def spark_jars(self) -> Path:
        return self.site_packages / "pyspark" / "jars"

    @property
    def artifacts(self) -> Path:
        return self.root / ".artifacts"

    @property
    def log(self) -> Path:
        return self.artifacts / "set-up.log"

    @property
    def packages_lock(self) -> Path:
        return self.root / "requirements.lock"

    @property
    def artifacts_lock(self) -> Path:
        return self.root / "artifacts.lock"


def here() -> Places:
    """The checkout that this file lies in."""
    return Places(Path(__file__).resolve().parents[3])
