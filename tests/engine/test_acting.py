"""Laws of what acts on rows: effects, seasons, trends, outliers, segments, ages, stages, against plain recounts."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen import reach
from datagen import rows as heart
from datagen.plan import Plan
from tests.engine.acting import STORE, WEEK
from tests.engine.related import planned
from tests.engine.test_tables import by_key, made, rows_of

LAW = settings(deadline=None, max_examples=20)
TABLES = [node["id"] for node in STORE["nodes"]]
START, END = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
Row = dict[str, Any]


def plan_of(path: Path, change: Callable[[Any], object] = lambda _: None, **overrides: Any) -> Plan:
    document = json.loads(json.dumps(STORE))
    change(document)
    return planned(path, document, **overrides)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    return plan_of(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same with more users, for shares."""
    return plan_of(tmp_path_factory.mktemp("crowd"), nodes__user__rows=6_000)


@LAW
@given(st.sampled_from(TABLES), st.lists(st.floats(0, 1), max_size=5), st.randoms())
def test_any_slicing_in_any_order_gives_the_same_rows(
    store: Plan, table: str, cuts: list[float], random: Random
) -> None:
    rows = store.tables[table].rows
    edges = sorted({0, rows, *(round(cut * rows) for cut in cuts)})
    spans = list(pairwise(edges))
    parts = {span: made(store, table, *span) for span in random.sample(spans, len(spans))}
    assert pa.concat_batches([parts[span] for span in spans]) == made(store, table)


@pytest.mark.parametrize("table", TABLES)
def test_neither_blocks_nor_what_is_kept_nor_threads_change_a_row(
    store: Plan, tmp_path: Path, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = made(store, table)
    monkeypatch.setattr(heart, "BLOCK_ROWS", 97)
    monkeypatch.setattr(reach, "SMALL_ROWS", 0)
    again = plan_of(tmp_path)
    spans = [(start, min(start + 211, len(expected))) for start in range(0, len(expected), 211)]
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda span: made(again, table, *span), spans))
    assert pa.concat_batches(parts) == expected


@pytest.mark.parametrize("table", ["sale", "step", "line"])
def test_a_document_whose_entities_grow_keeps_the_children_of_its_old_rows(
    store: Plan, tmp_path: Path, table: str
) -> None:
    more = plan_of(tmp_path, nodes__user__rows=350)
    assert made(more, table, 0, store.tables[table].rows) == made(store, table)
    assert more.tables[table].rows > store.tables[table].rows


def matching(promos: list[Row], at: datetime | None, **keys: Any) -> float | None:
    """The strength of the first promotion by its key that holds, one at a time."""
    for promo in sorted(promos, key=lambda promo: int(promo["promo_id"])):
        if (
            at is None
            or promo["begins"] is None
            or any(value is None or promo[key] != value for key, value in keys.items())
        ):
            continue
        end = datetime.combine(promo["ends"], datetime.min.time(), UTC) + timedelta(days=1)
        if promo["begins"] <= at < end:
            strength: float | None = promo["strength"]
            return strength
    return None


def test_an_effect_has_the_strength_of_the_lowest_key_that_matches(store: Plan) -> None:
    promos, users, sales = rows_of(store, "promo"), by_key(store, "user"), rows_of(store, "sale")
    found = Counter[bool]()
    for sale in sales:
        strength = matching(promos, sale["ts"], town=sale["town"], kind=sale["kind"])
        assert sale["promoted"] == pytest.approx(0.25 if strength is None else strength)
        found[strength is None] += 1
        assert sale["added"] == pytest.approx(1 + (matching(promos, sale["ts"]) or 0))
        assert users[sale["user_id"]]["segment"] not in {promo["town"] for promo in promos}
        assert sale["of_user"] == 8
    assert min(found.values()) > 100


def test_seasons_scale_by_the_weight_of_the_row_s_first_datetime(store: Plan) -> None:
    for sale in rows_of(store, "sale"):
        at = sale["ts"]
        assert (sale["by_hour"], sale["by_month"]) == (at.hour + 1, at.month - 1)
        assert sale["by_day"] == WEEK[at.weekday()]


