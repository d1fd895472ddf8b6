"""What reports of every kind read of a run: years, names, replicates, facts, how to reproduce it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from results.content.blocks import Bullets, both
from results.documents.page import Fact
from results.finished_run import FactorRun, FinishedRun
from results.reproduce import facts_of, people_simulated, reproduce_section, same_numbers
from tests.results.made_studies import LAW, MANIFEST, context

PAIRS = [(1, 0), (2, 0), (3, 0)]


def run(pairs: list[tuple[int, int]] = PAIRS, factors: tuple[str, ...] = ("grant",), **changes: Any) -> FactorRun:
    """A run of current law by pair of seed and draw; ``changes`` are to its context."""
    design = pd.DataFrame([{"run_id": f"{s}-{d}", "scenario": LAW, "seed": s, "draw": d} for s, d in pairs])
    made = {**context("sobol", factors, "2026-07", {"method": "sobol"}), **changes}
    return FactorRun(made, MANIFEST, design, pd.DataFrame({"year": [2030]}), [])


@pytest.mark.parametrize(("end", "last"), [("2030-12", 2030), ("2030-11", 2029)])
def test_the_last_year_is_the_last_that_is_whole(end: str, last: int) -> None:
    data = run(end=end)
    assert (data.branch_year, data.last_full_year, data.end_year) == (2026, last, last)
    assert data.years_in_force == last - 2026 + 0.5
    assert data.period["en"] == f"2026–{last}" and data.in_force["en"] == f"July 2026 to {last}"


def test_replicates_are_draws_where_there_are_several() -> None:
    assert run().replicates_text == {"en": "3 seeds", "zh": "3 个随机种子"}
    assert run([(1, 0)]).replicates_text["en"] == "1 seed"
    draws = run([(seed, draw) for draw in range(5) for seed in (1, 2)])
    assert draws.replicates_text == {"en": "5 parameter draws", "zh": "5 组参数"} and draws.has_intervals
    assert not run().has_intervals


def test_what_has_no_label_keeps_its_name() -> None:
    data = run()
    assert data.indicator_label("births", "zh") == "出生人数" and data.indicator_label("storks", "zh") == "storks"
    assert data.scenario_label(LAW, "zh") == "现行政策" and data.lever_label("stork_grant", "en") == "stork_grant"
    assert data.parameter_label("ideal_gain", "en") == "utility of a wanted child"
    assert data.is_share("urban_share") and not data.is_share("births") and not data.is_share("storks")


def test_an_order_is_open_where_two_of_its_families_stand_beside_each_other() -> None:
    assert run(factors=("grant", "voucher")).order_is_open
    assert not run(factors=("grant", "waiver")).order_is_open


def test_facts_come_as_wanted_and_failures_last() -> None:
    own = Fact(both("Own", "自有"), "7")
    assert [fact.value for fact in facts_of(run(), own, "seeds", "end")] == ["7", "3", "2030-12"]
    failed = facts_of(replace(run(), failures=[{"run_id": "1-0"}]), "runs")
    assert [(fact.value, fact.bad) for fact in failed] == [("3", False), ("1", True)]
    with pytest.raises(KeyError):
        facts_of(run(), "storks")


def test_how_to_reproduce_it_names_runs_people_and_sources() -> None:
    data: FinishedRun = run(scale=0.05)
    lead = same_numbers(data, people_simulated(data))
    assert lead["en"].endswith(": 1 of 1 runs, 1,000 people (5 % of residents).")
    assert lead["zh"] == "同一配置在同类机器上得到相同数值：1 次模拟中完成 1 次，模拟 1,000 人（常住人口的 5%）。"
    code, items = reproduce_section(data, lead, [both("More.", "另。")]).blocks
    assert isinstance(items, Bullets) and [item["en"] for item in items.items] == [
        "Versions: python 3.", "Sources 000000000000, data 000000000000, runs 000000000000.", "More.",
    ]  # fmt: skip
    listed = reproduce_section(data, lead, hashes_of=both("Sources, data, search", "源码、数据、搜索")).blocks[1]
    assert isinstance(listed, Bullets)
    assert listed.items[1]["zh"] == "源码、数据、搜索：000000000000, 000000000000, 000000000000。"
