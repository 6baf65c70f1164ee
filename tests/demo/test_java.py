"""Which Java is taken, and what is said where none fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen.errors import UserError
from demo.setup import java
from demo.setup.system import System, from_os_release, java_command

VECTOR = "java.base java.sql jdk.incubator.vector"
BOOKWORM = System("Debian GNU/Linux 12 (bookworm)", "apt", 12)


def install(home: Path, version: str, modules: str = VECTOR) -> Path:
    """A Java as far as `inspect` reads it."""
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "java"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
    return home.resolve()


@pytest.mark.parametrize("version", ["17.0.15", "17", "21.0.2", "25.0.3", "25.1"])
def test_java_17_21_and_25_from_25_0_3_fit(tmp_path: Path, version: str) -> None:
    assert java.inspect(install(tmp_path / "jdk", version)).unfit == ""


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("1.8.0_402", "Java 1.8.0_402 is not 17, 21 or 25"),
        ("11.0.2", "Java 11.0.2 is not 17, 21 or 25"),
        ("24.0.1", "Java 24.0.1 is not 17, 21 or 25"),
        ("25.0.2", "Java 25.0.2 is older than 25.0.3"),
        ("25", "Java 25 is older than 25.0.3"),
        ("26-ea", "Java 26-ea is not 17, 21 or 25"),
    ],
)
def test_any_other_version_is_refused_with_its_number(tmp_path: Path, version: str, why: str) -> None:
    assert java.inspect(install(tmp_path / "jdk", version)).unfit == why


def test_a_java_without_the_vector_module_is_refused(tmp_path: Path) -> None:
    home = install(tmp_path / "jdk", "17.0.15", "java.base")
    assert java.inspect(home).unfit == "Java 17.0.15 lacks the module jdk.incubator.vector"


def test_a_java_without_a_release_file_is_asked_itself(tmp_path: Path) -> None:
    home = install(tmp_path / "jdk", "")
    (home / "release").unlink()
    (home / "bin" / "java").write_text(
        '#!/bin/sh\nif [ "$1" = --list-modules ]; then echo java.base@21.0.2; echo jdk.incubator.vector@21.0.2; else\n'
        'echo "    java.version = 21.0.2" >&2; echo "    java.runtime.version = 21.0.2+13" >&2; fi\n'
    )
    assert java.inspect(home) == java.Java(home, "21.0.2", "21.0.2+13")


def test_a_program_that_is_no_java_is_refused(tmp_path: Path) -> None:
    home = install(tmp_path / "jdk", "")
    (home / "release").unlink()
    assert java.inspect(home).unfit == "its version cannot be read; it may not be a Java at all"


def test_java_home_comes_before_path_and_path_before_the_known_places(tmp_path: Path) -> None:
    named, on_path, known = (install(tmp_path / name, "17.0.1") for name in ("named", "on_path", "known"))
    (on_path / "lib").mkdir()
    (on_path / "lib" / "modules").touch()
    environ = {"JAVA_HOME": str(named), "PATH": str(on_path / "bin")}
    places = [str(tmp_path / "kn*")]
    found = [java.find(dict(rest), places)[0] for rest in (environ, {"PATH": environ["PATH"]}, {"PATH": ""})]
    assert [one.home for one in found if one] == [named, on_path, known]


def test_a_fitting_java_is_found_behind_one_that_does_not_fit(tmp_path: Path) -> None:
    old, new = install(tmp_path / "11", "11.0.2"), install(tmp_path / "17", "17.0.2")
    found, passed = java.find({"JAVA_HOME": str(old)}, [str(tmp_path / "*")])
    assert (found and found.home, [other.home for other in passed]) == (new, [old])


def test_without_a_fitting_java_the_message_says_how_to_get_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.setattr(java, "find", lambda _: (None, [java.inspect(install(tmp_path / "11", "11.0.2"))]))
    with pytest.raises(UserError, match="no fitting Java") as caught:
        java.require({}, BOOKWORM)
    assert str(caught.value) == (
        "no fitting Java: Spark needs Java 17, 21 or 25 (from 25.0.3) with the module jdk.incubator.vector.\n"
        "found, but not fitting:\n"
        f"  {tmp_path.resolve()}/11: Java 11.0.2 is not 17, 21 or 25\n"
        "get one on Debian GNU/Linux 12 (bookworm):\n"
        "  sudo apt-get install openjdk-17-jre-headless\n"
        "or name one that is installed elsewhere:\n"
        "  export JAVA_HOME=/path/to/java"
    )


@pytest.mark.parametrize(
    ("release", "command"),
    [
        ('ID=debian\nVERSION_ID="13"\n', "sudo apt-get install openjdk-21-jre-headless"),
        ('ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_ID="22"\n', "sudo apt-get install openjdk-21-jre-headless"),
        ("ID=fedora\nVERSION_ID=42\n", "sudo dnf install java-21-openjdk-headless"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\n', "sudo dnf install java-21-openjdk-headless"),
        ('ID="opensuse-leap"\nID_LIKE="suse opensuse"\n', "sudo zypper install java-21-openjdk-headless"),
        ("ID=arch\n", "sudo pacman -S jre21-openjdk-headless"),
        ("ID=plan9\n", ""),
        ("", ""),
    ],
)
def test_each_system_gets_its_own_command(release: str, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    assert java_command(from_os_release(release)) == command
