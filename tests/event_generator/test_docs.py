"""The replay's options are those in docs/configuration.md, and their defaults."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from demo import broker
from event_generator import kafka_event_producer

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "configuration.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("title", "command"), [("The replay", kafka_event_producer.command), ("The embedded broker", broker.command)]
)
def test_every_option_is_in_its_table_with_its_variable_and_default(title: str, command: click.Command) -> None:
    section = TEXT.partition(f"## {title}\n")[2].partition("\n## ")[0]
    listed = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `-" in line]
    found = {", ".join(names(row[0])): (names(row[1]), row[2]) for row in listed}
    options = [option for option in command.params if isinstance(option, click.Option)]
    assert list(found) == [", ".join([*option.opts, *option.secondary_opts]) for option in options]
    for option in options:
        variables, default = found[", ".join([*option.opts, *option.secondary_opts])]
        assert variables == ([option.envvar] if option.envvar else [])
        if option.show_default and not isinstance(option.default, bool):
            told = f"{option.default:g}" if isinstance(option.default, float) else str(option.default)
            assert default == f"`{told}`"


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)
