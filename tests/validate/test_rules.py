"""Each rule is found broken on data that break it, and no rule on data that are as declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.validate.sets import RECORD, TABLES, broken, checked, copied, found, make, spoil


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(RECORD, tmp_path_factory.mktemp("payments"))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(TABLES, tmp_path_factory.mktemp("shop"))


def put(column: str, value: str) -> str:
    """The rows with another value in a column."""
    return f"select * exclude n replace ({value} as {column}) from t"


OF_RECORD = [
    ("columns", None, "select * exclude (n, paid) from t"),
    ("type", "pieces", put("pieces", "if(n = 7, 'many', pieces::varchar)")),
    ("rows", None, "select * exclude n from t where n > 3"),
    ("unique", "event_id", put("event_id", "if(n = 2, first(event_id) over (), event_id)")),
    ("pattern", "event_id", put("event_id", "if(n = 2, upper(event_id), event_id)")),
    ("sequence", "number", put("number", "if(n = 2, number + 1, number)")),
    ("not_null", "amount", put("amount", "if(n = 5, null, amount)")),
    ("null_share", "rating", put("rating", "if(n % 8 = 0, null, rating)")),
    ("bounds", "amount", put("amount", "if(n = 5, 200.01, amount)")),
    ("bounds", "pieces", put("pieces", "if(n = 5, 10, pieces)")),
    ("bounds", "place", put("place", "{'lat': place.lat - if(n = 5, 3, 0), 'lon': place.lon}")),
    ("precision", "amount", put("amount", "if(n = 5, 12.345, amount)")),
    ("pattern", "card", put("card", "if(n = 5, 'CARD-A5000', card)")),
    ("enum", "city", put("city", "if(n = 5, 'Ostrava', city)")),
    ("enum", "channel", put("channel", "if(n = 5, 'post', channel)")),
    ("window", "done", put("done", "if(n = 5, done + interval 1 year, done)")),
    ("window", "stamp", put("stamp", "if(n = 5, stamp - 100000000, stamp)")),
    ("window", "said", put("said", "if(n = 5, '2026-01-01 00:00:00', said)")),
    ("computed", "key", put("key", "if(n = 5, key || '!', key)")),
    ("computed", "country", put("country", "if(n = 5, 'DE', country)")),
    ("weights", "city", put("city", "if(n % 5 = 0, 'Brno', city)")),
    ("weights", "channel", put("channel", "if(city = 'Brno' and n % 9 = 0, 'web', channel)")),
    ("weights", "paid", put("paid", "paid or n % 8 = 0")),
    ("distribution", "amount", put("amount", "least(round(amount * 1.12, 2), 200)")),
    ("distribution", "height", put("height", "round(170 + (height - 170) * 0.85, 1)")),
    ("distribution", "wait", put("wait", "round(wait * 0.88, 6)")),
    ("distribution", "share", put("share", "round(pow(share, 1.15), 6)")),
    ("distribution", "pieces", put("pieces", "if(n % 12 = 0, 9, pieces)")),
    ("profile_hour", "done", put("done", "if(n % 9 = 0, date_trunc('day', done) + interval 18 hour, done)")),
    ("profile_weekday", "done", put("done", "if(isodow(done) = 6 and n % 2 = 0, done - interval 1 day, done)")),
    ("profile_course", "seen", put("seen", "if(n % 9 = 0, timestamptz '2025-01-06 03:00:00+00', seen)")),
    ("profile_month", "seen", put("seen", "if(n % 9 = 0, timestamptz '2025-02-01 03:00:00+00', seen)")),
]  # fmt: skip

OF_TABLES = [
    ("columns", "user", None, "select * exclude (n, plan) from t"),
    ("primary_key", "order", "order_id", put("order_id", "if(n = 2, 1, order_id)")),
    ("primary_key", "user", "user_id", put("user_id", "if(n = 2, null, user_id)")),
    ("foreign_key", "order", "user_id", put("user_id", "if(n = 2, -1, user_id)")),
    ("foreign_key", "order", "clerk_id", put("clerk_id", "if(n = 2, -1, clerk_id)")),
    ("hierarchy", "staff", "boss_id", put("boss_id", "if(boss_id is null, staff_id, boss_id)")),
    ("rows", "order", None, "select * exclude n from t where n > 1"),
    ("rows", "country", None, "select * exclude n from t where n > 1"),
    ("enum", "country", "code", put("code", "if(n = 1, 'XX', code)")),
    ("lookup", "order", "user_age", put("user_age", "if(n < 9, 44, user_age)")),
    ("computed", "order", "total", put("total", "if(n = 9, total + 0.01, total)")),
    ("grid", "order", "ts", put("ts", "if(n = 9, ts + interval 1 second, ts)")),
    ("bounds", "user", "age", put("age", "if(n = 9, 61, age)")),
    ("null_share", "user", "age", put("age", "if(n % 5 = 0, null, age)")),
    ("weights", "user", "plan", put("plan", "if(n % 4 = 0, 'pro', plan)")),
    ("weights", "order", "kind", put("kind", "if(n % 20 = 0, 'd', kind)")),
    ("distribution", "user", "age", put("age", "least(age + 4, 60)")),
    ("distribution", "order", "noisy", put("noisy", "round(20 + (noisy - 20) * 0.8, 6)")),
    ("distribution", "order", "pieces", put("pieces", "if(n % 12 = 0, 8, pieces)")),
    ("profile_weekday", "line", "day", put("day", "if(isodow(day) = 7 and n % 2 = 0, day - 1, day)::date")),
    ("profile_hour", "order", "ts", put("ts", "if(n % 9 = 0, date_trunc('day', ts), ts)")),
    ("fanout", "order", None, "select * exclude n from t where user_id % 5 <> 0"),
    ("fanout_mean", "order", None, "select * exclude n from t where n % 6 <> 0"),
    ("fanout_spread", "order", None, put("user_id", "if(user_id % 10 = 0, greatest(user_id - 1, 1), user_id)")),
    ("fanout", "line", None, "select * exclude n from t union all select * exclude n from t where order_id = 1"),
    ("popularity", "order", "clerk_id", put("clerk_id", "500 + 3 * (n % 60)")),
    ("popularity_top", "order", "clerk_id", put("clerk_id", "if(n % 3 = 0, 500 + 3 * (n % 60), clerk_id)")),
    ("popularity", "user", "country", put("country", "if(n % 3 = 0, 'CZ', country)")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "column", "query"), OF_RECORD)
def test_a_rule_of_one_table_is_found_broken(
    payments: Path, tmp_path: Path, rule: str, column: str | None, query: str
) -> None:
    spoiled = copied(payments, tmp_path / "spoiled")
    spoil(spoiled, "payments", query)
    verdicts = [one.verdict for one in found(checked(spoiled), rule, "payments", column)]
    assert "broken" in verdicts


@pytest.mark.parametrize(("rule", "table", "column", "query"), OF_TABLES)
def test_a_rule_of_many_tables_is_found_broken(
    shop: Path, tmp_path: Path, rule: str, table: str, column: str | None, query: str
) -> None:
    spoiled = copied(shop, tmp_path / "spoiled")
    spoil(spoiled, table, query)
    verdicts = [one.verdict for one in found(checked(spoiled), rule, table, column)]
    assert "broken" in verdicts


def test_every_rule_that_is_spoiled_holds_before(payments: Path, shop: Path) -> None:
    """And nothing else is broken: 100 of 100."""
    one, many = checked(payments), checked(shop)
    assert (broken(one), one.score) == (set(), 100.0)
    assert (broken(many), many.score) == (set(), 100.0)
    for rule, column, _ in OF_RECORD:
        assert {finding.verdict for finding in found(one, rule, "payments", column)} == {"holds"}, rule
    for rule, table, column, _ in OF_TABLES:
        assert {finding.verdict for finding in found(many, rule, table, column)} == {"holds"}, rule


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("document", [RECORD, TABLES], ids=["record", "tables"])
def test_no_seed_is_found_broken(document: dict[str, object], seed: int, tmp_path: Path) -> None:
    """A check fails a correct generator once in a million runs; here are some eight hundred of them."""
    result = checked(make(document, tmp_path, "--seed", str(1000 + seed)))
    assert broken(result) == set()
