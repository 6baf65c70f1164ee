"""Fetches what artifacts.lock names, each file checked against its SHA-256, with the Ivy that pip's pyspark carries.

    python -m demo.setup.artifacts LOCK OUT [SET ...]

A line of the lock: SET GROUP:ARTIFACT:VERSION[:CLASSIFIER] sha256:HEX [NAME=MEMBER ...]. The jars of a set land in
OUT/SET; the members of a jar that a line names lie beside it under the names given, those that end with / with all that
is below them. Nothing is resolved: what is not in the lock is not fetched. All comes from the repository that Ivy knows
by itself, or from DEMO_MAVEN_REPOSITORY.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.sax.saxutils import quoteattr

from datagen.errors import UserError

if TYPE_CHECKING:  # an image build has this file and the errors alone, so that no other change makes it fetch again
    from demo.setup.packages import Command, Run

LINE = re.compile(
    r"(?P<set>[a-z][a-z0-9-]*) +(?P<at>[\w.:-]+) +sha256:(?P<digest>[0-9a-f]{64})(?P<members>( +\S+=\S+)*)"
)


@dataclass(frozen=True)
class Artifact:
    """One line of the lock."""

    set: str
    group: str
    name: str
    version: str
    classifier: str
    digest: str
    members: tuple[tuple[str, str], ...]  # (the name it gets, the name it has in the jar)

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}{'-' + self.classifier if self.classifier else ''}.jar"


def read_lock(lock: Path) -> Iterator[Artifact]:
    for number, line in enumerate(lock.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise UserError(f"{lock.name}:{number}: not a line of the form SET GROUP:ARTIFACT:VERSION sha256:HEX")
        group, name, version, classifier = (*match["at"].split(":"), "")[:4]
        members = tuple((new, old) for new, _, old in (word.partition("=") for word in match["members"].split()))
        yield Artifact(match["set"], group, name, version, classifier, match["digest"], members)


def fetch(
    artifacts: Iterable[Artifact], out: Path, *, java: Path, jars: Path, run: Run, environ: Mapping[str, str]
) -> int:
    """Puts everything in place and returns how many files had to be fetched. `jars` is the folder with Ivy."""
    artifacts = list(artifacts)
    missing = [artifact for artifact in artifacts if not is_good(out / artifact.set / artifact.file, artifact.digest)]
    if missing:
        with tempfile.TemporaryDirectory() as work:
            code = run(_ivy(missing, Path(work), java, jars, environ), environ)
            for artifact in missing:
                _accept(artifact, Path(work, "jars"), out, code)
    for artifact in artifacts:
        _unpack(artifact, out / artifact.set)
    return len(missing)


def is_good(path: Path, digest: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _accept(artifact: Artifact, fetched: Path, out: Path, code: int) -> None:
    """Takes one fetched file over, if it is the one the lock names."""
    source, target = fetched / artifact.set / artifact.file, out / artifact.set / artifact.file
    if not source.is_file():
        raise UserError(f"{artifact.file} could not be fetched (Ivy: {code}); DEMO_MAVEN_REPOSITORY may name a mirror")
    if not is_good(source, artifact.digest):
        raise UserError(f"{artifact.file} is not what artifacts.lock names, its SHA-256 differs; it was not kept")
    _replace(source.read_bytes(), target)


def _unpack(artifact: Artifact, folder: Path) -> None:
    if not artifact.members:
        return
    with zipfile.ZipFile(folder / artifact.file) as jar:
        wanted = dict(_wanted(artifact, jar.namelist()))
        if not all((folder / name).is_file() for name in wanted):
            for name, member in wanted.items():
                _replace(jar.read(member), folder / name)


def _wanted(artifact: Artifact, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The file each member becomes, and its name in the jar."""
    for new, old in artifact.members:
        if not old.endswith("/"):
            yield new, old
            continue
        for name in names:
            if name.startswith(old) and not name.endswith("/"):
                yield new + name.removeprefix(old), name


def _replace(content: bytes, target: Path) -> None:
    """Old or new, never half."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    partial.write_bytes(content)
    os.replace(partial, target)


def _ivy(missing: Sequence[Artifact], work: Path, java: Path, jars: Path, environ: Mapping[str, str]) -> Command:
    """The command that fetches into work/jars/SET/."""
    (work / "settings.xml").write_text(_settings(environ.get("DEMO_MAVEN_REPOSITORY", "")))
    (work / "ivy.xml").write_text(_module(missing))
    class_path = os.pathsep.join(str(next(jars.glob(pattern))) for pattern in ("ivy-*.jar", "commons-cli-*.jar"))
    command: Command = [java, *_proxy(environ), "-cp", class_path, "org.apache.ivy.Main", "-warn"]
    command += ["-settings", work / "settings.xml", "-ivy", work / "ivy.xml", "-cache", work / "cache"]
    command += ["-confs", *sorted({artifact.set for artifact in missing})]
    return [*command, "-retrieve", f"{work}/jars/[conf]/[artifact]-[revision](-[classifier]).[ext]"]


def _proxy(environ: Mapping[str, str]) -> Iterator[str]:
    """Java does not read https_proxy."""
    for scheme in ("http", "https"):
        proxy = urlsplit(environ.get(f"{scheme}_proxy") or environ.get(f"{scheme.upper()}_PROXY") or "")
        if proxy.hostname:
            yield f"-D{scheme}.proxyHost={proxy.hostname}"
            yield f"-D{scheme}.proxyPort={proxy.port or 80}"


def _settings(mirror: str) -> str:
    where = f" root={quoteattr(mirror)}" if mirror else ""
    return (
        '<ivysettings><settings defaultResolver="central"/><property name="ivy.checksums" value=""/>'
        f'<resolvers><ibiblio name="central" m2compatible="true" usepoms="false"{where}/></resolvers></ivysettings>'
    )


def _module(missing: Iterable[Artifact]) -> str:
    rows = []
    for artifact in missing:
        classifier = f" m:classifier={quoteattr(artifact.classifier)}" if artifact.classifier else ""
        group, name, version = map(quoteattr, (artifact.group, artifact.name, artifact.version))
        rows.append(
            f'<dependency org={group} name={name} rev={version} conf="{artifact.set}->default" transitive="false">'
            f'<artifact name={name} type="jar" ext="jar"{classifier}/></dependency>'
        )
    sets = "".join(f'<conf name="{name}"/>' for name in sorted({artifact.set for artifact in missing}))
    return (
        '<ivy-module version="2.0" xmlns:m="http://ant.apache.org/ivy/maven">'
        f'<info organisation="demo" module="artifacts"/><configurations>{sets}</configurations>'
        f'<dependencies>{"".join(rows)}<conflict org="*" module="*" manager="all"/></dependencies></ivy-module>'
    )


def main(lock: str, out: str, *sets: str) -> None:
    """For an image build: the Java on PATH, the pyspark of this Python."""
    spec = find_spec("pyspark")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("there is no pyspark here, and so no Ivy")
    artifacts = [artifact for artifact in read_lock(Path(lock)) if not sets or artifact.set in sets]
    fetched = fetch(
        artifacts,
        Path(out),
        java=Path(shutil.which("java") or "java"),
        jars=Path(spec.submodule_search_locations[0]) / "jars",
        run=lambda command, environ: subprocess.run(command, env=environ, check=False).returncode,
        environ=os.environ,
    )
    sys.stdout.write(f"{len(artifacts)} files, {fetched} fetched\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