def years(at: datetime) -> float:
    return (at - START) / timedelta(days=365)


def test_trends_grow_from_the_start_of_the_timeframe(store: Plan) -> None:
    for sale in rows_of(store, "sale"):
        t = years(sale["ts"])
        assert sale["linear"] == pytest.approx(1 + 0.5 * t, abs=1e-6)
        assert sale["exponential"] == pytest.approx(0.8**t, abs=1e-6)
        assert sale["logarithmic"] == pytest.approx(1 + 0.3 * math.log(1 + 4 * t), abs=1e-6)


def test_a_row_without_a_datetime_is_measured_at_that_of_the_row_above_it(store: Plan) -> None:
    steps = rows_of(store, "step")
    assert all(step["later"] == pytest.approx(1 + 0.5 * years(step["at"]), abs=1e-6) for step in steps)
    sales = by_key(store, "sale")
    for line in rows_of(store, "line"):
        assert line["sold"] == sales[line["sale_id"]]["ts"]
        assert line["growing"] == pytest.approx(1 + 0.5 * years(line["sold"]), abs=1e-6)


def test_outliers_have_their_rate_and_their_magnitude(crowd: Plan) -> None:
    batch = made(crowd, "sale").select(["spiky", "dropped"]).to_pydict()
    spiky, dropped = np.array(batch["spiky"]), np.array(batch["dropped"])
    rows = len(spiky)
    hit = spiky != 1
    assert abs(hit.mean() - 0.05) < 5 * math.sqrt(0.05 * 0.95 / rows)
    assert (spiky[hit].min() > 3, spiky[hit].max() < 5) == (True, True)
    assert abs(spiky[hit].mean() - 4) < 5 * (2 / math.sqrt(12)) / math.sqrt(hit.sum())
    assert (dropped.min(), dropped.max()) == (0, 1)
    # a magnitude of 0 leaves the value: one in 6.3 of the magnitudes is put on the clamp
    share = 0.25 * 0.8413
    assert abs((dropped != 1).mean() - share) < 5 * math.sqrt(share * (1 - share) / rows)
    assert 0.3 < (dropped[dropped != 1] == 0).mean() < 0.8  # expected 0.5 / 0.8413 = 0.594


def test_segments_have_their_shares_and_the_others_share_the_rest_by_their_weights(crowd: Plan) -> None:
    counts = Counter(row["segment"] for row in rows_of(crowd, "user"))
    expected = {"vip": 0.2, "basic": 0.5, "plain": 0.225, "other": 0.075}
    for name, share in expected.items():
        assert abs(counts[name] / 6_000 - share) < 5 * math.sqrt(share * (1 - share) / 6_000)


def test_a_segment_multiplies_the_columns_of_children_after_their_own_modifiers(store: Plan) -> None:
    users = by_key(store, "user")
    for sale in rows_of(store, "sale"):
        assert sale["amount"] == (22 if users[sale["user_id"]]["segment"] == "vip" else 11)


def age_of(user: Row, days: float) -> float:
    age: float = (END - user["joined"]) / timedelta(days=days)
    return age


def test_age_and_segment_multiply_before_the_clamp(store: Plan, tmp_path: Path) -> None:
    def plain(document: Any) -> None:
        user = document["nodes"][1]
        del user["vintage_behavior"]["age_based_multipliers"]["value"]
        user["segment_behavior"]["behaviors"]["vip"]["applies_to_columns"] = ["amount"]

    users, before = by_key(store, "user"), rows_of(plan_of(tmp_path, plain), "sale")
    clamped = 0
    for sale, drawn in zip(rows_of(store, "sale"), before, strict=True):
        user = users[sale["user_id"]]
        factor = (1 + 0.5 * age_of(user, 365)) * (2 if user["segment"] == "vip" else 1)
        assert sale["refund"] == pytest.approx(min(drawn["refund"] * factor, 8), abs=2e-5)
        clamped += sale["refund"] == 8
    assert clamped > 10


