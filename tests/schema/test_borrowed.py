"""A dimension of another table stands in the extract as the value on the row that is known, under a name of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datagen.cli import main
from tests.schema.conftest import Lines, Read
from tests.schema.nodes import document, table

SHOP = table("shop", {"name": "size", "type": "int", "generator": {"choice": {"choices": [1, 2, 3]}}})
BOUGHT = {"name": "bought_at", "type": "int", "generator": {"lookup": {"from": "shop.shop_id"}}}
BEATEN = {"name": "beaten", "type": "string", "generator": {"choice": {"choices": ["no", "yes"]}}}


def written(*dimensions: Any, **analysis: Any) -> dict[str, Any]:
    """Events of users, each bought at a shop; an alien table that nobody knows."""
    made = document(BOUGHT, BEATEN, event={"parents": ["user", "shop"]})
    alien = table("alien", {"name": "city", "type": "string", "generator": {"choice": {"choices": ["Rome"]}}})
    made["nodes"] += [SHOP, alien]
    return made | {"analysis": {"table": "event", "dimensions": list(dimensions), **analysis}}


def test_the_value_is_that_of_the_row_that_is_known(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(written("user.city", {"name": "shop.size", "label": "Size"}, "beaten"))
    assert main(["generate", str(path), "-o", str(tmp_path / "set"), "--quiet"]) == 0
    joined = duckdb.sql(f"""
        select count_if(user_city != city or shop_size != size), count(*), count(distinct user_city),
            count(distinct shop_size)
        from '{tmp_path}/set/event.parquet' e
        join '{tmp_path}/set/user.parquet' using (user_id)
        join '{tmp_path}/set/shop.parquet' on shop_id = bought_at""")
    assert joined is not None
    wrong, rows, cities, sizes = joined.fetchall()[0]
    assert (wrong, cities, sizes) == (0, 2, 3)
    assert rows > 100


def test_all_that_follows_reads_one_table(read: Read) -> None:
    found = read(written("user.city", {"name": "shop.size", "label": "Size"}, stream={"group_by": "user.city"}))
    assert [(one.name, one.label) for one in found.analysis.dimensions] == [
        ("user_city", "User city"),
        ("shop_size", "Size"),
    ]
    assert found.analysis.stream
    assert found.analysis.stream.group_by == "user_city"
    columns = {one.name: one.kind for one in found.analysis.columns}
    assert (columns["user_city"], columns["shop_size"]) == ("text", "int")
    again = read(written("beaten")).analysis
    assert again.fingerprint != found.analysis.fingerprint


@pytest.mark.parametrize(
    ("dimension", "said"),
    [
        ("users.city", "'users.city': no such table; did you mean 'user'?"),
        ("user.citi", "'user.citi': no such column; did you mean 'city'?"),
        ("alien.city", "'alien.city': no row of event knows its alien; known: shop, user"),
        ("event.beaten", "'event.beaten' is a column of the table itself; write 'beaten'"),
        ("user.id", "'user.id' would be the column 'user_id', which is there; name that one"),
        ("user.joined", "'user_joined' is a datetime; group by text, a whole number or a flag"),
    ],
)
def test_what_leads_nowhere_is_refused_in_its_line(problems: Lines, dimension: str, said: str) -> None:
    raw = written("beaten", dimension)
    if dimension == "user.id":
        raw["nodes"][0]["columns"].append({"name": "id", "type": "int", "generator": {"sequence": {}}})
    [line] = problems(raw)
    assert ".json:" in line
    assert f"analysis.dimensions.{dimension}" in line or "analysis.dimensions.1" in line
    assert said in line
