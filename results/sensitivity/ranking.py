"""The section of a sensitivity report on the ranking, and how its tables name things."""

from __future__ import annotations

import numpy as np
import pandas as pd

from results.analysis import indices as sensitivity
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import PLACES, Number, measured
from results.content.estimates import Estimate, rounded, said, span_of, turned, with_interval
from results.content.money import in_unit
from results.content.study_words import with_unit
from results.content.words import Text, joined, number
from results.sensitivity import figures
from results.sensitivity.data import StudyData
from results.sensitivity.figures import digits_for, outcome_words

TOLD_APART = 0.95
SETTLED = 0.05
"""Indices that doubling the design moves by less than this (of 1) have settled."""
WIDE_SHARE = 0.2
"""A total index with an interval this wide (of 1) says little."""
FEW_NAMES = 4
"""More measures than this that cannot be told apart are counted, not named."""
NOT_MEASURES = ("uncertainty", "behaviour")
"""Names under which what we do not know stands among the factors."""


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


def cost_head(data: StudyData) -> Text:
    """Head of a column of costs: over current law, a year of those in which the measures are in force."""
    years = data.in_force
    return in_unit(f"Cost over current law, million yuan a year ({years['en']})",
                   f"较现行政策增加的支出（{{unit}}/年，{years['zh']}）")  # fmt: skip


def no_order(data: StudyData) -> Text:
    """Why there is no interval and no order."""
    few = data.replicates_text
    return both(f"From {few['en']}, fewer than five, no interval and no order is given.",
                f"仅有 {few['zh']}（不足五次独立模拟），不给区间，也不排名次。")  # fmt: skip


def chance_alone(data: StudyData) -> Text:
    """What the intervals of effects leave out where all runs but those of the factors live under one set of behavioural
    numbers; empty where there are draws of them, or no intervals."""
    if not data.has_intervals or data.replicates_are_draws:
        return both("", "")
    return both("Intervals of effects hold chance alone, not what is unknown about behaviour.",
                "效果区间仅反映随机波动，不含行为参数的不确定性。")  # fmt: skip


def followed(lead: Text, more: Text) -> Text:
    """Two sentences after each other; the second may be empty."""
    return both(f"{lead['en']} {more['en']}", f"{lead['zh']}{more['zh']}") if more["en"] else lead


def change_said(data: StudyData, found: Estimate, digits: int) -> Text:
    """A change of the main outcome in a sentence; births in Chinese as people more or fewer."""
    plain = number(found["mean"], digits, sign=True)
    told = said(found, digits, sign=True) if data.has_intervals else both(plain, plain)
    if data.main != "births":
        return told
    fewer = found["mean"] < 0
    return both(told["en"], f"{'少' if fewer else '多'}出生 {_people(data, turned(found) if fewer else found, digits)}")


def size_said(data: StudyData, found: Estimate, digits: int) -> Text:
    """A size without a sign of the main outcome in a sentence; births in Chinese with 人."""
    told = said(found, digits)
    return both(told["en"], _people(data, found, digits) if data.main == "births" else told["zh"])


def _people(data: StudyData, found: Estimate, digits: int) -> str:
    """So many people with their interval, where there is one, in Chinese."""
    mean = number((rounded(found) if digits == 0 and data.has_intervals else found)["mean"], digits)
    return f"{mean} 人（{span_of(found, digits)['zh']}）" if data.has_intervals else f"{mean} 人"


def of_pairs(apart: int, pairs: int) -> Text:
    """How many of so many neighbouring ranks can be told apart: none, all or a number."""
    if apart == 0:
        return both(f"None of {pairs} neighbouring ranks can be told apart.", f"{pairs} 对相邻名次均无法区分。")
    if apart == pairs:
        return both(f"All {pairs} neighbouring ranks can be told apart.", f"{pairs} 对相邻名次均可区分。")
    return both(f"{apart} of {pairs} neighbouring ranks can be told apart.",
                f"{pairs} 对相邻名次中有 {apart} 对可以区分。")  # fmt: skip


def no_factor_moves(data: StudyData) -> Text:
    """That the outcome is the same in every row of the design, and what follows for indices and ranks."""
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    rows = number(data.sample["scenario"].nunique())
    return both(
        f"No factor moves this outcome: {words['en']}, the same in all {rows} rows of the design. So there is "
        "nothing to divide up and nothing to rank.",
        f"没有因素影响这一结果：{words['zh']}在设计的全部 {rows} 行中相同，因此不给出敏感度指数和名次。",
    )


