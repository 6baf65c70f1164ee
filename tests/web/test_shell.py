"""What holds for every page, whatever it shows: methods, hosts, headers, errors of one shape, health."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.typing import ResponseReturnValue

from web.folder import NothingPublishedError, UnreadableError
from web.shell import BadRequestError, create_shell

REASONS: list[str] = []


@pytest.fixture
def app() -> Flask:
    app = create_shell(__name__, hosts=("stack.example",), ready=lambda: REASONS)

    @app.get("/answer/<kind>")
    def answer(kind: str) -> ResponseReturnValue:
        match kind:
            case "bad":
                raise BadRequestError(["a=1 is wrong", "b=2 is wrong"])
            case "nothing":
                raise NothingPublishedError("generated", "no file", "make one")
            case "unreadable":
                raise UnreadableError("a file: not there")
            case "fault":
                raise ZeroDivisionError("a secret")
            case "nan":
                return {"value": float("nan")}
        return {"money": Decimal("0.10"), "tiny": Decimal("1E-7"), "day": date(2025, 1, 2), "city": "Poznań"}

    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    REASONS.clear()
    with app.test_client() as client:
        yield client


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/healthz", "/answer/good", "/nowhere", "/static/web/tokens.css"])
def test_pages_are_only_read(client: FlaskClient, method: str, path: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD"
    assert response.get_json()["error"]["code"] == "method_not_allowed"


def test_head_answers_like_get_without_a_body(client: FlaskClient) -> None:
    response = client.head("/healthz")
    assert (response.status_code, response.data) == (200, b"")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "a b"])
@pytest.mark.parametrize("path", ["/healthz", "/static/web/tokens.css", "/nowhere"])
def test_strangers_names_are_not_answered_to(client: FlaskClient, host: str, path: str) -> None:
    response = client.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert response.get_json()["error"]["status"] == 400


@pytest.mark.parametrize("host", ["localhost", "localhost:8501", "127.0.0.1:8501", "stack.example:80"])
def test_this_machines_names_and_those_given_are_answered_to(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/answer/fault", "/static/web/tokens.css", "/static/nowhere"])
def test_every_answer_is_hardened(client: FlaskClient, path: str) -> None:
    with client.get(path) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("path", "error"),
    [
        (
            "/answer/bad",
            {
                "status": 400,
                "code": "bad_parameter",
                "message": "a=1 is wrong; b=2 is wrong",
                "reasons": ["a=1 is wrong", "b=2 is wrong"],
            },
        ),
        ("/answer/unreadable", {"status": 503, "code": "unreadable", "message": "a file: not there", "reasons": []}),
    ],
)
def test_errors_have_one_shape(client: FlaskClient, path: str, error: dict[str, object]) -> None:
    response = client.get(path)
    assert response.status_code == error["status"]
    assert response.get_json() == {"error": error}


def test_a_page_that_is_not_there_is_an_error_of_the_same_shape(client: FlaskClient) -> None:
    response = client.get("/nowhere")
    assert response.status_code == 404
    assert response.get_json()["error"].keys() == {"status", "code", "message", "reasons"}


def test_nothing_published_is_an_answer_and_no_error(client: FlaskClient) -> None:
    response = client.get("/answer/nothing")
    assert response.status_code == 200
    assert response.get_json() == {"empty": {"stage": "generated", "reason": "no file", "command": "make one"}}


@pytest.mark.parametrize("kind", ["fault", "nan"])
def test_a_fault_of_ours_is_logged_and_not_told(
    client: FlaskClient, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = client.get(f"/answer/{kind}")
    assert response.status_code == 500
    assert response.get_json()["error"]["code"] == "internal"
    assert b"secret" not in response.data
    assert caplog.records[0].exc_info


def test_json_keeps_figures_exact_and_text_readable(client: FlaskClient) -> None:
    response = client.get("/answer/good")
    assert response.get_json() == {"money": "0.10", "tiny": "0.0000001", "day": "2025-01-02", "city": "Poznań"}
    assert "Poznań" in response.get_data(as_text=True)


def test_ready_is_told_with_reasons(client: FlaskClient) -> None:
    assert client.get("/readyz").get_json() == {"status": "ready"}
    REASONS.append("no run")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.get_json()["error"]["reasons"] == ["no run"]


def test_alive_is_told_even_where_nothing_is_ready(client: FlaskClient) -> None:
    REASONS.append("no run")
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_chart_js_comes_from_the_artefacts(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_ARTIFACTS", str(tmp_path))
    response = client.get("/static/chart.umd.js")
    assert response.status_code == 503
    assert response.get_json()["error"]["message"].startswith("Chart.js is not there: no ")
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "chart.umd.js").write_text("this.Chart = 1")
    response = client.get("/static/chart.umd.js")
    assert (response.status_code, response.mimetype, response.get_data(as_text=True)) == (
        200,
        "text/javascript",
        "this.Chart = 1",
    )
    response.close()
