"""The account of every row, and that the page notices when it does not add up."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.app import create_app
from tests.web.runs import card_analysis, card_events, write_run
from web.published import Published

EVENTS = card_events(date(2025, 1, 1), 5, 10)


def answer(tmp_path: Path, change: Callable[[dict[str, Any]], object] = lambda _: None) -> tuple[int, dict[str, Any]]:
    """The status and the body for a run whose account was changed."""
    folder = write_run(tmp_path, card_analysis(), EVENTS)
    account = json.loads((folder / "quality.json").read_text())
    change(account)
    (folder / "quality.json").write_text(json.dumps(account))
    response = create_app(Published(tmp_path, "card_transactions")).test_client().get("/api/quality")
    return response.status_code, response.get_json()


def test_rows_read_are_those_counted_quarantined_and_met_twice(tmp_path: Path) -> None:
    status, account = answer(tmp_path)
    assert status == 200
    rows = account["rows"]
    assert rows["read"] == rows["counted"] + rows["quarantined"] + rows["duplicate"] == len(EVENTS) + 3 + 2
    assert account["doubts"] == []


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        (lambda account: account["rows"].update(read=99_999), "99,999 rows were read, "),
        (lambda account: account["files"][0].update(read=7), "rows were read, in the single files"),
        (lambda account: account["files"].pop(), "rows were counted, in the single files"),
        (
            lambda account: (
                account["rows"].update(counted=account["rows"]["counted"] - 1, quarantined=4),
                account["files"][0].update(counted=account["files"][0]["counted"] - 1, quarantined=4),
            ),
            "rows were counted, the aggregates hold",
        ),
    ],
)
def test_an_account_that_does_not_add_up_says_where(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], doubt: str
) -> None:
    status, account = answer(tmp_path, change)
    assert status == 200
    assert any(doubt in found for found in account["doubts"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda account: account.pop("rows"), "no rows"),
        (lambda account: account["rows"].pop("read"), "no read"),
        (lambda account: account["input"].pop("read_at"), "no read_at"),
        (lambda account: account.update(rows=[]), "not an account of rows"),
        (lambda account: account["rows"].update(read="many"), "not an account of rows"),
        (lambda account: account.update(files=None), "not an account of rows"),
    ],
)
def test_a_broken_account_is_named(tmp_path: Path, change: Callable[[dict[str, Any]], object], message: str) -> None:
    status, body = answer(tmp_path, change)
    assert status == 503
    assert body["error"]["message"] == f"quality.json of run 7f3a: {message}"


def test_many_reasons_and_files_are_cut_and_the_cut_is_counted(tmp_path: Path) -> None:
    def change(account: dict[str, Any]) -> None:
        account["reasons"] = [{"reason": f"reason {number}", "rows": 2} for number in range(60)]
        account["files"] = account["files"] * 100

    _, account = answer(tmp_path, change)
    assert len(account["reasons"]) == 50
    assert account["more_reasons"] == 20
    assert len(account["files"]) == 200


def test_files_with_faults_come_first(tmp_path: Path) -> None:
    def change(account: dict[str, Any]) -> None:
        account["files"].reverse()

    _, account = answer(tmp_path, change)
    assert [file["file"] for file in account["files"]][:2] == ["2025-01-01.csv", "2025-01-05.csv"]
