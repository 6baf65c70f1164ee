"""The house as docs/architecture.md draws it: who may import whom, and what no file may say."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import click
import pytest

import datagen.cli
import demo.cli
import validate.cli
from datagen.generators import GENERATORS, RELATIONAL, STAGES
from tests.gallery import GALLERY

ROOT = Path(__file__).parents[1]
IMPORT_ROOTS = (ROOT / "services", ROOT)
INWARDS: Mapping[str, set[str]] = {  # a room, and the rooms it may look into
    "datagen": set(),
    "validate": {"datagen"},
    "pipeline": {"datagen"},
    "datagen_spark": {"datagen", "pipeline"},
    "batch": {"datagen", "pipeline"},
    "streaming": {"datagen", "pipeline"},
    "event_generator": {"datagen"},
    "web": {"datagen"},
    "dashboard": {"datagen", "web"},
    "streaming_dashboard": {"datagen", "web"},
    "demo": {"datagen", "pipeline", "batch", "streaming", "event_generator", "web", "dashboard", "streaming_dashboard"},
    "compose": {"datagen", "event_generator", "demo"},
}
NEVER: Mapping[str, set[str]] = {  # a room, and what it knows nothing of
    "datagen": {"pyspark", "kafka", "flask", "waitress", "duckdb"},
    "validate": {"pyspark", "kafka", "flask", "waitress"},
    "web": {"pyspark", "kafka"},
    "dashboard": {"pyspark", "kafka"},
    "streaming_dashboard": {"pyspark", "kafka"},
    "pipeline": {"flask", "waitress"},
    "datagen_spark": {"kafka", "flask", "waitress", "duckdb"},
    "batch": {"flask", "waitress"},
    "streaming": {"flask", "waitress", "kafka", "duckdb"},
    "event_generator": {"pyspark", "flask", "waitress"},
}
LANGUAGE = {
    "age",
    "key",
    "line",
    "region",
    "signal",
}  # columns of the gallery whose names Python or the browser use themselves
SPEAKS_OF_COLUMNS = (
    "services/datagen_spark",
    "services/pipeline",
    "services/batch",
    "services/streaming",
    "services/event_generator",
    "services/web",
    "dashboard",
    "streaming_dashboard",
)


@cache
def modules() -> Mapping[str, Path]:
    """Every module of ours by its dotted name."""
    paths = [path for room in INWARDS for root in IMPORT_ROOTS for path in (root / room).rglob("*.py")]
    bases = {path: ROOT / "services" if path.is_relative_to(ROOT / "services") else ROOT for path in paths}
    return {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__"): path
        for path, base in bases.items()
    }


def imports(path: Path) -> Iterator[str]:
    """The dotted names a file imports; `from a import b` gives a.b."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def inner_imports(path: Path) -> set[str]:
    """The modules of ours that a file imports."""
    found = {name if name in modules() else name.rpartition(".")[0] for name in imports(path)}
    return found & modules().keys()


@cache
def column_names() -> set[str]:
    documents = [json.loads(path.read_text("utf-8")) for path in GALLERY.values()]
    fields = [field for document in documents if "schema" in document for field in document["schema"]["fields"]]
    nodes = [node for document in documents for node in document.get("nodes", [])]
    columns = [column for node in nodes for column in node["columns"]]
    return {column["name"] for column in [*fields, *columns]} - LANGUAGE


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def test_every_package_is_a_room_of_the_house() -> None:
    packages = {init.parent.name for root in IMPORT_ROOTS for init in root.glob("*/__init__.py")}
    assert packages == set(INWARDS)


@pytest.mark.parametrize("room", INWARDS)
def test_imports_point_inwards(room: str) -> None:
    outward = {
        f"{name} imports {imported}"
        for name, path in modules().items()
        for imported in imports(path)
        if name.partition(".")[0] == room and imported.partition(".")[0] in INWARDS.keys() - INWARDS[room] - {room}
    }
    assert outward == set()


