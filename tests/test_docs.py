"""What the documents show is so: commands exist, links lead somewhere, printed output is what is printed."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.schema import read_schema

ROOT = Path(__file__).parents[1]
DOCUMENTS = [path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]]
OURS = {".venv/bin/datagen": "datagen", ".venv/bin/demo": "demo"}


def text_of(document: str) -> str:
    return (ROOT / document).read_text("utf-8")


def blocks(document: str, language: str) -> Iterator[str]:
    yield from re.findall(rf"^```{language}\n(.*?)^```$", text_of(document), re.MULTILINE | re.DOTALL)


def shown() -> list[tuple[str, str]]:
    """Every command that a document shows, with what it is said to print."""
    sessions = [session for document in DOCUMENTS for session in blocks(document, "console")]
    return [pair for session in sessions for pair in re.findall(r"^\$ (.*)\n((?:[^$].*\n|\n)*)", session, re.MULTILINE)]


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


@pytest.mark.parametrize("command", sorted({command for command, _ in shown() if command.startswith("make")}))
def test_a_make_command_in_the_docs_names_a_target_and_files_that_are_there(command: str) -> None:
    words = shlex.split(command)[1:]
    assert {word for word in words if "=" not in word} <= targets()
    assert all((ROOT / word.removeprefix("SCHEMA=")).is_file() for word in words if word.startswith("SCHEMA="))


@pytest.mark.parametrize(("command", "output"), [pair for pair in shown() if pair[0].split()[0] in OURS])
def test_a_command_in_the_docs_prints_what_is_shown(command: str, output: str) -> None:
    program, *words = shlex.split(command)
    run = [sys.executable, "-m", OURS[program], *words]
    done = subprocess.run(run, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout + done.stderr == output


def test_every_command_in_the_docs_is_of_a_kind_that_is_tested() -> None:
    """Those of docker in tests/compose."""
    words = [[word for word in command.split() if "=" not in word] for command, _ in shown()]
    assert {first for first, *_ in words} <= {"make", "git", "cd", "docker", *OURS}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_to_a_file(document: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text_of(document))
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("document", list(blocks("README.md", "json")))
def test_the_schema_in_the_readme_has_no_fault(document: str, tmp_path: Path) -> None:
    schema = tmp_path / "card_transactions.json"
    schema.write_text(document)
    assert read_schema(schema).name == "card_transactions"


def test_the_examples_of_the_schema_reference_are_a_document_without_a_fault(tmp_path: Path) -> None:
    examples = [block.strip() for block in blocks("docs/schema.md", "json") if block.startswith('{"name"')]
    schema = tmp_path / "examples.json"
    schema.write_text(f'{{"schema": {{"fields": [{",".join(examples)}]}}}}')
    assert len(read_schema(schema).tables[0].columns) > len(examples) > 1


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = text_of("docs/decisions/README.md")
    assert [
        path.name for path in folder.glob("*.md") if path.name != "README.md" and f"({path.name})" not in index
    ] == []
