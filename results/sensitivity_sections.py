"""Sections of a sensitivity report. Each answers in a sentence first."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from results import sensitivity
from results.blocks import COST_A_YEAR, Block, Cell, FigureRef, Measured, Paragraph, Section, Table, both
from results.sensitivity_figures import digits_for, outcome_words
from results.study_data import FAMILIES, OUTCOMES, StudyData
from results.words import Text, interval, joined, number

TOLD_APART = 0.95
NOT_MEASURES = ("uncertainty", "behaviour")
"""Names under which what we do not know stands among the factors."""
UNITS: dict[str, Text] = {
    "births": {"en": "births", "zh": "人"},
    "tfr": {"en": "children per woman", "zh": "孩/妇女"},
    "cost": {"en": "million yuan a year", "zh": "百万元/年"},
}


def names_text(data: StudyData, names: list[str]) -> Text:
    """Names as they stand in tables."""
    return {lang: joined([data.label(name, lang) for name in names], lang) for lang in ("en", "zh")}


def running_text(data: StudyData, names: list[str]) -> Text:
    """Names inside a sentence."""
    return {lang: joined([inside_sentence(data.label(name, lang)) for name in names], lang) for lang in ("en", "zh")}


def inside_sentence(label: str) -> str:
    """A label without its capital, unless it begins with an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def pairs_told_apart(data: StudyData) -> tuple[int, int]:
    """Of neighbouring ranks by total index, how many can be told apart in 95 % of resamples; and how many there are."""
    found = data.indices(data.main)
    order = np.argsort(-found.total, kind="stable")
    above = sensitivity.probability_above(found.total_resamples)
    apart = sum(above[i, j] >= TOLD_APART for i, j in zip(order, order[1:], strict=False))
    return int(apart), len(order) - 1


def ranking_section(data: StudyData) -> Section:
    """Which factor moves the outcome most, and what stands in doubt."""
    title = both("Which measures matter?", "哪些措施最重要？")
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    if data.problem_with_sample:
        lead = both(
            "The design is incomplete, so no index is given; the effects of each measure alone are below.",
            "设计尚未完成，因此不给出敏感度指数；各措施单独效果见下文。",
        )
        warning = both(data.problem_with_sample, data.problem_with_sample)
        return Section("ranking", title, lead, [Paragraph(warning, "warn")])
    if data.method == "morris":
        table = data.morris
        top = running_text(data, [str(n) for n in table["factor"].head(3)])
        lead = both(
            f"In a Morris screen the largest mean absolute effects on {words['en']} are those of {top['en']}.",
            f"莫里斯筛选中，对{words['zh']}平均绝对效应最大的是{top['zh']}。",
        )
        return Section("ranking", title, lead, [FigureRef("indices", _morris_caption()), _morris_table(data, table)])
    table = data.indices(data.main).table()
    known = table[~table["factor"].isin(NOT_MEASURES)]
    best = known.iloc[0]
    apart, pairs = pairs_told_apart(data)
    rest = running_text(data, [str(n) for n in known["factor"].iloc[1:3]])
    name = running_text(data, [str(best["factor"])])
    span = f"{_percent(best['total_low'])}–{_percent(best['total_high'])} %"
    at = {"en": f"At {data.bounds_words['en']}", "zh": f"按{data.bounds_words['zh']}"}
    first = f"{at['en']} {name['en']}"
    lead = both(
        f"{first} matters most for {words['en']}: {_percent(best['total'])} % of the variance of the change involve it "
        f"(95 % interval {span}). Next: {rest['en']}. {apart} of {pairs} neighbouring ranks can be told apart.",
        f"{at['zh']}，{name['zh']}对{words['zh']}影响最大：各措施所致变化的方差中 {_percent(best['total'])} % 与之有关"
        f"（95%区间 {span}），其次为{rest['zh']}。{pairs} 对相邻名次中有 {apart} 对可以区分。",
    )
    blocks: list[Block] = [FigureRef("indices", _indices_caption(data)), _indices_table(data, table)]
    if len(data.by_draw) > 1:
        blocks.insert(0, Paragraph(_unknown_share(data, table)))
    if data.plan.get("bounds") == "equal_cost":
        blocks.append(
            Paragraph(
                both(
                    "Bounds at equal cost: each measure runs up to the dose that costs the same public money a year; "
                    "measures that "
                    "cost less even at their bound keep it.",
                    "等成本边界：各措施的上限为相同年度公共支出对应的剂量；即使取上限成本仍较低的措施保持其上限。",
                ),
                "note",
            )
        )
    return Section("ranking", title, lead, blocks)


