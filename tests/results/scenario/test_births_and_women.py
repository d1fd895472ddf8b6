"""Births as women times rates, groups that gain, and what the report says of them."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from results.content.words import yuan
from results.scenario.births_parts import births_parts, rates_by_age, women_by_age
from results.scenario.data import RunData
from results.scenario.figures.fans import predictive
from results.scenario.figures.gains import _touches
from results.scenario.gains import drawn, not_drawn, relative_gains, strongest
from results.scenario.sections.births import births_section
from results.scenario.sections.city_plan import judged, tone_of
from results.scenario.sections.effects import effect_section
from results.scenario.sections.opening import opening
from results.trust.open_order import short
from tests.results.sample_run import write_sample_run


def rows(indicator: str, values: dict[tuple[int, str], float]) -> pd.DataFrame:
    """Yearly rows of one run from {(year, group): value}."""
    table = pd.DataFrame([(y, g, v) for (y, g), v in values.items()], columns=["year", "group", "value"])
    return table.assign(month=pd.NA, scenario="law", seed=1, indicator=indicator)


WOMEN = rows(
    "population",
    {
        (2025, "sex:female;age:20-24"): 1000.0, (2025, "sex:female;age:25-29"): 2000.0,
        (2035, "sex:female;age:20-24"): 800.0, (2035, "sex:female;age:25-29"): 1500.0,
        (2025, "sex:male;age:20-24"): 9e9, (2035, "all"): 9e9, (2025, "sex:female;age:60-64"): 9e9,
    },
)  # fmt: skip
RATES = rows(
    "asfr",
    {
        (2025, "age:20-24"): 0.10, (2025, "age:25-29"): 0.08,
        (2035, "age:20-24"): 0.06, (2035, "age:25-29"): 0.08,
    },
)  # fmt: skip


def test_births_fall_through_fewer_women_and_through_rates_and_nothing_else() -> None:
    """By hand: births 260 then 168; women -200 and -500 at mean rates 0.08 and 0.08; rates -0.04 at 900 women."""
    parts = births_parts(women_by_age(WOMEN), rates_by_age(RATES), 2025, 2035).loc[("law", 1)]
    assert parts["women"] == pytest.approx(-200 * 0.08 - 500 * 0.08)
    assert parts["rates"] == pytest.approx(-0.04 * 900)
    assert parts["total"] == pytest.approx((800 * 0.06 + 1500 * 0.08) - (1000 * 0.10 + 2000 * 0.08))


def test_a_year_without_rows_gives_no_parts() -> None:
    assert births_parts(women_by_age(WOMEN), rates_by_age(RATES), 2025, 2036).empty


def test_a_fan_holds_the_share_of_further_runs_that_it_says() -> None:
    """Of 4,000 samples of five runs, one more run falls inside the 80 % fan in 80 % (binomial sd 0.0063; 5 sd)."""
    drawn = np.random.default_rng(1).normal(1.0, 0.1, (4000, 6))
    table = pd.DataFrame({"mean": drawn[:, :5].mean(axis=1), "sd": drawn[:, :5].std(axis=1, ddof=1), "n": 5})
    low, high = predictive(table, 0.8)
    assert abs(((low <= drawn[:, 5]) & (drawn[:, 5] <= high)).mean() - 0.8) < 5 * 0.0063


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    return RunData.read(write_sample_run(tmp_path_factory.mktemp("run"), ["current_law", "package", "leave"], seeds=6))


def test_gains_are_relative_to_the_group(data: RunData) -> None:
    county = relative_gains(data, "county").set_index(["scenario", "group"])["mean"]
    whole = data.summed("births").set_index("scenario")["mean"]
    base = data.levels("births").query("scenario == 'current_law' and year >= 2026")["mean"].sum()
    assert county["package", "county:anju"] == pytest.approx(whole["package"] / base, rel=1e-9)
    for dimension in ("order", "income_fifth", "hukou", "mother_age", "residence"):
        assert not relative_gains(data, dimension).empty, dimension
    log = relative_gains(data, "hukou").set_index(["scenario", "group"])["mean"]
    assert log["package", "hukou:local"] == pytest.approx(log["package", "hukou:other"], abs=0.02)


def test_the_opening_is_about_one_scenario(data: RunData) -> None:
    made = opening(data)
    assert len(made.sentences) == 4 == len(made.topics) and made.figure == "births_cost"
    assert made.sentences[0]["en"].startswith("No: the highest TFR of 2030")
    assert "with the most births of 2 scenarios" in made.sentences[1]["en"]
    assert "some of them perhaps only earlier" in made.sentences[1]["en"]
    assert "more a year (2027–2035) than current law" in made.sentences[2]["en"] and "亿元" in made.sentences[2]["zh"]


def test_few_runs_tell_nothing_apart_and_claim_no_interval(tmp_path: Path) -> None:
    """Three seeds give no interval of a difference, so no sentence may say that one holds zero."""
    few = RunData.read(write_sample_run(tmp_path, ["current_law", "package", "leave"], seeds=3))
    leads = [opening(few).sentences[1], effect_section(few).lead, births_section(few).lead]
    for lead in leads:
        assert "not told apart from “Leave alone”" in lead["en"] and "与“仅休假成本共担”" in lead["zh"], lead
        assert "holds zero" not in lead["en"] and "含零" not in lead["zh"], lead


def test_a_run_of_current_law_alone_opens_with_births_and_women(tmp_path: Path) -> None:
    alone = RunData.read(write_sample_run(tmp_path, ["current_law"], seeds=2))
    assert [s["en"][:30] for s in opening(alone).sentences][1].startswith("Under current law births go")


def test_a_name_on_another_circle_is_seen() -> None:
    assert _touches((0, 0, 10, 4), (5, -2, 3)) and not _touches((0, 0, 10, 4), (5, -4, 3))


def test_a_goal_is_met_near_or_missed() -> None:
    least = {"value": 1.6, "sense": "at least"}
    assert [tone_of(v, least) for v in (1.7, 1.6, 1.55, 1.0)] == ["good", "good", "near", "bad"]
    assert [tone_of(v, {"value": 100, "sense": "at most"}) for v in (90, 104, 120)] == ["good", "near", "bad"]
    assert [tone_of(v, {"value": 100, "sense": "about"}) for v in (96, 104, 120)] == ["good", "good", "bad"]
    assert judged(1.0, least).text["zh"] == "未达标"


def test_money_is_said_in_the_units_of_each_language() -> None:
    assert yuan(3.62e8) == {"en": "362 million yuan", "zh": "3.62 亿元"}
    assert yuan(953_558) == {"en": "953,558 yuan", "zh": "95.4 万元"}
    assert yuan(-2e6)["en"] == "−2.00 million yuan" and yuan(float("nan"))["zh"] == "–"


def test_a_figure_with_little_room_shows_the_leading_scenario_and_names_what_it_leaves_out(data: RunData) -> None:
    names, top = data.policies, strongest(data)
    assert drawn(data, names, len(names)) == names and not_drawn(data, names, len(names)) == {"en": "", "zh": ""}
    assert drawn(data, names, 1) == [top]
    left = [data.scenario_label(name, "en") for name in names if name != top]
    assert not_drawn(data, names, 1)["en"].startswith(f" Not drawn, but in the tables: “{left[0]}”")


@pytest.mark.parametrize(("families", "times"), [(("cash", "childcare"), 1), (("leave", "marriage"), 0)])
def test_the_first_screen_calls_an_open_order_open_once(data: RunData, families: tuple[str, str], times: int) -> None:
    """Also where no cheaper scenario is held against the leading one, as in a comparison for equal money."""
    context = copy.deepcopy(data.context)
    for place, family in enumerate(families):
        card = next(card for card in context["scenarios"] if card["name"] == data.policies[place])
        card["changes"] = [{**card["changes"][0], "lever": family}]
        context["levers"][family] = {**context["levers"]["childcare_voucher"], "family": family}
    made = opening(replace(data, context=context))
    for lang in ("en", "zh"):
        assert sum(short()[lang] in text[lang] for text in made.sentences) == times
