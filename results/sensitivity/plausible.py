"""The section of a study with both kinds of bounds: what the ranking at equal cost becomes at plausible doses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from results.analysis import indices as sensitivity
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import NOTHING, Number, missing
from results.content.estimates import with_interval
from results.content.money import money_cell
from results.content.words import Text
from results.sensitivity import figures
from results.sensitivity.alone import estimate
from results.sensitivity.data import StudyData
from results.sensitivity.figures import digits_for, outcome_words
from results.sensitivity.ranking import (
    NOT_MEASURES,
    above_noise,
    cost_head,
    names_text,
    no_factor_moves,
    range_text,
    running_text,
    share_cell,
)


def plausible_section(data: StudyData) -> Section | None:
    """The ranking at plausible doses, beside that at equal cost; None for a study with one kind of bounds."""
    other = data.at_plausible
    if other is None:
        return None
    title = both("And at the largest plausible doses?", "若各项措施取合理范围内的最大剂量？")
    if data.problem_with_sample or other.problem_with_sample:
        problem = other.problem_with_sample or data.problem_with_sample
        lead = both("One of the two designs is incomplete.", "两套设计中有一套尚未完成。")
        return Section("plausible", title, lead, [Paragraph(both(problem, f"缺少或失败的模拟：{problem}"), "warn")])
    still = next((study for study in (other, data) if study.nothing_moves), None)
    if still is not None:
        where = {lang: still.bounds_words[lang] for lang in ("en", "zh")}
        found = no_factor_moves(still)
        lead = both(f"At {where['en']}: {found['en']}", f"按{where['zh']}：{found['zh']}")
        return Section("plausible", title, lead, [])
    here, there = _strength(data), _strength(other)
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    before, now = (_first_text(study, table) for study, table in ((data, here), (other, there)))
    lead = both(
        f"First by strength for {words['en']}, with every measure free up to its plausible bound, whatever that costs: "
        f"{now['en']}; at equal cost: {before['en']}.",
        f"若各项措施均可取到合理上限而不计成本，对 {words['zh']}影响居首的是：{now['zh']}；"
        f"同等成本时：{before['zh']}。",
    )
    note = both(
        "A measure may lead here only because its bound is a large sum of money: this ranking says what is strong, "
        "that at equal cost what is worth its money.",
        "某项措施在此居前，可能仅因其上限金额较大：此排序说明何者作用强，同等成本排序说明何者更值得投入。",
    )
    blocks: list[Block] = [
        *_only_here(data, other),
        FigureRef(figures.indices_plausible, note),
        _beside(data, other, here, there),
        FigureRef(figures.tornado_plausible, both("", "")),
        _alone(other),
    ]
    return Section("plausible", title, lead, blocks)


def _only_here(data: StudyData, other: StudyData) -> list[Block]:
    """A sentence on the measures that are ranked at plausible doses alone, because nobody pays for them here."""
    own = {str(card["name"]) for card in data.plan["factors"]}
    names = [str(card["name"]) for card in other.plan["factors"] if card["name"] not in own]
    if not names:
        return []
    text = running_text(other, names)
    return [
        Paragraph(
            both(
                "Ranked here alone, since they cost nothing in the model and no dose of them costs the sum: "
                f"{text['en']}. A cost beside them is what more births claim under current law; what they would take "
                "in staff and money is not known.",
                f"以下措施在模型中不计成本，没有对应同等成本的剂量，故只在此处排序：{text['zh']}。"
                "表中所列支出为出生增加后按现行政策发生的支出；措施本身所需人力与资金未知。",
            ),
            "note",
        )
    ]


def _first_text(data: StudyData, table: pd.DataFrame) -> Text:
    """The strongest measure and those that cannot be told apart from it, in words; or that noise hides it."""
    if data.method != "morris" and not above_noise(data, table):
        return both("no index is larger than that of simulation noise", "没有指数超出模拟噪声所占的比例")
    names = _first_group(data, table)
    told = running_text(data, names)
    if len(names) == 1:
        return told
    return both(f"{told['en']}, which cannot be told apart", f"{told['zh']}（彼此无法区分）")


def _first_group(data: StudyData, table: pd.DataFrame) -> list[str]:
    """The strongest measure and those that cannot be told apart from it."""
    known = [str(name) for name in table["factor"] if name not in NOT_MEASURES]
    if data.method != "morris":
        return [known[0], *sensitivity.tied_with_first(data.indices(data.main), known)]
    rows = table.set_index("factor")
    lowest = float(rows.loc[known[0], "total_low"])
    return [known[0], *(name for name in known[1:] if not rows.loc[name, "total_high"] < lowest)]


def _strength(data: StudyData) -> pd.DataFrame:
    """Factors, strongest first: total indices, or mean absolute effects of a screen under the same names."""
    if data.method != "morris":
        return data.indices(data.main).table()
    table = data.morris.rename(columns={"mu_star": "total", "low": "total_low", "high": "total_high"})
    return table.assign(rank=range(1, len(table) + 1))


def _beside(data: StudyData, other: StudyData, here: pd.DataFrame, there: pd.DataFrame) -> Table:
    """Ranks and total indices of both designs."""
    is_share = data.method != "morris"
    digits = digits_for(float(max(here["total"].max(), there["total"].max())))
    ranks = dict(zip(here["factor"], here["rank"], strict=True))
    own = here.set_index("factor")

    def cell(row: Any) -> Number:
        if is_share:
            return share_cell(row["total"], row["total_low"], row["total_high"])
        found = {"mean": row["total"], "low": row["total_low"], "high": row["total_high"]}
        return with_interval(found, digits, sign=False)

    nothing = missing(both("costs nothing", "不计成本"))
    rows: list[list[Cell]] = []
    for _, row in there.iterrows():
        name = row["factor"]
        known = name in ranks
        rows.append(
            [
                names_text(other, [str(name)]),
                Number(ranks[name]) if known else nothing,
                Number(row["rank"]),
                cell(own.loc[name]) if known else NOTHING,
                cell(row),
            ]
        )
    what = both("Total index", "总效应指数") if is_share else both("Mean absolute effect", "平均绝对效应")
    unit = both(", %", "（%）") if is_share else both("", "")
    head: list[Cell] = [
        both("Factor", "因素"),
        both("Rank at equal cost", "同等成本名次"),
        both("Rank at plausible doses", "合理剂量名次"),
        both(f"{what['en']} at equal cost{unit['en']}", f"同等成本{what['zh']}{unit['zh']}"),
        both(f"{what['en']} at plausible doses{unit['en']}", f"合理剂量{what['zh']}{unit['zh']}"),
    ]
    return Table("ranks_both_bounds", both("Both rankings side by side", "两种排序对照"), head, rows)


def _alone(other: StudyData) -> Table:
    """Every measure alone at its plausible bound, with what it costs there."""
    table, money = other.alone(other.main), other.alone("cost").set_index("factor")
    digits = digits_for(float(table["mean"].abs().max()))
    head: list[Cell] = [
        both("Measure", "措施"),
        both("From weak to strong end", "取值范围"),
        both(f"Change of {outcome_words(other, other.main, 'en')}", f"{outcome_words(other, other.main, 'zh')}的变化"),
        cost_head(other),
    ]
    rows: list[list[Cell]] = [
        [
            names_text(other, [str(row["factor"])]),
            range_text(other, str(row["factor"])),
            with_interval(estimate(row), digits),
            money_cell(estimate(money.loc[str(row["factor"])])),
        ]
        for _, row in table.iterrows()
    ]
    return Table(
        "alone_at_plausible", both("Alone at plausible bounds", "合理上限下的单独效果"), head, rows, text_columns=2
    )
