"""Finds a Java that Spark runs on, or says how to get one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from datagen.errors import UserError
from demo.setup.system import System, java_command

MAJORS = (17, 21, 25)
FIRST_FIT_25 = (25, 0, 3)  # Spark on an earlier 25 ends with a fault of the virtual machine's own
MODULE = "jdk.incubator.vector"
KNOWN_PLACES = (
    "/usr/lib/jvm/*",
    "/usr/lib64/jvm/*",
    "/usr/java/*",
    "/opt/java*",
    "/opt/jdk*",
    "/opt/*/jdk*",
    "~/.sdkman/candidates/java/*",
    "~/.jdks/*",
    "~/.asdf/installs/java/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "~/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home",
    "/home/linuxbrew/.linuxbrew/opt/openjdk*/libexec",
)


@dataclass(frozen=True)
class Java:
    """An installed Java. `build` is what a class-data archive is tied to; `unfit` says why it cannot be used."""

    home: Path
    version: str
    build: str
    unfit: str = ""

    @property
    def program(self) -> Path:
        return self.home / "bin" / "java"


def find(environ: Mapping[str, str], known_places: Iterable[str] = KNOWN_PLACES) -> tuple[Java | None, list[Java]]:
    """The first that fits (JAVA_HOME, then PATH, then the known places), and those passed over before it."""
    passed: list[Java] = []
    for home in _homes(environ, known_places):
        java = inspect(home)
        if not java.unfit:
            return java, passed
        passed.append(java)
    return None, passed


def require(environ: Mapping[str, str], system: System) -> Java:
    found, passed = find(environ)
    if found is None:
        raise UserError(_no_java(passed, system))
    return found


def inspect(home: Path) -> Java:
    """Reads the `release` file where it says all that is asked; else asks the program."""
    program = home / "bin" / "java"
    if not os.access(program, os.X_OK):
        return Java(home, "", "", f"there is no program {program}")
    release = _release(home)
    if not release.keys() >= {"JAVA_VERSION", "MODULES"}:
        release = _asked(program)
    version = release.get("JAVA_VERSION", "")
    build = release.get("JAVA_RUNTIME_VERSION", version)
    return Java(home, version, build, _why_not(version, release.get("MODULES", "").split()))


def _why_not(version: str, modules: list[str]) -> str:
    """What keeps a Java of this version and with these modules from running Spark; "" where nothing does."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version.split("-")[0].split("+")[0]))
    if not numbers:
        return "its version cannot be read; it may not be a Java at all"
    major = numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]
    if major not in MAJORS:
        return f"Java {version} is not 17, 21 or 25"
    if major == 25 and numbers < FIRST_FIT_25:
        return f"Java {version} is older than 25.0.3"
    if MODULE not in modules:
        return f"Java {version} lacks the module {MODULE}"
    return ""


def _release(home: Path) -> dict[str, str]:
    try:
        text = (home / "release").read_text("utf-8", "replace")
    except OSError:
        return {}
    return dict(re.findall(r'^(\w+)="(.*)"$', text, re.MULTILINE))


def _asked(program: Path) -> dict[str, str]:
    """The same keys from the program itself; empty where it does not answer."""
    settings = _output([program, "-XshowSettings:properties", "-version"])
    version = re.search(r"java\.version = (\S+)", settings)
    if not version:
        return {}
    runtime = re.search(r"java\.runtime\.version = (\S+)", settings)
    modules = re.findall(r"^([\w.]+)", _output([program, "--list-modules"]), re.MULTILINE)
    found = {"JAVA_VERSION": version.group(1), "MODULES": " ".join(modules)}
    return found | ({"JAVA_RUNTIME_VERSION": runtime.group(1)} if runtime else {})


def _output(command: list[str | Path]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr


def _homes(environ: Mapping[str, str], known_places: Iterable[str]) -> Iterator[Path]:
    """Every place once, in the order of preference."""
    seen: set[Path] = set()
    for home in _candidates(environ, known_places):
        resolved = home.resolve()
        if resolved not in seen:
            seen.add(resolved)
            yield resolved


def _candidates(environ: Mapping[str, str], known_places: Iterable[str]) -> Iterator[Path]:
    if named := environ.get("JAVA_HOME"):
        yield Path(named).expanduser()
    if program := shutil.which("java", path=environ.get("PATH", "")):
        home = Path(program).resolve().parent.parent
        if (home / "lib" / "modules").exists():  # a version manager's or macOS's stand-in is no home
            yield home
    for pattern in known_places:
        root = Path(pattern).expanduser()
        for found in sorted(Path(root.anchor).glob(str(root.relative_to(root.anchor)))):
            if (found / "bin" / "java").is_file():
                yield found


def _no_java(passed: list[Java], system: System) -> str:
    lines = [f"no fitting Java: Spark needs Java 17, 21 or 25 (from 25.0.3) with the module {MODULE}."]
    if passed:
        lines += ["found, but not fitting:", *(f"  {java.home}: {java.unfit}" for java in passed)]
    command = java_command(system)
    if command:
        lines += [f"get one on {system.name}:", f"  {command}"]
    lines += ["or name one that is installed elsewhere:", "  export JAVA_HOME=/path/to/java"]
    return "\n".join(lines)
