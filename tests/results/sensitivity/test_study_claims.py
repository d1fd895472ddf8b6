"""What reports of studies, searches and forecasts say, worked out again from the runs: sign, period, cost, claim."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from results.analysis.compare import t_interval
from results.content.blocks import Section
from results.content.cells import Scaled
from results.content.study_words import with_unit
from results.forecast.report import county_section, people_section, spread_section, structure_section
from results.optimise.report import answer_section, front_section, missing_section
from results.sensitivity.alone import alone_section, money_section
from results.sensitivity.ranking import ranking_section
from results.sensitivity.report import ORDERS, sections_of, with_open_order
from results.sensitivity.sweeps import rows_close, sweep_section
from results.trust import open_order
from results.trust.study_marks import answering, trusted
from tests.results.made_studies import forecast, search, sobol_study, study, table_of, texts_of
from tests.results.reading import line_of

SIX = [(seed, 0) for seed in range(1, 7)]
FOUR = SIX[:4]
GRANT = [20.0, 24.0, 22.0, 26.0, 18.0, 22.0]
VOUCHER = [10.0, 11.0, 9.0, 12.0, 8.0, 10.0]
COST = {"grant": 50e6, "voucher": 20e6, "waiver": -10e6, "reach": 0.0}


def numbers(text: str) -> list[float]:
    """Numbers of a text, true minus signs read."""
    return [float(n.replace(",", "").replace("−", "-")) for n in re.findall(r"[−]?\d[\d,]*(?:\.\d+)?", text)]


def test_the_largest_effect_is_told_with_its_period_sign_and_interval() -> None:
    section = alone_section(study({"grant": GRANT, "voucher": VOUCHER}, COST, SIX))
    assert section is not None
    mean, low, high = t_interval(np.array(GRANT))
    level = 1000 + 35
    assert "birth grant: +22 (95 % interval +19 to +25)" in section.lead["en"]
    assert "births within 2026–2030" in section.lead["en"] and "2026—2030 年内出生人数" in section.lead["zh"]
    assert (round(mean), round(low), round(high)) == (22, 19, 25)
    assert f"+{100 * mean / level:.1f} %" in section.lead["en"] and f"+{100 * mean / level:.1f}%" in section.lead["zh"]
    assert "cannot be told apart" not in section.lead["en"]
    assert "2 raise it and 0 lower it" in section.lead["en"]


def test_equal_effects_cannot_be_told_apart() -> None:
    data = study(
        {"grant": GRANT, "voucher": [v + d for v, d in zip(GRANT, (1, -1, 2, -2, 1, -1.5), strict=True)]}, COST, SIX
    )
    section = alone_section(data)
    assert section is not None
    assert "In size childcare voucher cannot be told apart from it" in section.lead["en"]
    assert "无法与之区分" in section.lead["zh"]


@pytest.mark.parametrize("pairs", [FOUR, [(1, d) for d in range(3)] + [(2, d) for d in range(3)]])
def test_fewer_than_five_independent_replicates_give_no_interval_no_sign_and_no_order(pairs: list) -> None:
    """Six pairs of two seeds and three draws are three replicates."""
    count = len(pairs)
    data = study({"grant": GRANT[:count], "voucher": VOUCHER[:count]}, COST, pairs)
    assert data.replicates == (4 if count == 4 else 3) and not data.has_intervals
    for section in (alone_section(data), money_section(data)):
        assert section is not None
        assert "fewer than five" in section.lead["en"] and "不给区间，也不排名次" in section.lead["zh"]
        told = [text["en"] for text in texts_of(section)]
        assert not any("95 % interval" in text and "no" not in text for text in told[1:2])
        assert not any("[" in line_of(cell) for row in table_of(section, _table(section)).rows for cell in row)
    assert not data.alone("births")["certain_sign"].any()


def _table(section: Section) -> str:
    return {"alone": "alone", "money": "births_for_money_shown"}[section.key]


def test_equal_values_have_no_interval() -> None:
    section = alone_section(study({"grant": [1.0] * 6}, COST, SIX))
    assert section is not None and "+1 to +1" not in str(list(texts_of(section)))
    assert "the same in all 6 runs" in section.lead["en"]


def test_a_cost_a_year_is_over_the_years_in_force() -> None:
    """Measures from July 2026 are in force four and a half years."""
    data = study({"grant": GRANT}, COST, SIX, branch="2026-07")
    section = alone_section(data)
    assert section is not None
    table = table_of(section, "alone")
    head = table.head[-1]
    assert isinstance(head, dict) and "July 2026 to 2030" in head["en"] and "2026 年 7 月至 2030 年" in head["zh"]
    cell = table.rows[0][-1]
    assert isinstance(cell, Scaled), "million yuan in English, 万元 in Chinese"
    assert (cell.en.first("en"), cell.zh.first("zh")) == (f"+{50 / 4.5:.1f}", f"+{5000 / 4.5:,.0f}")
    assert isinstance(head, dict) and "million yuan" in head["en"] and "（万元/年，" in head["zh"]


def test_births_for_money_are_births_over_all_that_is_spent() -> None:
    data = study({"grant": GRANT, "voucher": VOUCHER, "waiver": VOUCHER, "reach": VOUCHER}, COST, SIX)
    section = money_section(data)
    assert section is not None
    found = dict(zip(data.money_known["factor"], data.money_known["births_per_100_million"], strict=True))
    assert found["grant"] == pytest.approx(22 / 50e6 * 1e8, rel=1e-6)
    assert found["voucher"] == pytest.approx(10 / 20e6 * 1e8, rel=1e-6)
    assert set(found) == {"grant", "voucher"}, "what saves money or costs nothing has no births for money"
    assert "childcare voucher: 50" in section.lead["en"] and "2026–2030" in section.lead["en"]
    listed = str(list(texts_of(section)))
    assert "fee waiver" in listed and "costs nothing in the model" in listed and "模型中不计成本" in listed


def test_a_measure_under_which_births_fall_is_no_bargain() -> None:
    section = money_section(study({"grant": [-g for g in GRANT]}, COST, SIX))
    assert section is not None and "no births for money can be given" in section.lead["en"]
    assert "births do not rise in the mean: birth grant" in str(list(texts_of(section)))


def test_first_place_is_given_only_where_ranks_can_be_told_apart() -> None:
    clear = ranking_section(sobol_study({"grant": 10.0, "voucher": 1.0})).lead
    assert "birth grant matters most for births within 2026–2030" in clear["en"] and "影响最大" in clear["zh"]
    tied = ranking_section(sobol_study({"grant": 10.0, "voucher": 9.9, "waiver": 0.1})).lead
    assert "matters most" not in tied["en"] and "none of them can be called first" in tied["en"]
    assert "childcare voucher cannot be told apart from it" in tied["en"] and "不能据此认定谁居首位" in tied["zh"]


def test_every_order_of_cash_and_childcare_is_called_open_first() -> None:
    data = study({"grant": GRANT, "voucher": VOUCHER}, COST, SIX)
    assert data.order_is_open
    own = [section for section in (alone_section(data), money_section(data)) if section is not None]
    told = with_open_order(own)
    for section in told:
        assert section.lead["en"].startswith(open_order.short()["en"])
        assert section.lead["zh"].startswith(open_order.short()["zh"])
    assert sum(open_order.paragraph() in list(texts_of(section)) for section in told) == 1
    assert {section.key for section in own} <= set(ORDERS)
    assert not study({"grant": GRANT, "waiver": VOUCHER}, COST, SIX).order_is_open


@pytest.mark.parametrize("alike", [True, False])
def test_curves_that_end_alike_are_not_told_apart(alike: bool) -> None:
    """Doses of a curve are no strong ends of a ranking: they are compared at the largest dose all the same."""
    second = [v + d for v, d in zip(GRANT, (1, -1, 2, -2, 1, -1.5), strict=True)] if alike else VOUCHER
    made = study({"grant": GRANT, "voucher": second}, COST, SIX)
    doses = {f"dose:{name}": np.where(made.design["factor"] == name, 1.0, np.nan) for name in ("grant", "voucher")}
    design = made.design.assign(role=made.design["role"].replace("high", "curve"), **doses)
    context = {**made.context, "plan": {**made.context["plan"], "method": "one_at_a_time"}}
    lead = sweep_section(replace(made, design=design, context=context)).lead
    assert ("In size childcare voucher cannot be told apart from it" in lead["en"]) == alike
    assert ("All others can be told apart" in lead["en"]) != alike and ("均可与之区分" in lead["zh"]) != alike


PACKAGES = {
    "alone-grant": (1.0, 30.0, 1.1),
    "corner-best": (2.0, 50.0, 1.4),
    "candidate-same": (2.0, 50.0, 1.4),
    "candidate-dear": (1.5, 20.0, 1.05),
    "candidate-none": (0.0, 0.0, 1.0),
    "missing-all": (3.0, 90.0, 1.9),
}


@pytest.mark.parametrize("seeds", [3, 6])
def test_packages_are_counted_once_and_add_up(seeds: int) -> None:
    data = search(PACKAGES, seeds, target={"tfr": 1.2, "year": 2030, "probability": 0.8})
    counts = data.counts
    assert counts == {"tried": 3, "front": 2, "beaten": 1, "unfinished": 0, "suppositions": 1}
    lead = front_section(data).lead
    assert numbers(lead["en"])[:3] == [3, 2, 1] and numbers(lead["zh"])[:3] == [3, 2, 1]
    assert len(table_of(front_section(data), "front_shown").rows) == counts["front"]


def test_a_target_is_answered_with_a_probability_only_from_five_seeds() -> None:
    target = {"tfr": 1.2, "year": 2030, "probability": 0.8}
    few, many = (answer_section(search(PACKAGES, n, target=target)).lead for n in (3, 6))
    assert "whose mean TFR reaches 1.2 in 2030 costs 2 million yuan a year" in few["en"]
    assert "no probability is given" in few["en"] and "80 %" not in few["en"] and "不给概率" in few["zh"]
    assert "reaches a TFR of 1.2 in 2030 with probability 80 % costs 2.07 million yuan" in many["en"]
    assert "80% 的概率" in many["zh"]


def test_a_target_out_of_the_budget_is_not_said_to_be_reached() -> None:
    target = {"tfr": 1.2, "year": 2030, "probability": 0.8}
    lead = answer_section(search(PACKAGES, 6, target=target, budget=1.2e6)).lead["en"]
    assert lead.startswith("No package tried for at most 1.2 million yuan a year reaches a TFR of 1.2")
    assert "the farthest gives 1.1" in lead and "1.4" not in lead
    assert "+31" in lead and "births within 2026–2030" in lead


def test_a_forecast_names_what_stands_beside_its_median() -> None:
    runs = {(seed, seed - 1): (1000.0, 900.0 - 10 * seed) for seed in range(1, 7)}
    lead = people_section(forecast(runs)).lead
    ends = np.quantile([900 - 10 * s for s in range(1, 7)], [0.1, 0.9])
    assert f"865 residents in 2030 (the middle 80 % of 6 runs: {ends[0]:.0f} to {ends[1]:.0f})" in lead["en"]
    assert "−13.5 % against 2026 (−15.5 to −11.5 %)" in lead["en"]
    assert "865 人（6 次模拟的中间 80%：845 至 885），较 2026 年减少 13.5%（11.5% 至 15.5%）" in lead["zh"]


def test_a_forecast_of_few_draws_has_no_band_and_no_share() -> None:
    runs = {(seed, draw): (1000.0, 900.0 - 10 * draw + seed) for seed in (1, 2, 3) for draw in range(4)}
    data = forecast(runs)
    lead = people_section(data).lead
    assert "the lowest and highest of 12 runs: 871 to 903" in lead["en"] and "80 %" not in lead["en"]
    assert data.sources_of_spread.empty and data.moved_by.empty
    spread = spread_section(data)
    assert "too few for bands" in spread.lead["en"] and "不足以给出区间" in spread.lead["zh"]
    assert "lowest" in data.named(data.bands("population")).columns


def test_the_county_that_changes_is_named_with_how_often_it_is_last() -> None:
    runs = {(seed, 0): (1000.0, 900.0 - 10 * seed) for seed in range(1, 7)}
    section = county_section(forecast(runs))
    assert section is not None
    assert "North −18.0 %" in section.lead["en"] and "the lowest of 2 counties in 6 of 6 runs" in section.lead["en"]
    assert "South 0.0 %" in section.lead["en"]


def test_marks_stand_beside_answers_and_lead_to_their_verdicts() -> None:
    data = forecast({(seed, 0): (1000.0, 900.0) for seed in range(1, 7)})
    verdict = {"number": {"en": "Level", "zh": "水平"}, "why": {"en": "Marriage", "zh": "结婚"}}
    fit = {"verdicts": [{**verdict, "topic": "level", "trust": "low"}, {**verdict, "topic": "order", "trust": "low"}]}
    own = [people_section(data), spread_section(data)]
    told = trusted(own, {"fit": fit})
    assert [section.key for section in told] == ["people", "trust_verdicts", "spread"]
    assert [mark.tone for mark in told[0].trust] == ["bad"] and len(table_of(told[1], "trust").rows) == 1
    bare = trusted(own, {"fit": None})
    assert [section.key for section in bare] == ["people", "spread"] and not bare[0].trust, "no fit, no verdicts"


def test_chinese_has_its_own_words_and_units() -> None:
    runs = {(seed, 0): (1000.0, 900.0 - 10 * seed) for seed in range(1, 7)}
    city = forecast(runs)
    found = search(PACKAGES, 6, target={"tfr": 1.2, "year": 2030, "probability": 0.8}, budget=5e6)
    data = study({"grant": GRANT, "voucher": VOUCHER, "reach": VOUCHER}, COST, SIX)
    ranked = sobol_study({"grant": 10.0, "voucher": 9.9, "waiver": 0.1})
    sections = [people_section(city), structure_section(city), county_section(city), spread_section(city),
                answer_section(found), front_section(found), alone_section(data), money_section(data),
                *sections_of(ranked)]  # fmt: skip
    for section in sections:
        assert section is not None
        for text in texts_of(section):
            assert not re.search(r"\d %|现行法律|今日法律|95%区间|80%区间", text["zh"]), text["zh"]
            assert not re.search(r"[a-z]+_[a-z]+\.(?!csv)[a-z]|yuan|births", text["zh"]), text["zh"]
            assert "today's law" not in text["en"]


def test_intervals_over_seeds_alone_say_that_they_hold_chance_alone() -> None:
    """Over draws they hold more, and from few seeds there are none."""
    draws = [(1, draw) for draw in range(6)]
    leads = [alone_section(study({"grant": GRANT[: len(pairs)]}, COST, pairs)) for pairs in (SIX, draws, FOUR)]
    assert ["chance alone" in lead.lead["en"] for lead in leads if lead] == [True, False, False]
    assert ["仅反映随机波动" in lead.lead["zh"] for lead in leads if lead] == [True, False, False]
    found = search(PACKAGES, 6, target={"tfr": 1.2, "year": 2030, "probability": 0.8})
    assert "the probability hold chance alone" in answer_section(found).lead["en"]
    assert "概率仅反映随机波动" in answer_section(found).lead["zh"]


def test_births_in_chinese_are_people_more_or_fewer() -> None:
    more, fewer = (alone_section(study({"grant": [sign * g for g in GRANT]}, COST, SIX)) for sign in (1, -1))
    assert more is not None and "生育补助：多出生 22 人（95% 区间 19 至 25）" in more.lead["zh"]
    assert fewer is not None and "生育补助：少出生 22 人（95% 区间 19 至 25）" in fewer.lead["zh"]


def test_a_design_that_is_too_small_says_so_beside_its_shares() -> None:
    """Eight rows against 512 of a sum without noise."""
    small, large = (sections_of(sobol_study({"grant": 10.0, "voucher": 9.0}, rows)) for rows in (8, 512))
    for made, answer in ((small, True), (large, False)):
        ranking, noise = (next(s for s in made if s.key == key) for key in ("ranking", "noise"))
        assert ("too small for these shares to stand" in ranking.lead["en"]) == answer
        assert ("样本量不足" in ranking.lead["zh"]) == answer
        assert noise.lead["en"].startswith("No: " if answer else "Yes: ")
        assert "How much of the variance is simulation noise is not known" in noise.lead["en"], "no row was run twice"


def test_draws_of_one_seed_are_not_said_to_hold_chance() -> None:
    one, two = (forecast({(seed, draw): (1000.0, 900.0 - draw - seed) for seed in seeds for draw in range(6)})
                for seeds in ((1,), (1, 2)))  # fmt: skip
    assert "hardly chance, which all draws share" in spread_section(one).lead["en"]
    assert "几乎不含随机波动" in spread_section(one).lead["zh"]
    assert "They cover chance and the numbers drawn" in spread_section(two).lead["en"]


def test_the_first_screen_has_answers_and_no_word_on_its_own_marks() -> None:
    verdict = {
        "number": {"en": "Level", "zh": "水平"},
        "why": {"en": "M", "zh": "婚"},
        "topic": "level",
        "trust": "low",
    }
    told = trusted([people_section(forecast({(s, 0): (1000.0, 900.0) for s in range(1, 7)})),
                    spread_section(forecast({(s, 0): (1000.0, 900.0) for s in range(1, 7)}))],
                   {"fit": {"verdicts": [verdict]}})  # fmt: skip
    assert [s.key for s in answering(told)] == ["people", "spread"]


def test_orders_with_marriage_measures_bear_the_mark_of_them() -> None:
    verdict = {"number": {"en": "M", "zh": "婚"}, "why": {"en": "None", "zh": "无"}, "topic": "marriage_measures",
               "trust": "low"}  # fmt: skip
    section = alone_section(study({"grant": GRANT}, COST, SIX))
    assert section is not None
    context = {"fit": {"verdicts": [verdict]}, "levers": {"m": {"family": "marriage"}, "c": {"family": "cash"}}}
    marked = {used: trusted([section, section], {**context, "levers_used": [used]})[0].trust for used in ("m", "c")}
    assert [mark.tone for mark in marked["m"]] == ["bad"] and not marked["c"]


def test_the_step_beyond_the_best_bounds_has_its_interval() -> None:
    steps = {"best-bounds": (2.0, 50.0, 1.4), "missing-wanted": (2.0, 50.0, 1.45), "missing-all": (3.0, 90.0, 1.5)}
    data = search(steps, 6, target={"tfr": 1.9, "year": 2030, "probability": 0.8})
    assert data.step_beyond("missing-all")["mean"] == pytest.approx(0.1)
    other = replace(data, design=data.design.assign(draw=np.where(data.design["scenario"] == "missing-all", 9, 0)))
    welch = other.step_beyond("missing-all")
    assert welch["mean"] == pytest.approx(0.1) and welch["low"] < 0.1 < welch["high"] and welch["n"] == 6, "own draws"
    section = missing_section(data)
    assert section is not None and "+0.05 (the same in all 6 runs)" in section.lead["en"]


def test_a_unit_that_begins_with_a_number_stands_in_brackets() -> None:
    assert with_unit("0.5", "20 至 39 岁迁入增幅", "zh") == "0.5（20 至 39 岁迁入增幅）"
    assert with_unit("500", "yuan per birth", "en") == "500 yuan per birth" and with_unit("3", "", "en") == "3"


def test_a_leading_row_told_apart_from_all_is_said_without_a_double_denial() -> None:
    assert rows_close(0, 15) == {
        "en": "Each of the other 15 rows can be told apart from it.", "zh": "其余 15 行均可与之区分。"
    }  # fmt: skip
    assert rows_close(2, 15)["en"] == "2 of the other 15 rows cannot be told apart from it."