def ranking_section(data: StudyData) -> Section:
    """Which factor moves the outcome most, and what stands in doubt."""
    title = both("Which measures matter?", "哪些措施影响较大？")
    if data.problem_with_sample:
        lead = both(
            "The design is incomplete, so no index is given; the effects of each measure alone are below.",
            "设计尚未完成，因此不给出敏感度指数；各措施单独效果见下文。",
        )
        warning = both(data.problem_with_sample, f"缺少或失败的模拟：{data.problem_with_sample}")
        return Section("ranking", title, lead, [Paragraph(warning, "warn")])
    if data.nothing_moves:
        return Section("ranking", title, no_factor_moves(data), [])
    if data.method == "morris":
        return morris_section(data, title)
    table = data.indices(data.main).table()
    blocks: list[Block] = [FigureRef(figures.indices, _indices_caption(data)), _indices_table(data, table)]
    if len(data.by_draw) > 1:
        blocks.insert(0, Paragraph(_unknown_share(data, table)))
    if data.plan.get("bounds") == "equal_cost":
        blocks.append(
            Paragraph(
                both(
                    "Bounds at equal cost: each measure runs up to the dose that costs the same public money a year; "
                    "measures that cost less even at their bound keep it.",
                    "等成本边界：各措施的上限为相同年度公共支出对应的剂量；即使取上限支出仍较低的措施保持其上限。",
                ),
                "note",
            )
        )
    return Section("ranking", title, _ranking_lead(data, table), blocks)


def _ranking_lead(data: StudyData, table: pd.DataFrame) -> Text:
    """The strongest measure, or those that cannot be told apart from it; and how many ranks can be told apart."""
    known = table[~table["factor"].isin(NOT_MEASURES)]
    names = [str(name) for name in known["factor"]]
    tied = sensitivity.tied_with_first(data.indices(data.main), names)
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    at = both(f"At {data.bounds_words['en']}", f"按{data.bounds_words['zh']}")
    best, apart = known.iloc[0], pairs_told_apart(data)
    name, share = running_text(data, names[:1]), _percent(best["total"])
    span = _percent(best["total_low"]), _percent(best["total_high"])
    told = followed(of_pairs(*apart), rough_text(data))
    involve = both(
        f"{share} % of the variance of the change involve it (95 % interval {span[0]} to {span[1]} %)",
        f"变化方差的 {share}% 与之有关（95% 区间 {span[0]}% 至 {span[1]}%）",
    )
    if not above_noise(data, table):
        return both(
            f"{at['en']} the indices do not tell which measure matters for {words['en']}: even the largest total "
            f"index, that of {name['en']} ({share} %), is no larger than that of simulation noise. What each does "
            "alone stands further down.",
            f"{at['zh']}，敏感度指数无法说明哪项措施对 {words['zh']}影响较大："
            f"即使总效应指数最大的{name['zh']}（{share}%），也未超出模拟噪声所占的比例。各措施单独的效果见下文。",
        )
    if not tied:
        return both(
            f"{at['en']} {name['en']} matters most for {words['en']}: {involve['en']}. {told['en']}",
            f"{at['zh']}，{name['zh']}对 {words['zh']}影响最大：{involve['zh']}。{told['zh']}",
        )
    others = not_told_apart_text(data, tied, len(names))
    return both(
        f"{at['en']} {name['en']} has the largest total index for {words['en']}: {involve['en']}. But {others['en']}, "
        f"so none of them can be called first. {told['en']}",
        f"{at['zh']}，{name['zh']}对 {words['zh']}的总效应指数最大：{involve['zh']}；但{others['zh']}，"
        f"不能据此认定谁居首位。{told['zh']}",
    )


def is_rough(data: StudyData) -> bool:
    """True if the last doubling of the design still moved a total index by :data:`SETTLED` or more, or the interval of
    one is as wide as :data:`WIDE_SHARE`."""
    moved = data.last_doubling
    return widest_share(data) >= WIDE_SHARE or (moved is not None and moved[2] >= SETTLED)


