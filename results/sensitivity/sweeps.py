"""The section of a sweep: dose and response, a grid of two measures, or a Latin hypercube."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from results.analysis.alone import by_replicate, change, curve_effects, paired_differences, tied_at_strongest_dose
from results.analysis.compare import t_interval
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import Number
from results.content.estimates import money_said, span_of, told_apart, with_interval
from results.content.money import money_cell
from results.content.study_words import with_unit
from results.content.words import Text, joined, number, yuan
from results.sensitivity import firmness_figures as figures
from results.sensitivity.alone import alone_no_change, estimate
from results.sensitivity.data import StudyData
from results.sensitivity.figures import digits_for, outcome_words
from results.sensitivity.ranking import (
    chance_alone,
    change_said,
    cost_head,
    followed,
    inside_sentence,
    no_factor_moves,
    no_order,
    not_told_apart_text,
)
from results.trust.open_order import marked

OWN_COLUMNS = ("scenario", "mean", "low", "high", "n")
TITLE = both("How does the outcome move?", "结果如何变化？")
CAPTIONS: dict[str, Text] = {
    "regression": both("Black line: 95 % interval over rows.", "黑线：按各行计算的 95% 区间。"),
}


def sweep_section(data: StudyData) -> Section:
    """What a sweep shows."""
    return _curves(data) if data.method == "one_at_a_time" else _rows(data)


def _curves(data: StudyData) -> Section:
    """Curves of one factor at a time: which moves most, and every dose with its change and cost."""
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    tables = {name: curve_effects(data.runs, name, data.baseline, data.main) for name in data.measures}
    costs = {name: curve_effects(data.runs, name, data.baseline, "cost") for name in data.measures}
    ends = {name: table.iloc[-1] for name, table in tables.items()}
    ordered = sorted(ends, key=lambda name: -abs(float(ends[name]["mean"])))
    first, digits = ordered[0], digits_for(max(abs(float(end["mean"])) for end in ends.values()))
    size, money = change_said(data, estimate(ends[first]), digits), _for_money(data, [first], costs[first].iloc[-1])
    lead = both(
        f"At its strong end {inside_sentence(data.label(first, 'en'))} has the largest mean change of {words['en']}: "
        f"{size['en']}{money['en']}.",
        f"各措施取上限时，{words['zh']}平均变化最大的是{data.label(first, 'zh')}：{size['zh']}{money['zh']}。",
    )
    if data.alone_nothing_changes:
        lead = alone_no_change(data)
    elif len(ordered) > 1:
        lead = followed(lead, _tied(data, ordered) if data.has_intervals else no_order(data))
    if not data.alone_nothing_changes:
        lead = followed(lead, chance_alone(data))
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Dose, % of the range", "剂量（占取值范围%）"),
        _change_head(data),
        cost_head(data),
    ]
    rows: list[list[Cell]] = [
        [
            _label(data, name),
            Number(100 * row["dose"]),
            with_interval(estimate(row), digits),
            money_cell(estimate(cost)),
        ]
        for name, table in tables.items()
        for (_, row), (_, cost) in zip(table.iterrows(), costs[name].iterrows(), strict=True)
    ]
    over = data.replicates_text
    caption = both(f"Every dose: means over {over['en']}", f"各剂量：{over['zh']}的均值")
    note = both(f"Means over {over['en']}.", f"{over['zh']}的均值。")
    if data.has_intervals:
        note = both(f"Bands: 95 % intervals over {over['en']}.", f"色带：按 {over['zh']}计算的 95% 区间。")
    return Section("sweep", TITLE, lead, [FigureRef(figures.curves, note), Table("curve_points", caption, head, rows)])


def _tied(data: StudyData, ordered: list[str]) -> Text:
    """Who cannot be told apart from the first, or that all can."""
    tied = tied_at_strongest_dose(data.runs, ordered, data.baseline, data.main)
    if not tied:
        return both("All others can be told apart from it.", "其余措施均可与之区分。")
    others = not_told_apart_text(data, tied, len(ordered))
    return both(f"In size {others['en']}.", f"就幅度而言，{others['zh']}。")


def _for_money(data: StudyData, names: list[str], row: pd.Series) -> Text:
    """A clause on what a change costs over current law; empty where nobody is charged or the mean cost is not above
    zero."""
    cost = estimate(row)
    if not any(data.is_booked(name) for name in names) or not cost["mean"] > 0:
        return both("", "")
    amount = money_said(cost) if data.has_intervals else yuan(float(f"{cost['mean']:.2g}"))
    years = data.in_force
    return both(f", for {amount['en']} a year over current law ({years['en']})",
                f"，{years['zh']}每年比现行政策多支出 {amount['zh']}")  # fmt: skip


def _change_head(data: StudyData) -> Text:
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    return both(f"Change of {words['en']}", f"{words['zh']}的变化")


def _rows(data: StudyData) -> Section:
    """Rows of a grid or a Latin hypercube, largest change first."""
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    table = data.changes_of_sample(data.main)
    cost = data.changes_of_sample("cost").set_index("scenario")
    best = table.loc[table["mean"].idxmax()]
    digits = digits_for(float(table["mean"].abs().max()))
    fields = [c for c in table.columns if c not in OWN_COLUMNS]
    where = {
        lang: joined([f"{inside_sentence(data.label(name, lang))} {_value_of(data, name, best, lang)}"
                      for name in data.measures], lang)
        for lang in ("en", "zh")
    }  # fmt: skip
    size = change_said(data, estimate(best), digits)
    money = _for_money(data, data.measures, cost.loc[best["scenario"]])
    lead = both(
        f"Of {len(table)} rows of the design the one with the largest mean change of {words['en']} has {where['en']}: "
        f"{size['en']}{money['en']}.",
        f"设计共 {len(table)} 行，其中 {words['zh']}平均变化最大的一行取值为：{where['zh']}；"
        f"{'' if data.main == 'births' else '变化 '}{size['zh']}{money['zh']}。",
    )
    told = followed(followed(lead, _close_rows(data, table)), chance_alone(data))
    lead = no_factor_moves(data) if data.nothing_moves else told
    head: list[Cell] = [
        both("Row", "行"),
        *(_field_label(data, field) for field in fields),
        _change_head(data),
        cost_head(data),
    ]
    rows: list[list[Cell]] = [
        [
            int(str(row["scenario"]).removeprefix("row-")),
            *(_amount(row[field]) for field in fields),
            with_interval(estimate(row), digits),
            money_cell(estimate(cost.loc[row["scenario"]])),
        ]
        for _, row in table.sort_values("mean", ascending=False).iterrows()
    ]
    together = None if data.nothing_moves else _together(data, table, digits)
    over = data.replicates_text
    caption = both(f"All rows, largest change first: means over {over['en']}",
                   f"全部行（按变化由大到小）：{over['zh']}的均值")  # fmt: skip
    blocks: list[Block] = [
        *([Paragraph(together)] if together is not None else []),
        *([Paragraph(_with_parameters(), "note")] if _moves_parameters(data) else []),
        FigureRef(figures.grid_map, both(f"Means over {over['en']}.", f"{over['zh']}的均值。")),
        FigureRef(figures.regression, CAPTIONS["regression"]),
        Table("sweep", caption, head, rows),
    ]
    return Section("sweep", TITLE, lead, blocks)


def _close_rows(data: StudyData, table: pd.DataFrame) -> Text:
    """How many other rows cannot be told apart from the one with the largest change."""
    if not data.has_intervals:
        return no_order(data)
    names = [str(name) for name in table.sort_values("mean", ascending=False, key=abs)["scenario"]]
    best, *others = [change(data.runs, name, data.baseline, data.main) for name in names]
    sign = np.sign(best.mean())
    close = sum(not t_interval(sign * (best - other))[1] > 0 for other in others)
    return rows_close(close, len(others))


def rows_close(close: int, others: int) -> Text:
    """That ``close`` of ``others`` rows cannot be told apart from the leading one, without a double denial."""
    if close == 0:
        return both(f"Each of the other {others} rows can be told apart from it.", f"其余 {others} 行均可与之区分。")
    return both(
        f"{close} of the other {others} rows cannot be told apart from it.",
        f"其余 {others} 行中有 {close} 行无法与之区分。",
    )


def _moves_parameters(data: StudyData) -> bool:
    """True if a behavioural number is a factor itself."""
    return any(card["is_parameter"] and card["spans"] for card in data.plan["factors"])


def _with_parameters() -> Text:
    return both(
        "Rows differ in behavioural numbers too. Each is compared with current law under its own numbers, so a change "
        "is what the measures do under them; the coefficients are of the outcome's level, which behaviour moves too.",
        "各行的行为参数也不相同。每行均与同一组行为参数下的现行政策相比，因此变化是措施在该组参数下的效果；"
        "回归系数针对结果本身的水平，水平也受行为参数影响。",
    )


def _together(data: StudyData, table: pd.DataFrame, digits: int) -> Text | None:
    """Whether two measures add up: the row of both strong ends against the sum of the two rows with one of them at
    current law. None unless it is a grid of two measures that both start there."""
    cards = [data.card(name) for name in data.measures]
    if data.method != "grid" or len(cards) != 2 or not all(card["starts_at_law"] for card in cards):
        return None
    fields = [card["spans"][0]["name"] for card in cards]
    law, strong = (table[fields].agg(how) for how in ("min", "max"))
    for card, field in zip(cards, fields, strict=True):
        if card["spans"][0]["to"] < card["spans"][0]["from"]:
            law[field], strong[field] = strong[field], law[field]
        if law[field] != card["spans"][0]["law"]:
            return None

    def differences(first: float, second: float) -> pd.Series:
        row = table[(table[fields[0]] == first) & (table[fields[1]] == second)].iloc[0]
        return paired_differences(data.runs, str(row["scenario"]), data.baseline, data.main)

    joint = by_replicate(differences(*strong))
    parts = by_replicate(differences(strong.iloc[0], law.iloc[1]) + differences(law.iloc[0], strong.iloc[1]))
    found = dict(zip(("mean", "low", "high"), t_interval(joint - parts), strict=True))
    told = number(float(joint.mean()), digits, sign=True), number(float(parts.mean()), digits, sign=True)
    if not data.has_intervals:
        beyond, why = number(found["mean"], digits, sign=True), data.replicates_text
        return both(
            f"Both at their strong ends give {told[0]}, the two alone {told[1]} in sum; the difference is {beyond}. "
            f"{why['en'].capitalize()}, fewer than five, cannot say whether it is more than chance.",
            f"两项均取上限时为 {told[0]}，单独实施之和为 {told[1]}，相差 {beyond}；"
            f"仅有 {why['zh']}，不足以判断差异是否超出随机波动。",
        )
    span = span_of(found, digits, sign=True)
    verdict = both("zero lies in it, so they may add up", "区间含零，两者效果可能可以相加")
    if told_apart(found):
        more = found["mean"] * joint.mean() > 0
        verdict = (both("together they do more than the sum", "同时实施的效果大于两者之和") if more
                   else both("together they do less than the sum", "同时实施的效果小于两者之和"))  # fmt: skip
    beyond = number(found["mean"], digits, sign=True)
    return both(
        f"Both at their strong ends give {told[0]}, the two alone {told[1]} in sum; the difference is {beyond} "
        f"({span['en']}): {verdict['en']}.",
        f"两项均取上限时为 {told[0]}，单独实施之和为 {told[1]}，相差 {beyond}（{span['zh']}）：{verdict['zh']}。",
    )


def _label(data: StudyData, name: str) -> Text:
    return {lang: data.label(name, lang) for lang in ("en", "zh")}


def _field_label(data: StudyData, field: str) -> Text:
    """A lever field as a column's head: its measure and its own label."""
    for name in data.measures:
        for span in data.card(name)["spans"]:
            if span["name"] == field:
                if len(data.card(name)["spans"]) == 1:
                    return _with_unit(_label(data, name), span)
                label, own = data.card(name)["label"], marked(span["label"], [field])
                return _with_unit(
                    both(f"{label['en']}: {inside_sentence(own['en'])}", f"{label['zh']}：{own['zh']}"), span
                )
    return both(field, field)


def _with_unit(label: Text, span: dict[str, Any]) -> Text:
    """The label with the unit of its values."""
    return both(f"{label['en']}, {span['unit']}", f"{label['zh']}（{span.get('unit_zh') or span['unit']}）")


def _value_of(data: StudyData, factor: str, row: pd.Series, lang: str) -> str:
    """The value of a factor's first field in a row of the design, with its unit."""
    span = data.card(factor)["spans"][0]
    unit = span["unit"] if lang == "en" else span.get("unit_zh") or span["unit"]
    return with_unit(_amount(row[span["name"]]).line(lang), unit, lang)


def _amount(value: float) -> Number:
    """A value of a lever or parameter: whole where it is large."""
    return Number(value, figures=4)
