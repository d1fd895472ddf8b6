"""The first screen of a scenario report: the question answered in three sentences, and one figure."""

from __future__ import annotations

import pandas as pd

from results.blocks import FigureRef, Opening, both
from results.compare import t_interval
from results.decomposition_births import births_parts, rates_by_age, women_by_age
from results.gains import strongest
from results.run_data import RunData, finite
from results.sections_effects import quoted, target_section, tfr_figure
from results.words import Text, interval, joined, number, payer_label, yuan


def opening(data: RunData) -> Opening:
    """Is the aim reached; what the strongest scenario adds and costs; what stands behind the births."""
    sentences: list[Text | None] = [target_section(data).lead if data.tfr_target else None]
    scenario = strongest(data)
    if scenario is not None:
        sentences += [_adds(data, scenario), _costs(data, scenario)]
    sentences.append(_women(data))
    figure: FigureRef = tfr_figure()
    return Opening([s for s in sentences if s is not None][:3], figure.name, figure.caption)


def _adds(data: RunData, scenario: str) -> Text | None:
    """How many births it adds, and what that is in the TFR."""
    key = "births_additional" if data.cohorts_completed else "within_horizon"
    found, effect = data.split_value(scenario, key), data.effect("tfr", scenario, data.judged_year)
    if found is None or effect is None:
        return None
    name, years = quoted(data, scenario), f"{data.branch_year}–{data.end_year}"
    span = interval(found["low"], found["high"], 0, sign=True)
    moved = number(effect["mean"], 3, sign=True)
    moved_span = interval(effect["low"], effect["high"], 3, sign=True)
    sure = both("additional births", "新增出生")
    if not data.cohorts_completed:
        sure = both("births within those years, some perhaps only earlier", "期内出生（其中部分可能只是提前）")
    return both(
        f"{name['en']}, the strongest of {len(data.policies)} scenarios, moves the TFR of {data.judged_year} by "
        f"{moved} "
        f"({moved_span['en']}); over {years} that is {number(found['mean'], 0, sign=True)} {sure['en']} ({span['en']})."
        if len(data.policies) > 1
        else f"{name['en']} moves the TFR of {data.judged_year} by {moved} ({moved_span['en']}); over {years} that is "
        f"{number(found['mean'], 0, sign=True)} {sure['en']} ({span['en']}).",
        f"{len(data.policies)} 个情景中效果最强的{name['zh']}使 {data.judged_year} 年总和生育率变化 "
        f"{moved}（{moved_span['zh']}），"
        f"{years} 年共 {number(found['mean'], 0, sign=True)} 个{sure['zh']}（{span['zh']}）。"
        if len(data.policies) > 1
        else f"{name['zh']}使 {data.judged_year} 年总和生育率变化 {moved}（{moved_span['zh']}），{years} 年共 "
        f"{number(found['mean'], 0, sign=True)} 个{sure['zh']}（{span['zh']}）。",
    )


def _costs(data: RunData, scenario: str) -> Text | None:
    """What it costs, each birth, and who pays most."""
    costs = data.extra_cost
    row = costs[costs["scenario"] == scenario]
    if row.empty:
        return None
    years = data.horizon_years
    a_year = yuan(float(row.iloc[0]["mean"]) / years)
    span = money_span(float(row.iloc[0]["low"]) / years, float(row.iloc[0]["high"]) / years)
    payer, each = _largest_payer(data, scenario), _each(data, scenario)
    return both(
        f"It costs {a_year['en']} a year more than current law ({span['en']}){payer['en']}; {each['en']}.",
        f"每年比现行法律多支出 {a_year['zh']}（{span['zh']}）{payer['zh']}；{each['zh']}。",
    )


def money_span(low: float, high: float) -> Text:
    """An interval of money in running text."""
    if not finite(low):
        return interval(low, high)
    if not finite(high):
        return {"en": f"{yuan(low)['en']} or more, no upper limit", "zh": f"{yuan(low)['zh']}以上，无上限"}
    return {"en": f"{yuan(low)['en']} to {yuan(high)['en']}", "zh": f"{yuan(low)['zh']}至 {yuan(high)['zh']}"}


def _largest_payer(data: RunData, scenario: str) -> Text:
    payers = data.costs_by("payer")
    own = payers[(payers["scenario"] == scenario) & (payers["mean"] > 0)].sort_values("mean", ascending=False)
    if own.empty:
        return both("", "")
    names = [str(name) for name in own["category"].head(2)]
    return both(
        f", most of it paid by {joined([payer_label(n, 'en').lower() for n in names], 'en')}",
        f"，主要由{joined([payer_label(n, 'zh') for n in names], 'zh')}承担",
    )


def _each(data: RunData, scenario: str) -> Text:
    """The cost per additional birth in words, undefined where there are none."""
    table = data.birth_costs
    row: pd.DataFrame = table[table["scenario"] == scenario]
    ratio = float(row.iloc[0]["ratio"]) if len(row) else float("nan")
    if not finite(ratio) or ratio < 0:
        return both("no cost per additional birth can be given", "无法给出每新增一个出生的成本")
    low, high = float(row.iloc[0]["low"]), float(row.iloc[0]["high"])
    span = both("any value", "任何值均有可能") if high == float("inf") and low != low else money_span(low, high)
    each = yuan(ratio)
    return both(
        f"per additional birth that is {each['en']} ({span['en']})",
        f"每新增一个出生的成本为 {each['zh']}（{span['zh']}）",
    )


def _women(data: RunData) -> Text | None:
    """How births go on under current law, and how much of it is the number of women."""
    first, last = (data.value("births", data.baseline, year) for year in (data.branch_year - 1, data.end_year))
    women = women_by_age(data.rows("population"))
    if first is None or last is None or women.empty:
        return None
    parts = births_parts(women, rates_by_age(data.rows("asfr")), data.branch_year - 1, data.end_year)
    if parts.empty:
        return None
    fewer = t_interval(parts.xs(data.baseline, level="scenario")["women"].to_numpy())[0]
    return both(
        f"Under current law births go from {number(first['mean'])} ({data.branch_year - 1}) to {number(last['mean'])} "
        f"({data.end_year}), {number(fewer, sign=True)} of that through the number of women alone.",
        f"现行法律下出生人数由 {number(first['mean'])}（{data.branch_year - 1} 年）变为 {number(last['mean'])}"
        f"（{data.end_year} 年），其中仅妇女人数变化即带来 {number(fewer, sign=True)}。",
    )