def widest_share(data: StudyData) -> float:
    """Width of the widest 95 % interval of a total index."""
    found = data.indices(data.main)
    return float((found.total_high - found.total_low).max())


def rough_text(data: StudyData) -> Text:
    """That the design is too small for its indices to stand, where it is; else empty."""
    if not is_rough(data):
        return both("", "")
    points = f"{100 * widest_share(data):.0f}"
    return both(
        f"The design is too small for these shares to stand: intervals are up to {points} points wide.",
        f"样本量不足，上述比例尚不稳定：区间最宽达 {points} 个百分点。",
    )


def above_noise(data: StudyData, table: pd.DataFrame) -> bool:
    """True if the largest total index of a measure is more than simulation noise can make it."""
    best = table[~table["factor"].isin(NOT_MEASURES)].iloc[0]
    return data.noise is None or bool(best["total"] > data.noise.share)


def not_told_apart_text(data: StudyData, tied: list[str], count: int) -> Text:
    """``X and Y cannot be told apart from it``; many are counted, not named."""
    if len(tied) == count - 1 > 1:
        return both("no measure can be told apart from it", "其余各项措施均无法与之区分")
    if len(tied) > FEW_NAMES:
        return both(f"{len(tied)} of the other {count - 1} measures cannot be told apart from it",
                    f"其余 {count - 1} 项措施中有 {len(tied)} 项无法与之区分")  # fmt: skip
    names = running_text(data, tied)
    return both(f"{names['en']} cannot be told apart from it", f"{names['zh']}无法与之区分")


def morris_section(data: StudyData, title: Text) -> Section:
    """What a screen finds: the largest mean absolute effects, and whose intervals overlap with the first."""
    table = data.morris
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    first, digits = table.iloc[0], digits_for(float(table["mu_star"].max()))
    name = running_text(data, [str(first["factor"])])
    size = size_said(
        data, {"mean": first["mu_star"], "low": first["low"], "high": first["high"], "n": data.plan["samples"]}, digits
    )
    tied = [str(row.factor) for row in table.iloc[1:].itertuples(index=False) if not row.high < first["low"]]
    others = not_told_apart_text(data, tied, len(table)) if tied else both("", "")
    lead = both(
        "In a Morris screen, which moves each measure over its whole range while others stand at many doses, the "
        f"largest mean absolute effect on {words['en']} is that of {name['en']}: {size['en']}"
        + (f"; {others['en']} (intervals overlap)." if tied else "."),
        f"莫里斯筛选（其余措施取各种剂量，该措施取遍全范围）中，对 {words['zh']}平均绝对效应最大的是{name['zh']}："
        f"{size['zh']}" + (f"；{others['zh']}（区间重叠）。" if tied else "。"),
    )
    blocks: list[Block] = [
        FigureRef(figures.indices, _morris_caption(data, digits)),
        _morris_table(data, table, digits),
    ]
    return Section("ranking", title, lead, blocks)


def _unknown_share(data: StudyData, table: pd.DataFrame) -> Text:
    """What behaviour has to do with the change that measures make, and with the level of the outcome."""
    name = next((n for n in NOT_MEASURES if n in set(table["factor"])), None)
    if name is None:
        return both("", "")
    change = table.set_index("factor").loc[name]
    level = data.indices(data.main, of_level=True).table().set_index("factor").loc[name]
    parts = [_percent(change["total"]), _percent(level["total"])]
    spans = [(_percent(row["total_low"]), _percent(row["total_high"])) for row in (change, level)]
    return both(
        "What we do not know about behaviour stands beside the measures as a factor of its own. It makes measures "
        f"stronger or weaker: {parts[0]} % (95 % interval {spans[0][0]} to {spans[0][1]} %) of the variance of their "
        f"effect involve it. Of the variance of the outcome's level, {parts[1]} % (95 % interval {spans[1][0]} to "
        f"{spans[1][1]} %) involve it.",
        "行为方面的未知因素作为单独因素与措施并列。它会增强或减弱措施的效果：效果方差的 "
        f"{parts[0]}%（95% 区间 {spans[0][0]}% 至 {spans[0][1]}%）与之有关；结果本身水平的方差中，"
        f"{parts[1]}%（95% 区间 {spans[1][0]}% 至 {spans[1][1]}%）与之有关。",
    )


