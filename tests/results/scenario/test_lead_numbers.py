"""Numbers of leads and notes that no table beside the page repeats, worked out again from the run."""

from __future__ import annotations

import math

import pytest

from results.analysis.compare import ratio_interval, t_interval
from results.content.blocks import Paragraph
from results.content.estimates import money_said
from results.scenario.births_parts import births_parts, rates_by_age, women_by_age
from results.scenario.data import RunData
from results.scenario.gains import relative_gains
from results.scenario.sections.city_plan import goals_kept, plan_section, tone_of
from results.scenario.sections.gains import gains_section
from results.scenario.sections.money import cost_section
from results.scenario.sections.past import fit_section
from results.scenario.sections.women import women_section
from tests.results.sample_run import write_sample_run
from tests.results.scenario.test_scenario_claims import matched, numbers_in, printed


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    names = ["current_law", "package", "voucher", "leave"]
    return RunData.read(write_sample_run(tmp_path_factory.mktemp("run"), names, seeds=8, complete=True))


def test_the_lowest_and_highest_fifth_are_those_of_the_figure(data: RunData) -> None:
    table = relative_gains(data, "income_fifth")
    own = table[table["scenario"] == "package"].set_index("group")
    expected = [
        abs(100 * float(own.loc[f"income_fifth:{fifth}", key])) for fifth in (1, 5) for key in ("mean", "low", "high")
    ]
    lead = gains_section(data).lead
    for lang, start in (("en", "births of the lowest income fifth"), ("zh", "低收入组家庭")):
        told = lead[lang][lead[lang].index(start) :]
        matched([abs(n) for n in numbers_in(told)], expected)
        assert told.count("%") == {"en": 6, "zh": 8}[lang], "a span in English has one sign"


def test_the_part_of_women_and_the_part_of_rates_are_those_of_the_split(data: RunData) -> None:
    women = women_by_age(data.rows("population"))
    parts = births_parts(women, rates_by_age(data.rows("asfr")), data.branch_year - 1, data.end_year)
    own = parts.xs(data.baseline, level="scenario")
    lead = women_section(data).lead
    for lang in ("en", "zh"):
        said = numbers_in(lead[lang])
        for key in ("women", "rates"):
            for value in t_interval(own[key].to_numpy()):
                assert any(math.isclose(n, p) for n in said for p in printed(value)), (value, said)


def test_the_price_without_later_births_divides_by_those_within_the_horizon(data: RunData) -> None:
    cost = float(data.extra_cost.set_index("scenario").loc["package", "mean"])
    within = data.split_value("package", "within_horizon")
    assert within is not None
    births = data.birth_differences.query("quantity == 'within_horizon' and scenario == 'package'").set_index("seed")
    costs = data.extra_cost_by_seed.query("scenario == 'package'").set_index("seed")
    pairs = births[["value"]].assign(cost=costs["value"])
    ends = ratio_interval(pairs["cost"].to_numpy(), pairs["value"].to_numpy())
    fieller = dict(zip(("mean", "low", "high"), ends, strict=True)) | {"n": 8.0}
    texts = [b.text for b in cost_section(data).blocks if isinstance(b, Paragraph) and "alone, “" in b.text["en"]]
    assert len(texts) == 1
    for lang in ("en", "zh"):
        told = texts[0][lang][texts[0][lang].rindex({"en": "costs ", "zh": "成本为 "}[lang]) :]
        price = numbers_in(told)[0]
        assert any(math.isclose(price, p) for p in printed(cost / within["mean"])), (price, cost / within["mean"])
        assert money_said(fieller)[lang] in told, "with Fieller's interval of cost over those births, run by run"


def test_indicators_that_are_met_are_counted_and_named(data: RunData) -> None:
    goals = goals_kept(data)
    met = [g.name for g in goals if tone_of(g.values[data.baseline]["mean"], g.target) == "good"]
    lead = plan_section(data).lead
    assert f"{len(met)} of {len(goals)} plan indicators" in lead["en"]
    assert f"{len(goals)} 项规划指标中有 {len(met)} 项达标" in lead["zh"]
    for name in met:
        assert data.indicator_label(name, "en") in lead["en"] and data.indicator_label(name, "zh") in lead["zh"]


def test_two_counts_of_what_is_fitted_say_what_each_counts(data: RunData) -> None:
    told = [block.text for block in fit_section(data).blocks if isinstance(block, Paragraph)]
    searched = [text for text in told if "Numbers that the fit searched for" in text["en"]]
    entries = [text for text in told if "behavioural parameters" in text["en"]]
    assert len(searched) == 1 and "拟合时搜索的" in searched[0]["zh"]
    for text in entries:
        assert "not the numbers that the fit searched for" in text["en"] and "条目计数" in text["zh"]
