"""card_transactions as one statement of SQL: python -m bench.duck ROWS FILE csv|parquet THREADS

With one thread rows come from range(); with more from a stored table, since range() is read by one thread. The
making of that table counts.
"""

from __future__ import annotations

import sys
from bisect import bisect
from itertools import accumulate
from pathlib import Path
from typing import Any

import duckdb

from bench import cards
from bench.run import measured

HOUR_STEPS = 1 << 16  # hours are looked up by 16 bits: a CASE over all of them is slower by far


def quoted(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def pick(draw: str, weighted: cards.Weighted) -> str:
    """One of the values by its weight."""
    bounds = [bound / sum(weighted.values()) for bound in accumulate(weighted.values())]
    *firsts, last = [quoted(value) for value in weighted]
    cases = " ".join(f"when {draw} < {bound:.9f} then {value}" for bound, value in zip(bounds, firsts, strict=False))
    return f"case {cases} else {last} end" if firsts else last


def pick_by(column: str, draw: str, table: dict[str, cards.Weighted]) -> str:
    named = " ".join(
        f"when {quoted(value)} then {pick(draw, weighted)}" for value, weighted in table.items() if value != "_default"
    )
    default = f"else {pick(draw, table['_default'])}" if "_default" in table else ""
    return f"case {column} {named} {default} end"


def spelled(token: cards.Token) -> str:
    if isinstance(token, range):
        drawn = f"floor({token.start} + random() * {len(token)})::int"
        return f"lpad({drawn}::varchar, {len(str(token.stop - 1))}, '0')"
    return f"chr({ord('A')} + floor(random() * 26)::int)" if token == cards.LETTERS else quoted(token)


def hour_of_step() -> list[int]:
    """The hour of the window that each step of a 16-bit draw falls on."""
    weights = cards.hours()
    bounds = list(accumulate(weight / sum(weights) for weight in weights))
    return [min(bisect(bounds, (step + 0.5) / HOUR_STEPS), len(bounds) - 1) for step in range(HOUR_STEPS)]


def query(source: str) -> str:
    """The normal deviate is by Box and Muller: DuckDB has none of its own."""
    amount, (low, high) = cards.field("amount"), cards.field("amount")["clamp"]
    drawn = f"""
        select uuid()::varchar as event_id,
            timestamp '{cards.start()}' + to_microseconds(((select listed from hour_of)[step + 1]::bigint * 3600000000)
                + (random() * 3600000000)::bigint) as event_time,
            {pick("r_city", cards.choices("city"))} as city, r_channel, r_category, r_chip, r_tap, r_fraud,
            {" || ".join(map(spelled, cards.pattern("card_id")))} as card_id,
            round(least(greatest(exp({amount["mean"]} + {amount["stddev"]} * sqrt(-2 * ln(1 - random()))
                * cos(2 * pi() * random())), {low}), {high}), 2) as amount,
            random() < {cards.field("is_international")["p_true"]} as is_international
        from (select floor(random() * {HOUR_STEPS})::int as step, random() as r_city, random() as r_channel,
            random() as r_category, random() as r_chip, random() as r_tap, random() as r_fraud from {source})"""
    by_city = f"select *, {pick_by('city', 'r_channel', cards.conditional('channel'))} as channel from ({drawn})"
    by_channel = ", ".join(
        f"{pick_by('channel', draw, cards.conditional(name))} as {name}"
        for name, draw in (
            ("merchant_cat", "r_category"),
            ("is_chip", "r_chip"),
            ("is_contactless", "r_tap"),
            ("label_fraud", "r_fraud"),
        )
    )
    key = "city || '|' || merchant_cat || '|' || channel || '|' || card_id as key"
    columns = ", ".join([*cards.names()[:-1], key])
    return f"select {columns} from (select *, {by_channel} from ({by_city}))"


def write(rows: int, path: Path, form: str, threads: int) -> None:
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("set preserve_insertion_order = false")
    connection.execute("create table hour_of as select ?::smallint[] as listed", [hour_of_step()])
    source = f"range({rows})"
    if threads > 1:
        connection.execute(f"create table numbers as select range::int as number from {source}")
        source = "numbers"
    options = "format csv, header, timestampformat '%Y-%m-%dT%H:%M:%S.%f'" if form == "csv" else "format parquet"
    connection.execute(f"copy ({query(source)}) to '{path}' ({options})")


if __name__ == "__main__":
    ROWS, FILE, FORM, THREADS = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    measured(ROWS, lambda: write(ROWS, FILE, FORM, THREADS), FILE)
