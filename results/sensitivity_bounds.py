"""The section of a study with both kinds of bounds: what the ranking at equal cost becomes at plausible doses."""

from __future__ import annotations

from typing import Any

import pandas as pd

from results.blocks import COST_A_YEAR, Block, Cell, FigureRef, Measured, Paragraph, Section, Table, both
from results.sensitivity_figures import digits_for, outcome_words
from results.sensitivity_sections import NOT_MEASURES, names_text, range_text, running_text, share_cell
from results.study_data import StudyData
from results.words import number


def plausible_section(data: StudyData) -> Section | None:
    """The ranking at plausible doses, beside that at equal cost; None for a study with one kind of bounds."""
    other = data.at_plausible
    if other is None:
        return None
    title = both("And at the largest plausible doses?", "若各项措施取合理范围内的最大剂量？")
    if data.problem_with_sample or other.problem_with_sample:
        problem = other.problem_with_sample or data.problem_with_sample
        lead = both("One of the two designs is incomplete.", "两套设计中有一套尚未完成。")
        return Section("plausible", title, lead, [Paragraph(both(problem, problem), "warn")])
    here, there = _strength(data), _strength(other)
    known = [name for name in there["factor"] if name not in NOT_MEASURES]
    before = next(str(name) for name in here["factor"] if name not in NOT_MEASURES)
    best, was = running_text(other, [str(known[0])]), running_text(data, [before])
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    same = before == known[0]
    lead = both(
        f"With every measure free up to its plausible bound, whatever that costs, {best['en']} moves {words['en']} most"
        + (", as at equal cost." if same else f"; at equal cost it is {was['en']}."),
        f"若各项措施均可取到合理上限而不计成本，对{words['zh']}影响最大的是{best['zh']}"
        + ("，与同等成本时相同。" if same else f"；同等成本时为{was['zh']}。"),
    )
    note = both(
        "A measure may lead here only because its bound is a large sum of money: this ranking says what is strong, "
        "that at equal cost what is worth its money.",
        "某项措施在此居前，可能仅因其上限金额较大：此排序说明何者作用强，同等成本排序说明何者更值得投入。",
    )
    blocks: list[Block] = [
        FigureRef("indices_plausible", note),
        _beside(data, other, here, there),
        FigureRef("tornado_plausible", both("", "")),
        _alone(other),
    ]
    return Section("plausible", title, lead, blocks)


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

    def cell(row: Any) -> Cell:
        if is_share:
            return share_cell(row["total"], row["total_low"], row["total_high"])
        return Measured.of(row["total"], row["total_low"], row["total_high"], digits)

    rows: list[list[Cell]] = [
        [
            names_text(other, [str(row["factor"])]),
            str(ranks[row["factor"]]),
            str(row["rank"]),
            cell(own.loc[row["factor"]]),
            cell(row),
        ]
        for _, row in there.iterrows()
    ]
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
        both("Change", "变化"),
        COST_A_YEAR,
    ]
    rows: list[list[Cell]] = [
        [
            names_text(other, [str(row.factor)]),
            range_text(other, str(row.factor)),
            Measured.of(row.mean, row.low, row.high, digits, sign=True),
            number(money.loc[str(row.factor)]["mean"] / 1e6, 1, sign=True),
        ]
        for row in table.itertuples(index=False)
    ]
    return Table(
        "alone_at_plausible", both("Alone at plausible bounds", "合理上限下的单独效果"), head, rows, text_columns=2
    )