def _percent(share: float) -> str:
    """A share as a whole percentage; the estimate of a small design may lie outside 0 to 100."""
    return f"{100 * min(max(share, 0.0), 1.0):.0f}"


def _indices_caption(data: StudyData) -> Text:
    line = both("", "")
    if data.noise is not None:
        line = both(" Left of the dashed line a total index may be chance.", "虚线左侧的总效应指数可能仅为随机波动。")
    return both(
        "Shares in the variance of the change against current law. Total index: what would remain if all but this were "
        "fixed. First-order: what goes when this alone is fixed. Lines: 95 % intervals from resampling the rows of the "
        f"design; they cover its size, not what is unknown about the model.{line['en']}",
        "占相对现行政策变化之方差的比例。总效应指数：固定其他全部因素后仍会保留的部分；"
        "一阶指数：仅固定该因素可消除的部分。横线：对设计行重抽样所得 95% 区间，只反映样本量，"
        f"不含模型本身的不确定性。{line['zh']}",
    )


def _morris_caption(data: StudyData, digits: int) -> Text:
    chance = data.morris_chance
    more = both("", "")
    if chance is not None:
        size = number(chance, digits)
        more = both(f" Simulation noise alone gives a mean absolute effect of about {size} (dashed).",
                    f"仅模拟噪声即可产生约 {size} 的平均绝对效应（虚线）。")  # fmt: skip
    return both(
        "A screen finds what hardly matters at small cost; it does not divide up variance. Lines: 95 % intervals over "
        f"trajectories of the design.{more['en']}",
        f"筛选法以较小代价找出影响很小的因素，不分解方差。横线：按轨迹重抽样所得 95% 区间。{more['zh']}",
    )


def share_cell(value: float, low: float, high: float) -> Number:
    """A share of variance in percent, with its interval."""
    return measured(100 * value, 100 * low, 100 * high, 1)


def _indices_table(data: StudyData, table: pd.DataFrame) -> Table:
    head: list[Cell] = [
        both("Factor", "因素"),
        both("Rank", "名次"),
        both("Total index, %", "总效应指数（%）"),
        both("First-order index, %", "一阶指数（%）"),
    ]
    rows: list[list[Cell]] = []
    for row in table.itertuples(index=False):
        one = row.rank_low == row.rank_high
        places = Number(row.rank) if one else Number(row.rank, row.rank_low, row.rank_high, words=PLACES)
        rows.append(
            [
                names_text(data, [str(row.factor)]),
                places,
                share_cell(row.total, row.total_low, row.total_high),
                share_cell(row.first, row.first_low, row.first_high),
            ]
        )
    caption = both("Indices with 95 % intervals and the ranks that resamples give",
                   "指数、95% 区间及重抽样名次范围")  # fmt: skip
    return Table("indices", caption, head, rows)


def _morris_table(data: StudyData, table: pd.DataFrame, digits: int) -> Table:
    head: list[Cell] = [
        both("Factor", "因素"),
        both("Mean absolute effect", "平均绝对效应"),
        both("Mean effect", "平均效应"),
        both("Standard deviation", "标准差"),
    ]
    rows: list[list[Cell]] = [
        [
            names_text(data, [str(r.factor)]),
            with_interval({"mean": r.mu_star, "low": r.low, "high": r.high}, digits, sign=False),
            Number(r.mu, digits=digits, sign=True),
            Number(r.sigma, digits=digits),
        ]
        for r in table.itertuples(index=False)
    ]
    caption = both("Morris measures: change of the outcome over the whole range of a factor, with 95 % intervals",
                   "莫里斯指标：因素取遍全范围时结果的变化及 95% 区间")  # fmt: skip
    return Table("morris_shown", caption, head, rows)


def range_text(data: StudyData, factor: str) -> Text:
    """The range over which a factor runs, in its first unit."""
    spans = data.card(factor)["spans"]
    span = spans[0]
    others = len(spans) - 1
    more = both(f" (and {others} more)", f"（另 {others} 项）") if others else both("", "")
    numbers = f"{_plain(span['from'])} → {_plain(span['to'])}"
    told = (with_unit(numbers, span["unit"], "en"), with_unit(numbers, span.get("unit_zh") or span["unit"], "zh"))
    return both(f"{told[0]}{more['en']}", f"{told[1]}{more['zh']}")


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:g}"