def means_of(plan: Plan) -> dict[int, float]:
    """For each user the mean of the Poisson that its sales are counted by."""
    promos, found = rows_of(plan, "promo"), {}
    for user in rows_of(plan, "user"):
        segment = {"vip": 3, "basic": 0.5}.get(user["segment"], 1)
        age = [0.5, 1, 2][min(round(age_of(user, 30)), 2)]
        found[user["user_id"]] = 6 * segment * age * (matching(promos, user["joined"], town=user["town"]) or 1)
    return found


def test_fan_outs_are_scaled_by_effects_segments_and_ages(crowd: Plan) -> None:
    counts = Counter(made(crowd, "sale").column("user_id").to_pylist())
    means = means_of(crowd)
    assert len({round(mean, 6) for mean in means.values()}) > 20
    expected = sum(mean for mean in means.values() if mean < 30)  # of others the greatest number is met
    found = sum(counts[user] for user, mean in means.items() if mean < 30)
    assert abs(found - expected) < 5 * math.sqrt(expected)
    squares = [(counts[user] - mean) ** 2 / mean for user, mean in means.items() if mean < 30]
    assert abs(np.mean(squares) - 1) < 5 * math.sqrt(2.3 / len(squares))  # Poisson: variance 2 + 1/mean
    assert max(counts.values()) == 60


def test_an_effect_by_what_each_child_draws_matches_no_parent(tmp_path: Path) -> None:
    """The default holds, whatever the table of effects says."""

    def by_a_draw(default: float) -> Callable[[Any], object]:
        def change(document: Any) -> None:
            sale = next(node for node in document["nodes"] if node["id"] == "sale")
            drawn = {"name": "drawn", "type": "int", "generator": {"lookup": {"from": "promo.promo_id"}}}
            sale["columns"].append(drawn)
            (effect, *_) = sale["modifiers"]
            effect["args"] = {**effect["args"], "on": {"drawn": "promo_id"}}
            effect["args"]["map"] = {**effect["args"]["map"], "op": "mul", "default": default}
            sale["modifiers"] = [effect]

        return change

    none = plan_of(tmp_path, by_a_draw(0))
    assert not none.dataset.unmade
    assert made(none, "sale").num_rows == 0

    def unchanged(document: Any) -> None:
        next(node for node in document["nodes"] if node["id"] == "sale")["modifiers"] = []

    plain = made(plan_of(tmp_path, unchanged), "sale").num_rows
    assert made(plan_of(tmp_path, by_a_draw(1)), "sale").num_rows == plain > 0


def test_parents_that_nothing_scales_keep_their_number_of_children(crowd: Plan, tmp_path: Path) -> None:
    def plain(document: Any) -> None:
        document["nodes"][1]["segment_behavior"]["behaviors"] = {}
        document["nodes"][1]["vintage_behavior"]["age_based_multipliers"] = {}
        document["nodes"][2]["modifiers"] = []

    unscaled = plan_of(tmp_path, plain, nodes__user__rows=6_000)
    counts, others = (Counter(made(plan, "sale").column("user_id").to_pylist()) for plan in (crowd, unscaled))
    left = [user for user, mean in means_of(crowd).items() if mean == 6]
    assert len(left) > 20
    assert [counts[user] for user in left] == [others[user] for user in left]


def test_a_fan_out_from_one_number_to_another_keeps_its_mean_when_it_is_moved(crowd: Plan) -> None:
    promos, sales = rows_of(crowd, "promo"), rows_of(crowd, "sale")[:4_000]
    counts = Counter(made(crowd, "line").column("sale_id").to_pylist())
    moves = {sale["sale_id"]: matching(promos, sale["ts"], town=sale["shop"]) for sale in sales}
    expected = sum(1.5 + (0.5 if move is None else move) for move in moves.values())
    assert abs(sum(counts[sale] for sale in moves) - expected) < 5 * math.sqrt(1.5 * len(moves))
    assert min(counts[sale] for sale in moves) >= 0