@pytest.mark.parametrize("room", NEVER)
def test_a_room_knows_nothing_of_what_is_not_its_business(room: str) -> None:
    foreign = {
        f"{name} imports {imported}"
        for name, path in modules().items()
        for imported in imports(path)
        if name.partition(".")[0] == room and imported.partition(".")[0] in NEVER[room]
    }
    assert foreign == set()


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    graph = {name: inner_imports(path) - {name} for name, path in modules().items()}
    assert set(TopologicalSorter(graph).static_order()) == set(modules())


def test_no_package_or_module_hides_one_of_pythons_own() -> None:
    names = {path.stem for root in IMPORT_ROOTS for path in root.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert names & sys.stdlib_module_names == set()


def words_of(path: Path) -> set[str]:
    """Every text that a program's file spells, docstrings left out; of a page's file every word in quotes."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        return set(re.findall(r"[\"'`]([\w.-]+)[\"'`]", text)) | set(re.findall(r"\.(\w+)", text))
    tree = ast.parse(text)
    constants = {
        node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return constants | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_no_pipeline_or_page_spells_a_column_name() -> None:
    files = [
        path
        for room in SPEAKS_OF_COLUMNS
        for path in (ROOT / room).rglob("*.*")
        if path.suffix in (".py", ".js", ".html")
    ]
    spelled = {f"{path.relative_to(ROOT)}: {name}" for path in files for name in words_of(path) & column_names()}
    assert spelled == set()


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    host = re.compile(r"https?://[A-Za-z0-9.-]*(pypi|pythonhosted|maven|npmjs|jsdelivr|unpkg|deb\.debian)")
    place = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root|Users|home/(?!linuxbrew)[a-z]+)/", re.MULTILINE)
    for name in tracked():
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content:
            text = content.decode("utf-8")
            assert not host.search(text), name
            assert not place.search(text), name


@pytest.mark.parametrize("kind", GENERATORS)
def test_every_kind_of_field_has_a_golden_file_and_a_section_with_an_example_in_the_docs(kind: str) -> None:
    assert (ROOT / "tests" / "golden" / f"{kind}.txt").is_file()
    reference = (ROOT / "docs" / "schema.md").read_text("utf-8")
    section = re.search(rf"^(#+) `{kind}`.*?(?=^#+ |\Z)", reference, re.MULTILINE | re.DOTALL)
    assert section
    assert f'"type": "{kind}"' in section.group()


@pytest.mark.parametrize("kind", RELATIONAL)
def test_every_generator_of_the_relational_dialect_has_a_section_with_an_example_in_the_docs(kind: str) -> None:
    reference = (ROOT / "docs" / "tables.md").read_text("utf-8")
    section = re.search(rf"^(#+) `{kind}`.*?(?=^#+ |\Z)", reference, re.MULTILINE | re.DOTALL)
    assert section
    assert f'"generator": {{"{kind}":' in section.group()


def test_every_file_of_a_kind_is_in_the_table_of_kinds() -> None:
    folder = ROOT / "services" / "datagen" / "generators"
    defining = {path.stem for path in folder.glob("*.py") if "def values(self" in path.read_text("utf-8")}
    tables = [*GENERATORS.values(), *RELATIONAL.values(), STAGES]
    listed = {kind.__module__.rpartition(".")[2] for kinds in tables for kind in kinds}
    assert defining - {"base"} == listed | {"axis"}  # compile.py puts the axis in an Instant's place


@pytest.mark.parametrize(
    ("name", "program"),
    [("datagen", datagen.cli.cli), ("demo", demo.cli.cli), ("datagen", click.Group(commands=[validate.cli.command]))],
)
def test_every_command_and_option_is_documented(name: str, program: click.Group) -> None:
    told = "\n".join(path.read_text("utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    for word, command in program.commands.items():
        options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]
        missing = [text for text in [f"{name} {word}", *options] if text not in told]
        assert missing == []
