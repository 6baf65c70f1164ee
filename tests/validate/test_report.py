"""What people and programs get: exit codes, the table, the JSON, the page."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.validate.sets import RECORD, TABLES, checked, copied, make, spoil
from validate.cli import main
from validate.findings import Finding
from validate.page import page
from validate.report import report
from validate.score import WEIGHTS, score

ROOT = Path(__file__).parents[2]
NUMBER, TEXT = {"type": "number"}, {"type": "string"}
OR_NULL = {"type": ["string", "null"]}


def closed(**keys: Any) -> dict[str, Any]:
    return {"type": "object", "properties": keys, "required": list(keys), "additionalProperties": False}


def listed(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


PICTURE = closed(kind=TEXT, labels=listed(TEXT), declared=listed(NUMBER), made=listed(NUMBER))
FINDING = closed(
    rule=TEXT,
    family={"enum": list(WEIGHTS)},
    table=TEXT,
    column=OR_NULL,
    declared=TEXT,
    made=TEXT,
    verdict={"enum": ["holds", "broken", "skipped"]},
    rows={"type": "integer"},
    tolerance=OR_NULL,
    figures={"type": "object"},
    examples=listed(TEXT),
    picture={"anyOf": [PICTURE, {"type": "null"}]},
)
COUNTS = closed(holds={"type": "integer"}, broken={"type": "integer"}, skipped={"type": "integer"})
FAMILY = closed(weight={"type": "integer"}, checks={"type": "integer"}, holds={"type": "integer"})
WHOLE = {"type": "integer"}
TABLE = closed(name=TEXT, rows={"type": ["integer", "null"]}, files=WHOLE, columns=WHOLE)
REPORT = closed(
    version={"const": 1},
    dataset=TEXT,
    schema=TEXT,
    schema_sha256={"type": "string", "pattern": "^[0-9a-f]{64}$"},
    folder=TEXT,
    manifest={"type": "boolean"},
    sample={"type": ["integer", "null"]},
    overrides={"type": "object"},
    holds={"type": "boolean"},
    score={"type": "number", "minimum": 0, "maximum": 100},
    checks=COUNTS,
    families=closed(**dict.fromkeys(WEIGHTS, FAMILY)),
    tables=listed(TABLE),
    findings=listed(FINDING),
    troubles=listed(closed(file=TEXT, table=TEXT, message=TEXT)),
    notes=listed(TEXT),
)  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(TABLES, tmp_path_factory.mktemp("shop"))


def test_a_set_that_is_as_declared_ends_with_0_and_its_report_keeps_to_its_schema(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.json"
    assert main([str(shop), "-d", str(shop.parent / "set"), "-o", str(out)]) == 0
    document = json.loads(out.read_text("utf-8"))
    jsonschema.validate(document, REPORT)
    assert (document["holds"], document["score"], document["checks"]["broken"]) == (True, 100.0, 0)
    assert "score 100 of 100" in capsys.readouterr().out


def test_every_key_of_the_report_is_documented() -> None:
    told = (ROOT / "docs" / "validation.md").read_text("utf-8")
    keys = {*REPORT["properties"], *FINDING["properties"], *PICTURE["properties"]}
    assert {key for key in keys if f"`{key}`" not in told} == set()


def test_every_rule_is_documented(shop: Path, tmp_path: Path) -> None:
    told = (ROOT / "docs" / "validation.md").read_text("utf-8")
    rules = {one.rule for one in (*checked(shop).findings, *checked(make(RECORD, tmp_path)).findings)}
    source = "".join(path.read_text("utf-8") for path in (ROOT / "services" / "validate").glob("*.py"))
    rules |= set(re.findall(r'(?:Finding|counted|skipped|broken)\(\s*"([a-z_]+)"', source))
    assert {rule for rule in rules if f"`{rule}`" not in told} == set()


def test_a_broken_rule_ends_with_3_and_is_told_with_examples(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = copied(shop, tmp_path / "spoiled")
    spoil(spoiled, "order", "select * exclude n replace (if(n = 2, -77, user_id) as user_id) from t")
    out = tmp_path / "report.json"
    assert main([str(spoiled), "-d", str(spoiled.parent / "set"), "-o", str(out)]) == 3
    told = capsys.readouterr().out
    assert re.search(r"✗ +foreign_key +order.user_id +in user.user_id +1 of [0-9,]+ rows are not so \(-77\)", told)
    document = json.loads(out.read_text("utf-8"))
    jsonschema.validate(document, REPORT)
    assert (document["holds"], document["score"] < 100) == (False, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["nothing.json", "-d", "."], "nothing.json does not exist"),
        ([], "Missing argument"),
        (["{schema}", "-d", "{set}", "-o", "/nowhere/report.json"], "cannot be written"),
    ],
)
def test_what_cannot_be_checked_ends_with_2(
    shop: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [word.format(schema=shop, set=shop.parent / "set") for word in words]
    assert main(given) == 2
    assert told in capsys.readouterr().err


def test_datagen_has_the_command(shop: Path) -> None:
    words = ["validate", str(shop), "-d", str(shop.parent / "set")]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'services'}{os.pathsep}{ROOT}"}
    run = subprocess.run([sys.executable, "-m", "datagen", *words], capture_output=True, text=True, env=environment)
    assert (run.returncode, "score 100 of 100" in run.stdout) == (0, True)


def test_text_out_of_data_is_no_part_of_the_page(tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>"
    document = json.loads(json.dumps(RECORD))
    document["schema"]["fields"] = [
        {"name": "id", "type": "id_sequence"},
        {"name": "word", "type": "category", "choices": [evil, '"><img src=x>']},
    ]
    schema = make(document, tmp_path)
    spoil(schema, "payments", "select * exclude n replace (if(n = 1, '<b onmouseover=x>', word) as word) from t")
    html = page(report(checked(schema), schema, tmp_path / evil))
    assert evil not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<(img|script|b on)[^>]*>", html)


def test_the_page_asks_for_nothing_from_elsewhere(shop: Path) -> None:
    html = page(report(checked(shop), shop, shop.parent / "set"))
    assert not re.search(r"(src|href)=|url\(|@import|https?://", html)
    assert html.count("<svg") > 10
    assert "default-src 'none'" in html


@pytest.mark.browser
def test_the_page_opens_in_both_themes_without_a_word_on_the_console(browser: Any, shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page(report(checked(shop), shop, shop.parent / "set")), "utf-8")
    seen: list[str] = []
    for scheme in ("light", "dark"):
        tab = browser.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)
        tab.on("console", lambda message: seen.append(message.text))
        tab.on("request", lambda request: seen.append(request.url))
        tab.goto(path.as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.close()
    assert seen == [path.as_uri()] * 2


def finding(family: Any, verdict: Any) -> Finding:
    return Finding("rule", family, "table", None, "", "", verdict)


def test_the_score_is_the_share_of_what_holds_by_family() -> None:
    assert score([finding("structure", "holds"), finding("values", "skipped")]) == 100.0
    assert score([finding("structure", "broken"), finding("values", "holds")]) == 42.8  # 30 of 70
    half = [finding("behaviour", "holds"), finding("behaviour", "broken")]
    assert score([*half, finding("structure", "holds"), finding("values", "holds")]) == 85.0


def test_one_broken_rule_of_very_many_is_never_rounded_to_100() -> None:
    many = [finding("structure", "holds")] * 100_000
    assert score([*many, finding("structure", "broken")]) == 99.9
