"""What both ends of a topic agree upon: its name, and the file of client settings."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import UserError
from datagen.messages import kafka_settings, properties, topic_name
from datagen.schema import read_schema

ROOT = Path(__file__).resolve().parents[2]
JAAS = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="a=b" password="c:d#e!f";'


def test_a_topic_bears_the_dataset_and_the_first_digits_of_the_fingerprint() -> None:
    analysis = read_schema(ROOT / "schemas" / "card_transactions.json").analysis
    assert topic_name(replace(analysis, fingerprint="0123456789abcdef" * 4)) == "card_transactions-01234567"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("security.protocol=SASL_SSL", {"security.protocol": "SASL_SSL"}),
        (f"sasl.jaas.config={JAAS}", {"sasl.jaas.config": JAAS}),
        ("  a : b ", {"a": "b "}),
        ("a b = c", {"a": "b = c"}),
        ("a", {"a": ""}),
        ("# a=b\n! c=d\n\ne=f", {"e": "f"}),
        ("a=b\\\n   c\\\n# d\ne=f", {"a": "bc# d", "e": "f"}),
        ("a=b\\\\\nc=d", {"a": "b\\", "c": "d"}),
        ("a=b\\", {"a": "b"}),
        ("k\\ e\\=y\\:=\\u00e9\\t\\q", {"k e=y:": "é\tq"}),
        ("a=1\r\nb=2\rc=3", {"a": "1", "b": "2", "c": "3"}),
        ("a=1\na=2", {"a": "2"}),
    ],
)
def test_settings_are_read_as_java_reads_them(line: str, found: dict[str, str]) -> None:
    assert properties(line) == found


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_whatever_is_escaped_comes_back(settings: dict[str, str]) -> None:
    escaped = "\n".join(f"{_escaped(name)}={_escaped(value)}" for name, value in settings.items())
    assert properties(escaped) == settings


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place]:02x}{units[place + 1]:02x}" for place in range(0, len(units), 2))


def test_a_file_that_cannot_be_read_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=re.escape(f"{tmp_path}/none: No such file")):
        kafka_settings(tmp_path / "none")
    (tmp_path / "latin").write_bytes(b"a=\xe9")
    with pytest.raises(UserError, match="not UTF-8"):
        kafka_settings(tmp_path / "latin")
    (tmp_path / "nameless").write_text("a=b\n= c")
    with pytest.raises(UserError, match=re.escape("nameless:2: '= c' is not `name=value`")):
        kafka_settings(tmp_path / "nameless")