def _unknown_share(data: StudyData, table: pd.DataFrame) -> Text:
    """What behaviour has to do with the change that measures make, and with the level of the outcome."""
    name = next((n for n in NOT_MEASURES if n in set(table["factor"])), None)
    if name is None:
        return both("", "")
    change = table.set_index("factor").loc[name]
    level = data.indices(data.main, of_level=True).table().set_index("factor").loc[name]
    parts = [_percent(change["total"]), _percent(level["total"])]
    spans = [f"{_percent(row['total_low'])}–{_percent(row['total_high'])} %" for row in (change, level)]
    return both(
        "What we do not know about behaviour stands beside the measures as a factor of its own. It makes measures "
        f"stronger or weaker: {parts[0]} % ({spans[0]}) of the variance of their effect involve it. Of the variance of "
        f"the outcome's level, {parts[1]} % ({spans[1]}) involve it.",
        "行为方面的未知因素作为单独因素与措施并列。它会增强或减弱措施的效果：效果方差的 "
        f"{parts[0]} %（{spans[0]}）与之有关；结果本身水平的方差中，{parts[1]} %（{spans[1]}）与之有关。",
    )


def _percent(share: float) -> str:
    """A share as a whole percentage; the estimate of a small design may lie outside 0 to 100."""
    return f"{100 * min(max(share, 0.0), 1.0):.0f}"


def _indices_caption(data: StudyData) -> Text:
    return both(
        "Shares in the variance of the change against today's law. Total index: what would remain if all but this were "
        "fixed. First-order: what goes when this alone is fixed. Left of the dashed line a total index may be chance.",
        "占相对现行法律变化之方差的比例。总效应指数：固定其他全部因素后仍会保留的部分；一阶指数：仅固定该因素可消除的部分。"
        "虚线左侧的总效应指数可能仅为随机波动。",
    )


def _morris_caption() -> Text:
    return both(
        "A screen finds what hardly matters at small cost; it does not divide up variance.",
        "筛选法以较小代价找出影响很小的因素，不分解方差。",
    )


def share_cell(value: float, low: float, high: float) -> Measured:
    """A share of variance in percent, with its interval."""
    return Measured.of(100 * value, 100 * low, 100 * high, 1)


def _indices_table(data: StudyData, table: pd.DataFrame) -> Table:
    head: list[Cell] = [
        both("Factor", "因素"),
        both("Rank", "名次"),
        both("Total index, %", "总效应指数（%）"),
        both("First-order index, %", "一阶指数（%）"),
    ]
    rows: list[list[Cell]] = []
    for row in table.itertuples(index=False):
        places = str(row.rank) if row.rank_low == row.rank_high else f"{row.rank} ({row.rank_low}–{row.rank_high})"
        rows.append(
            [
                names_text(data, [str(row.factor)]),
                places,
                share_cell(row.total, row.total_low, row.total_high),
                share_cell(row.first, row.first_low, row.first_high),
            ]
        )
    caption = both("Indices with 95 % intervals and the ranks that resamples give", "指数、95%区间及重抽样名次范围")
    return Table("indices", caption, head, rows)


def _morris_table(data: StudyData, table: pd.DataFrame) -> Table:
    head: list[Cell] = [
        both("Factor", "因素"),
        both("Mean absolute effect", "平均绝对效应"),
        both("Mean effect", "平均效应"),
        both("Spread", "标准差"),
    ]
    digits = digits_for(float(table["mu_star"].max()))
    rows: list[list[Cell]] = [
        [
            names_text(data, [str(r.factor)]),
            Measured.of(r.mu_star, r.low, r.high, digits),
            number(r.mu, digits, sign=True),
            number(r.sigma, digits),
        ]
        for r in table.itertuples(index=False)
    ]
    return Table("morris", both("Morris measures", "莫里斯指标"), head, rows)


def range_text(data: StudyData, factor: str) -> Text:
    """The range over which a factor runs, in its first unit."""
    spans = data.card(factor)["spans"]
    span = spans[0]
    others = len(spans) - 1
    more = both(f" (and {others} more)", f"（另 {others} 项）") if others else both("", "")
    numbers = f"{_plain(span['from'])} → {_plain(span['to'])}"
    return both(f"{numbers} {span['unit']}{more['en']}", f"{numbers} {span.get('unit_zh') or span['unit']}{more['zh']}")


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:g}"


