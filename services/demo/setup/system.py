"""Which system this is, and the command that installs something on it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

OS_RELEASE = Path("/etc/os-release")


@dataclass(frozen=True)
class System:
    """What /etc/os-release says, as far as we need it."""

    name: str  # for people: "Debian GNU/Linux 12 (bookworm)"
    family: str  # apt, dnf, zypper, pacman, apk, brew, or "" where we know none
    version: float

    @property
    def sudo(self) -> str:
        return "" if self.family == "brew" or os.geteuid() == 0 else "sudo "


def this_system() -> System:
    if sys.platform == "darwin":
        return System("macOS", "brew", 0)
    return from_os_release(OS_RELEASE.read_text() if OS_RELEASE.is_file() else "")


def from_os_release(text: str) -> System:
    """Families are known by ID and ID_LIKE: a Mint is an Ubuntu is a Debian."""
    values = {key: value.strip("\"'") for key, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)}
    kinds = {values.get("ID", ""), *values.get("ID_LIKE", "").split()}
    families: Mapping[str, set[str]] = {
        "apt": {"debian", "ubuntu"},
        "dnf": {"fedora", "rhel", "centos"},
        "zypper": {"suse", "opensuse"},
        "pacman": {"arch"},
        "apk": {"alpine"},
    }
    family = next((family for family, ids in families.items() if ids & kinds), "")
    version = re.match(r"\d+(\.\d+)?", values.get("VERSION_ID", ""))
    return System(values.get("PRETTY_NAME", "this system"), family, float(version.group()) if version else 0)


def java_command(system: System) -> str:
    """The one command that gets a fitting Java on this system; "" where we know none."""
    return {
        "apt": f"{system.sudo}apt-get install {_apt_java(system)}",
        "dnf": f"{system.sudo}dnf install java-21-openjdk-headless",
        "zypper": f"{system.sudo}zypper install java-21-openjdk-headless",
        "pacman": f"{system.sudo}pacman -S jre21-openjdk-headless",
        "apk": f"{system.sudo}apk add openjdk21-jre-headless",
        "brew": "brew install openjdk@21",
    }.get(system.family, "")


def venv_command(system: System) -> str:
    """The one command that completes a Python without `ensurepip`."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return f"{system.sudo}apt-get install python{version}-venv" if system.family == "apt" else ""


def _apt_java(system: System) -> str:
    """What apt itself offers; by the release's number where its lists are empty."""
    names = [f"openjdk-{major}-jre-headless" for major in (21, 17)]
    if shutil.which("apt-cache"):
        search = ["apt-cache", "search", "--names-only", "^openjdk-.*-jre-headless$"]
        known = subprocess.run(search, capture_output=True, text=True, check=False).stdout
        offered = {line.split(" ")[0] for line in known.splitlines()}
        if found := [name for name in names if name in offered]:
            return found[0]
    return names[1] if system.version < 13 else names[0]
