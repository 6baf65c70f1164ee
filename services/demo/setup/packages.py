"""The virtual environment and its packages, each checked against the hashes of requirements.lock.

uv installs them (a third of pip's time) and is a line of the same lock; pip does it where uv cannot. Both get the
machine's own settings for pip (index, certificates, proxy), from wherever pip would read them.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from datagen.errors import UserError
from demo.child import base_python
from demo.setup.places import Places
from demo.setup.system import this_system, venv_command

Command = list[str | Path]
Run = Callable[[Command, Mapping[str, str]], int]  # a command and its environment; the exit code

BOOTSTRAP = ("uv", "setuptools")  # setuptools builds pyspark, which is published as source only
UV_NAMES = {  # pip's setting, which it takes with _ as well as with -: uv's variable
    "index_url": "UV_DEFAULT_INDEX",
    "extra_index_url": "UV_INDEX",
    "find_links": "UV_FIND_LINKS",
    "trusted_host": "UV_INSECURE_HOST",
    "timeout": "UV_HTTP_TIMEOUT",
    "cert": "SSL_CERT_FILE",
    "client_cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}


def make_environment(places: Places, run: Run, environ: Mapping[str, str]) -> None:
    """A complete environment, or UserError. One that an earlier run left half made is removed first."""
    if importlib.util.find_spec("ensurepip") is None:
        command = venv_command(this_system())
        raise UserError(f"{sys.executable} has no module ensurepip{f'; get it with: {command}' if command else ''}")
    unfinished = places.venv / ".unfinished"
    whole = not unfinished.exists() and _made_here(places.venv) and _runs(places.python, run, environ)
    if not whole:
        shutil.rmtree(places.venv, ignore_errors=True)
        places.venv.mkdir(exist_ok=True)
    unfinished.touch()
    if not whole:
        _must(run([base_python(), "-m", "venv", places.venv], environ), "the virtual environment")
    _install(places, run, environ)
    unfinished.unlink()


def install_ourselves(places: Places, run: Run, environ: Mapping[str, str]) -> None:
    """An editable install: nothing is fetched, the build tool is in the environment already."""
    options: Command = ["--no-deps", "--no-build-isolation", "--editable", places.root]
    offline = {name: value for name, value in environ.items() if name != "PIP_REQUIRE_HASHES"}
    if uv := _uv(places):
        code = run([uv, "pip", "install", "--python", places.python, "--offline", *options], offline)
    else:
        code = run([places.python, "-m", "pip", "install", "--no-index", *options], offline)
    _must(code, "this project itself")


def _install(places: Places, run: Run, environ: Mapping[str, str]) -> None:
    pip: Command = [places.python, "-m", "pip", "install", "--require-hashes", "--no-build-isolation"]
    with tempfile.TemporaryDirectory() as work:
        first = Path(work, "bootstrap.lock")
        first.write_text("".join(paragraph(places.packages_lock.read_text(), name) for name in BOOTSTRAP))
        _must(run([*pip, "--no-deps", "-r", first], environ), "the installer")
    uv = _uv(places)
    if uv:
        command: Command = [uv, "pip", "install", "--python", places.python, "--require-hashes", "--no-build-isolation"]
        settings = uv_settings(_pip_settings(places), environ)
        if run([*command, "-r", places.packages_lock], {**environ, **settings}) == 0:
            return
    _must(run([*pip, "-r", places.packages_lock], environ), "the packages")


def paragraph(lock: str, name: str) -> str:
    """The lines of one package: its version and its hashes."""
    found = re.search(rf"^{re.escape(name)}==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    if found is None:
        raise LookupError(f"requirements.lock has no {name}; run `make lock`")
    return found.group()


def uv_settings(pip: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    """What uv must be told so that it does as pip would. A variable of uv's own that is already set stays."""
    settings = {"UV_SYSTEM_CERTS": "1", "UV_NO_PROGRESS": "1", "UV_INDEX_STRATEGY": "unsafe-best-match"}
    for name, variable in UV_NAMES.items():
        values = pip.get(name, "").split()
        if name == "find_links":  # pip passes over a folder that is not there, uv stops
            values = [value for value in values if "://" in value or Path(value).is_dir()]
        if values:
            settings[variable] = ("," if name == "find_links" else " ").join(values)
    if pip.get("no_index", "0").lower() in ("1", "true", "yes", "on"):
        settings["UV_NO_INDEX"] = "1"
    return {name: value for name, value in settings.items() if name not in environ}


def read_pip_settings(listing: str) -> dict[str, str]:
    """`pip config list` as one value a setting; of two places the later one in pip's own order of precedence wins."""
    found: dict[str, tuple[int, str]] = {}
    for section, name, value in re.findall(r"^(global|install|:env:)\.([\w-]+)=(.*)$", listing, re.MULTILINE):
        rank, spelled = ("global", "install", ":env:").index(section), name.replace("-", "_")
        if spelled not in found or rank >= found[spelled][0]:
            found[spelled] = (rank, str(ast.literal_eval(value)))
    return {name: value for name, (_, value) in found.items()}


def _pip_settings(places: Places) -> dict[str, str]:
    listing = subprocess.run(
        [places.python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    return read_pip_settings(listing.stdout)


def _made_here(venv: Path) -> bool:
    """Whether the environment was made at this path: moved or copied, its programs name the old one."""
    config = venv / "pyvenv.cfg"
    return config.is_file() and f" -m venv {venv}\n" in config.read_text()


def _runs(python: Path, run: Run, environ: Mapping[str, str]) -> bool:
    """Whether the environment's Python starts, is of our version, and has pip."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    check = f"import sys, pip; sys.exit('%d.%d' % sys.version_info[:2] != '{version}')"
    return os.access(python, os.X_OK) and run([python, "-c", check], environ) == 0


def _uv(places: Places) -> Path | None:
    uv = places.venv / "bin" / "uv"
    return uv if os.access(uv, os.X_OK) else None


def _must(code: int, what: str) -> None:
    if code:
        raise UserError(f"{what} could not be installed")