def alone_section(data: StudyData) -> Section | None:
    """Direction and size of each measure alone."""
    table = data.alone(data.main)
    if table.empty:
        return None
    title = both("What does each measure do alone?", "各项措施单独实施的效果")
    sure = table[table["certain_sign"]]
    up = [str(n) for n in sure[sure["mean"] > 0]["factor"]]
    down = [str(n) for n in sure[sure["mean"] < 0]["factor"]]
    level = data.baseline_level[data.main]
    first = table.iloc[0]
    share = 100 * first["mean"] / level if level else math.nan
    digits = digits_for(float(table["mean"].abs().max()))
    name = running_text(data, [str(first["factor"])])
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    size, span = number(first["mean"], digits, sign=True), interval(first["low"], first["high"], digits, sign=True)
    lead = both(
        f"Alone, at {data.bounds_words['en']}, {name['en']} does most: {size} ({span['en']}), or "
        f"{number(share, 1, sign=True)} %, of {words['en']}. {len(up)} of {len(table)} measures raise it with a "
        f"certain sign, {len(down)} lower it.",
        f"按{data.bounds_words['zh']}单独实施时，{name['zh']}效果最大：{words['zh']}变化 {size}（{span['zh']}），即 "
        f"{number(share, 1, sign=True)} %。{len(table)} 项措施中 {len(up)} 项明确提高结果，{len(down)} 项明确降低。",
    )
    tfr, cost = data.alone("tfr").set_index("factor"), data.alone("cost").set_index("factor")
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Family", "类别"),
        both("From weak to strong end", "取值范围"),
        both(f"Change of {OUTCOMES[data.main]['en'].lower()}", f"{OUTCOMES[data.main]['zh']}变化"),
        both("Percent", "百分比"),
        both("Change of the TFR", "总和生育率变化"),
        COST_A_YEAR,
    ]
    rows: list[list[Cell]] = []
    for row in table.itertuples(index=False):
        factor = str(row.factor)
        money, rate = cost.loc[factor], tfr.loc[factor]
        rows.append(
            [
                names_text(data, [factor]),
                dict(FAMILIES.get(data.groups[factor], both(data.groups[factor], data.groups[factor]))),
                range_text(data, factor),
                Measured.of(row.mean, row.low, row.high, digits, sign=True),
                number(100 * row.mean / level if level else math.nan, 1, sign=True),
                Measured.of(rate["mean"], rate["low"], rate["high"], 3, sign=True),
                Measured.of(money["mean"] / 1e6, money["low"] / 1e6, money["high"] / 1e6, 1, sign=True),
            ]
        )
    caption = both("Each measure alone, others at today's law", "各措施单独实施（其余为现行法律）")
    figure = FigureRef(
        "tornado",
        both(
            "Same seeds in both arms, so that the difference is what the measure did.",
            "两组使用相同随机种子，差异即为措施效果。",
        ),
    )
    return Section("alone", title, lead, [figure, Table("alone", caption, head, rows, text_columns=3)])


def money_section(data: StudyData) -> Section | None:
    """Additional births per 100 million yuan."""
    table = data.money
    if table.empty:
        return None
    title = both("What does 100 million yuan buy?", "每 1 亿元能带来多少新增出生？")
    known = data.money_known
    if known.empty:
        lead = both("No measure has a cost that can be told from zero.", "没有措施的成本可与零区分。")
        return Section("money", title, lead)
    first = known.iloc[0]
    name = running_text(data, [str(first["factor"])])
    low, high = interval(first["low"], first["high"])["en"], interval(first["low"], first["high"])["zh"]
    lead = both(
        f"Per 100 million yuan most births come from {name['en']}: {number(first['births_per_100_million'])} "
        f"(95 % {low}).",
        f"每 1 亿元新增出生最多的是{name['zh']}：{number(first['births_per_100_million'])} 人（95% {high}）。",
    )
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Births per 100 million yuan", "每1亿元新增出生"),
        COST_A_YEAR,
    ]
    rows: list[list[Cell]] = [
        [
            names_text(data, [str(r.factor)]),
            Measured.of(r.births_per_100_million, r.low, r.high),
            Measured.of(r.cost_a_year / 1e6, r.cost_low / 1e6, r.cost_high / 1e6, 1),
        ]
        for r in known.itertuples(index=False)
    ]
    free = [str(n) for n in table["factor"] if n not in set(known["factor"])]
    blocks: list[Block] = [
        FigureRef(
            "births_for_money",
            both(
                "Fieller intervals of the ratio; the cost is what all payers book.",
                "比值的Fieller区间；成本为全部出资方的账目支出。",
            ),
        ),
        Table("births_for_money", both("Births for money", "支出与新增出生"), head, rows),
    ]
    if free:
        names = running_text(data, free)
        blocks.append(
            Paragraph(
                both(
                    "Not listed, because the ledger does not book their cost, or none that can be told from "
                    f"zero: {names['en']}. "
                    "That is not the "
                    "same as being free.",
                    f"未列出（账目未记录其成本，或成本无法与零区分）：{names['zh']}。这不等于没有成本。",
                ),
                "note",
            )
        )
    return Section("money", title, lead, blocks)
