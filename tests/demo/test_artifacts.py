"""Nothing but what artifacts.lock names gets into .artifacts."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from datagen.errors import UserError
from demo.setup.artifacts import Artifact, fetch, read_lock
from demo.setup.packages import Command
from demo.setup.places import here


def jar(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


JAR = jar(script="draw()", licence="MIT")
ARTIFACT = Artifact(
    "web", "org.example", "chart", "1.0", "", hashlib.sha256(JAR).hexdigest(), (("chart.js", "script"),)
)


class Repository:
    """Stands in for Ivy and the network: leaves files where Ivy's command line says."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.commands: list[Command] = []

    def run(self, command: Command, environ: Mapping[str, str]) -> int:
        self.commands.append(command)
        if self.content is None:
            return 1
        target = Path(str(command[-1]).split("[conf]")[0], ARTIFACT.set, ARTIFACT.file)
        target.parent.mkdir(parents=True)
        target.write_bytes(self.content)
        return 0


def get(repository: Repository, out: Path, environ: Mapping[str, str] = {}) -> int:
    jars = out.parent / "jars"
    jars.mkdir(exist_ok=True)
    (jars / "ivy-2.jar").touch()
    (jars / "commons-cli-1.jar").touch()
    return fetch([ARTIFACT], out, java=Path("java"), jars=jars, run=repository.run, environ=environ)


def test_a_file_is_fetched_once_and_unpacked(tmp_path: Path) -> None:
    repository = Repository(JAR)
    assert [get(repository, tmp_path / "out"), get(repository, tmp_path / "out")] == [1, 0]
    assert (tmp_path / "out/web/chart.js").read_text() == "draw()"
    assert len(repository.commands) == 1


def test_a_file_of_another_digest_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"chart-1\.0\.jar is not what artifacts\.lock names, its SHA-256 differs"):
        get(Repository(JAR + b"more"), tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*"))


def test_a_file_that_cannot_be_had_is_named_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"chart-1\.0\.jar could not be fetched \(Ivy: 1\); DEMO_MAVEN_REPOSITORY"):
        get(Repository(None), tmp_path / "out")


def test_a_damaged_file_is_fetched_anew(tmp_path: Path) -> None:
    get(Repository(JAR), tmp_path / "out")
    (tmp_path / "out/web/chart-1.0.jar").write_bytes(JAR[:-1])
    assert get(Repository(JAR), tmp_path / "out") == 1
    assert (tmp_path / "out/web/chart-1.0.jar").read_bytes() == JAR


def test_java_is_told_of_the_proxy(tmp_path: Path) -> None:
    repository = Repository(JAR)
    get(repository, tmp_path / "out", {"https_proxy": "http://proxy.example:3128"})
    assert {"-Dhttps.proxyHost=proxy.example", "-Dhttps.proxyPort=3128"} <= set(map(str, repository.commands[0]))


@pytest.mark.parametrize("line", ["web a:b:1", "web a:b:1 sha256:00", "web a:b:1 md5:00", f"web a b {'0' * 64}"])
def test_a_line_that_pins_nothing_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "artifacts.lock").write_text(f"# comment\n\n{line}\n")
    with pytest.raises(UserError, match=r"artifacts\.lock:3: not a line of the form"):
        list(read_lock(tmp_path / "artifacts.lock"))


def test_the_projects_own_lock_can_be_read() -> None:
    (chart,) = [artifact for artifact in read_lock(here().artifacts_lock) if artifact.set == "web"]
    assert [name for name, _ in chart.members] == ["chart.umd.js", "chart.js-LICENSE.md"]
