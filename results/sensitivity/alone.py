"""Sections of a sensitivity report on each measure alone and on births for money. Each answers in a sentence first."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from results.analysis import alone
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import Number
from results.content.estimates import said, with_interval
from results.content.money import money_cell
from results.content.words import Text, number
from results.sensitivity import figures
from results.sensitivity.data import StudyData
from results.sensitivity.figures import digits_for, outcome_words
from results.sensitivity.ranking import (
    chance_alone,
    change_said,
    cost_head,
    followed,
    names_text,
    no_order,
    not_told_apart_text,
    range_text,
    running_text,
)


def estimate(row: Any) -> dict[str, float]:
    """Mean, low, high and n of a row."""
    return {key: float(row[key]) for key in ("mean", "low", "high", "n")}


def alone_section(data: StudyData) -> Section | None:
    """Direction and size of each measure alone."""
    table = data.alone(data.main)
    if table.empty:
        return None
    title = both("What does each measure do alone?", "各项措施单独实施的效果")
    if data.alone_nothing_changes:
        return Section("alone", title, alone_no_change(data), [_alone_table(data, table)])
    figure = FigureRef(
        figures.tornado,
        both(
            "Same seeds in both arms, so that the difference is what the measure did.",
            "两组使用相同随机种子，差异即为措施效果。",
        ),
    )
    return Section("alone", title, _alone_lead(data, table), [figure, _alone_table(data, table)])


def alone_no_change(data: StudyData) -> Text:
    """That no measure alone changes the outcome in any replicate."""
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    over = data.replicates_text
    return both(
        f"No measure alone moves this outcome: {words['en']}, the same as under current law in all of {over['en']}.",
        f"没有一项措施单独影响这一结果：{words['zh']}在 {over['zh']}下均与现行政策相同。",
    )


def _alone_lead(data: StudyData, table: pd.DataFrame) -> Text:
    """The largest change, who cannot be told apart from it, and how many signs are certain."""
    level, first = data.baseline_level[data.main], table.iloc[0]
    name = running_text(data, [str(first["factor"])])
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    digits = digits_for(float(table["mean"].abs().max()))
    size = change_said(data, estimate(first), digits)
    share = number(100 * first["mean"] / level if level else math.nan, 1, sign=True)
    lead = both(
        f"Alone, at {data.bounds_words['en']}, the largest mean change of {words['en']} is that of {name['en']}: "
        f"{size['en']}, which is {share} % of the level under current law.",
        f"按{data.bounds_words['zh']}单独实施时，{words['zh']}平均变化最大的是{name['zh']}：{size['zh']}，"
        f"相当于现行政策下水平的 {share}%。",
    )
    if not data.has_intervals:
        why = no_order(data)
        return followed(lead, why)
    tied = alone.tied_with_first(data.runs, [str(name) for name in table["factor"]], data.baseline, data.main)
    others = not_told_apart_text(data, tied, len(table))
    sure = table[table["certain_sign"]]
    up, down = int((sure["mean"] > 0).sum()), int((sure["mean"] < 0).sum())
    told = both(
        lead["en"]
        + (f" In size {others['en']}." if tied else "")
        + f" Of {len(table)} measures, {up} raise it and {down} lower it with an interval that does not hold zero.",
        lead["zh"]
        + (f"就幅度而言，{others['zh']}。" if tied else "")
        + f"{len(table)} 项措施中，{up} 项使其提高、{down} 项使其降低且 95% 区间不含零。",
    )
    return followed(told, chance_alone(data))


def _alone_table(data: StudyData, table: pd.DataFrame) -> Table:
    digits, level = digits_for(float(table["mean"].abs().max())), data.baseline_level[data.main]
    tfr, cost = data.alone("tfr").set_index("factor"), data.alone("cost").set_index("factor")
    tfr_years = data.tfr_period
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    head: list[Cell] = [
        both("Measure", "措施"),
        both("From weak to strong end", "取值范围"),
        both(f"Change of {words['en']}", f"{words['zh']}的变化"),
        both("Change, %", "变化（%）"),
    ]
    if data.main != "tfr":
        head.append(both(f"Change of the TFR, mean of {tfr_years['en']}", f"{tfr_years['zh']}平均总和生育率的变化"))
    head.append(cost_head(data))
    rows: list[list[Cell]] = []
    for _, row in table.iterrows():
        factor = str(row["factor"])
        cells: list[Cell] = [
            names_text(data, [factor]),
            range_text(data, factor),
            with_interval(estimate(row), digits),
            Number(100 * row["mean"] / level if level else None, digits=1, sign=True),
        ]
        if data.main != "tfr":
            cells.append(with_interval(estimate(tfr.loc[factor]), 3))
        cells.append(money_cell(estimate(cost.loc[factor])))
        rows.append(cells)
    over = data.replicates_text
    caption = both(
        f"Each measure alone, others at current law; means over {over['en']}"
        + (" with 95 % intervals" if data.has_intervals else ""),
        f"各措施单独实施（其余为现行政策）：{over['zh']}的均值" + ("及 95% 区间" if data.has_intervals else ""),
    )
    return Table("alone", caption, head, rows, text_columns=2)


def money_section(data: StudyData) -> Section | None:
    """Births more per 100 million yuan; None where no measure's cost is booked."""
    if data.money.empty or not any(data.is_booked(str(name)) for name in data.money["factor"]):
        return None
    title = both("What does 100 million yuan buy?", "每 1 亿元能多带来多少出生？")
    known = data.money_known
    if known.empty:
        lead = both(
            "No measure both costs more than current law and raises births, so no births for money can be given.",
            "没有一项措施既增加支出又使出生增加，因此无法给出单位支出对应的出生人数。",
        )
        return Section("money", title, lead, _not_listed(data, known))
    period, years = data.period, data.in_force
    caption = both(
        f"Births more within {period['en']} for what all payers spend more in {years['en']}",
        f"{period['zh']}多出生人数与 {years['zh']}全部出资方新增支出之比",
    )
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Births more per 100 million yuan", "每 1 亿元多出生人数"),
        cost_head(data),
    ]
    rows: list[list[Cell]] = [
        [
            names_text(data, [str(row["factor"])]),
            with_interval(_births(row), 0, sign=False),
            money_cell(_cost(row), sign=False),
        ]
        for _, row in known.iterrows()
    ]
    note = both(
        "Some of the births may only be earlier. The cost is what all payers book; intervals are Fieller's.",
        "其中部分出生可能只是提前。支出为全部出资方入账金额；区间按 Fieller 方法计算。",
    )
    blocks: list[Block] = [
        FigureRef(figures.births_for_money, note),
        Table("births_for_money_shown", caption, head, rows),
    ]
    return Section("money", title, _money_lead(data, known), [*blocks, *_not_listed(data, known)])