def test_instants_of_children_are_in_order_inside_their_cells_and_never_before_the_parent(store: Plan) -> None:
    users, sales = by_key(store, "user"), rows_of(store, "sale")
    for user_id, group in groupby(sales, key=lambda sale: sale["user_id"]):
        listed = list(group)
        joined = users[user_id]["joined"]
        hours = [sale["ts"].replace(minute=0, second=0, microsecond=0) for sale in listed]
        assert hours == sorted(hours)
        assert all(sale["ts"] >= joined for sale in listed)
        assert all(sale["sent"] is None or sale["sent"] >= joined for sale in listed)
        assert all(sale["booked"] >= joined.date() for sale in listed)
        assert all(sale["ts"].hour >= 2 for sale in listed)
    minutes = np.array([sale["ts"].minute for sale in sales])
    assert 14 < minutes.mean() < 18  # folded normal of 20 minutes: 15.96, and a few are reflected at the hour


def test_instants_are_drawn_by_the_strength_of_effects(tmp_path: Path) -> None:
    def free(document: Any) -> None:
        del document["nodes"][1]["vintage_behavior"]
        document["nodes"][2]["modifiers"] = []

    plan = plan_of(tmp_path, free, nodes__user__rows=3_000)
    promos, sales = rows_of(plan, "promo"), rows_of(plan, "sale")
    hours = [START + timedelta(hours=hour) for hour in range(366 * 24)]
    for town in ("Oslo", "Bergen", "Tromso"):
        weights = [(hour.hour >= 2) * (matching(promos, hour, town=town) or 1) for hour in hours]
        months = np.zeros(12)
        for hour, weight in zip(hours, weights, strict=True):
            months[hour.month - 1] += weight
        found = np.bincount([sale["ts"].month - 1 for sale in sales if sale["town"] == town], minlength=12)
        assert_shares(found, months / months.sum())
    for shop, kind in (("Oslo", 1), ("Bergen", 2), ("Tromso", 1)):
        days = np.zeros((12, 7))
        for hour in hours:
            days[hour.month - 1, hour.weekday()] += WEEK[hour.weekday()] + (
                matching(promos, hour, town=shop, kind=kind) or 0
            )
        chosen = [sale["sent"] for sale in sales if (sale["shop"], sale["kind"]) == (shop, kind) and sale["sent"]]
        found = np.bincount([(at.month - 1) * 7 + at.weekday() for at in chosen], minlength=84)
        assert_shares(found, days.ravel() / days.sum())


def assert_shares(found: Any, expected: Any) -> None:
    """Chi-square within five of its sigma."""
    rows = found.sum()
    statistic = ((found - rows * expected) ** 2 / (rows * expected)).sum()
    freedom = len(expected) - 1
    assert abs(statistic - freedom) < 5 * math.sqrt(2 * freedom)


def test_where_nothing_is_left_of_the_timeframe_children_happen_when_the_parent_begins(tmp_path: Path) -> None:
    def late(document: Any) -> None:
        span = {"start": "2025-03-01", "end": "2025-03-02"}
        document["nodes"][1]["columns"][4]["generator"]["datetime_series"] |= {"within": span, "freq": "7min"}

    plan = plan_of(tmp_path, late)
    users = by_key(plan, "user")
    sales = rows_of(plan, "sale")
    assert len(sales) > 100
    assert all(sale["sent"] in (None, users[sale["user_id"]]["joined"]) for sale in sales)
    assert all(sale["ts"] >= users[sale["user_id"]]["joined"] for sale in sales)  # noise and all