def _births(row: Any) -> dict[str, float]:
    """Births per 100 million yuan of a row of the table of money."""
    return {**estimate({**row, "mean": row["births_per_100_million"]})}


def _cost(row: Any) -> dict[str, float]:
    values = {key: float(row[name])
              for key, name in (("mean", "cost_a_year"), ("low", "cost_low"), ("high", "cost_high"))}  # fmt: skip
    return {**values, "n": float(row["n"])}


def _money_lead(data: StudyData, known: pd.DataFrame) -> Text:
    first = known.iloc[0]
    name, period = running_text(data, [str(first["factor"])]), data.period
    if not data.has_intervals:
        size = number(float(f"{first['births_per_100_million']:.2g}"))
        why = no_order(data)
        return both(
            f"Per 100 million yuan spent more the largest mean number of births within {period['en']} is that of "
            f"{name['en']}: {size}. {why['en']}",
            f"每多支出 1 亿元，{period['zh']}平均多出生人数最多的是{name['zh']}：{size} 人。{why['zh']}",
        )
    told = said(_births(first))
    people = told["zh"].replace("（", " 人（", 1)
    tied = [str(row.factor) for row in known.iloc[1:].itertuples(index=False) if not row.high < first["low"]]
    others = not_told_apart_text(data, tied, len(known))
    return both(
        f"Per 100 million yuan spent more most births within {period['en']} come from {name['en']}: {told['en']}"
        + (f"; {others['en']} (intervals overlap)." if tied else "."),
        f"每多支出 1 亿元，{period['zh']}多出生人数最多的是{name['zh']}：{people}"
        + (f"；{others['zh']}（区间重叠）。" if tied else "。"),
    )


def _not_listed(data: StudyData, known: pd.DataFrame) -> list[Block]:
    """Measures without a ratio, and why."""
    listed = set(known["factor"])
    costly = [str(name) for name in data.money_booked["factor"] if name not in listed]
    unknown = [str(name) for name in data.money["factor"] if name not in listed and str(name) not in costly]
    blocks: list[Block] = []
    if costly:
        names = running_text(data, costly)
        blocks.append(Paragraph(both(
            f"Not listed, because they cost money and births do not rise in the mean: {names['en']}.",
            f"未列出（增加支出而平均出生数未增加）：{names['zh']}。",
        ), "note"))  # fmt: skip
    if unknown:
        names = running_text(data, unknown)
        blocks.append(Paragraph(both(
            "Not listed, because the ledger books no cost for them, or none that can be told to be above zero: "
            f"{names['en']}. That is not the same as being free.",
            f"未列出（账目未记录其支出，或不能确定支出增加）：{names['zh']}。这不等于没有支出。",
        ), "note"))  # fmt: skip
    return blocks