def test_stages_are_reached_by_the_rates_of_the_segment(crowd: Plan) -> None:
    users, steps = by_key(crowd, "user"), rows_of(crowd, "step")
    sizes, reached = Counter(user["segment"] for user in users.values()), Counter[tuple[str, str]]()
    for step in steps:
        reached[users[step["user_id"]]["segment"], step["stage_name"]] += 1
    for segment, size in sizes.items():
        factor = {"vip": 1.5, "basic": 0.5}.get(segment, 1)
        tried = min(1, 0.8 * factor)
        assert reached[segment, "seen"] == size
        for name, share in (("tried", tried), ("bought", tried * min(1, 0.5 * factor))):
            sigma = math.sqrt(size * share * (1 - share))
            assert abs(reached[segment, name] - size * share) <= 5 * sigma


def test_stages_tell_their_number_and_follow_each_other_in_time(crowd: Plan) -> None:
    users, names, gaps = by_key(crowd, "user"), ["seen", "tried", "bought"], []
    for user_id, group in groupby(rows_of(crowd, "step"), key=lambda step: step["user_id"]):
        listed = list(group)
        assert [step["stage_index"] for step in listed] == list(range(len(listed)))
        assert [step["stage_name"] for step in listed] == names[: len(listed)]
        assert listed[0]["at"] == users[user_id]["joined"]
        gaps += [(later["at"] - step["at"]) / timedelta(hours=1) for step, later in pairwise(listed)]
    assert min(gaps) >= 0
    assert abs(np.mean(gaps) - 24) < 5 * 24 / math.sqrt(len(gaps))
    assert len(set(gaps)) > 0.95 * len(gaps)
    assert abs(np.std(gaps) - 24) < 5 * 24 * math.sqrt(2 / len(gaps))


def test_stages_of_a_parent_without_a_time_begin_at_a_draw_of_their_own(tmp_path: Path) -> None:
    def timeless(document: Any) -> None:
        user = document["nodes"][1]
        user["columns"] = user["columns"][:4]
        del user["vintage_behavior"]

    steps = rows_of(plan_of(tmp_path, timeless), "step")
    begun = [step["at"] for step in steps if step["stage_index"] == 0]
    assert len(set(begun)) > 250
    assert {at.minute for at in begun} == {0}
    assert all(step["at"] >= earlier["at"] for earlier, step in pairwise(steps) if step["stage_index"] > 0)


def test_nothing_bounds_the_children_of_a_parent_without_a_beginning(tmp_path: Path) -> None:
    def early(document: Any) -> None:
        document["timeframe"] = {"start": "1969-07-01", "end": "1970-06-30", "freq": "H"}
        document["nodes"][1]["columns"][4]["null_prob"] = 0.5

    plan = plan_of(tmp_path, early)
    users, sales = by_key(plan, "user"), rows_of(plan, "sale")
    free = [sale["sent"].year for sale in sales if users[sale["user_id"]]["joined"] is None and sale["sent"]]
    assert 0.4 < free.count(1969) / len(free) < 0.6  # half the days, up to the strength of effects


@pytest.mark.parametrize(
    ("freq", "start", "laid_out"), [("H", 0, True), ("W", 0, False), ("7h", 0, False), ("D", 9, False)]
)
def test_noise_in_time_leaves_rows_in_the_day_that_they_are_filed_under(
    tmp_path: Path, freq: str, start: int, laid_out: bool
) -> None:
    jitter = {"transform": "time_jitter", "args": {"std_minutes": 600}}
    series = {"datetime_series": {"freq": freq}}
    ts = {"name": "ts", "type": "datetime", "generator": series, "modifiers": [jitter]}
    key = {"name": "key", "type": "int", "generator": {"sequence": {}}}

    def alone(document: Any) -> None:
        document["timeframe"] = {"start": f"2024-01-01T{start:02}:00:00", "end": "2024-03-31"}
        document["nodes"] = [{"id": "log", "kind": "fact", "pk": "key", "rows": 3_000, "columns": [key, ts]}]

    table = (plan := plan_of(tmp_path, alone)).tables["log"]
    assert (table.axis is not None) == laid_out
    for day in table.days():
        found = made(plan, "log", day.start_row, day.stop_row).column("ts").to_pylist()
        assert {at.date().isoformat() for at in found} <= {day.date}
