"""The section of a sweep: dose and response, a grid of two measures, or a Latin hypercube."""

from __future__ import annotations

import pandas as pd

from results.alone import curve_effects, paired_differences
from results.blocks import COST_A_YEAR, Block, Cell, FigureRef, Measured, Paragraph, Section, Table, both
from results.compare import t_interval
from results.sensitivity_figures import digits_for, outcome_words
from results.sensitivity_sections import inside_sentence
from results.study_data import StudyData
from results.words import Text, interval, joined, number

OWN_COLUMNS = ("scenario", "mean", "low", "high", "n")
TITLE = both("How does the outcome move?", "结果如何变化？")
CAPTIONS: dict[str, Text] = {
    "curves": both("Bands: 95 % intervals over seeds (and draws).", "色带：各种子（及参数组）的95%区间。"),
    "grid_map": both("Means over seeds; intervals are in the table.", "各种子均值；区间见表。"),
    "regression": both("Black line: 95 % interval.", "黑线：95%区间。"),
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
    first = max(ends, key=lambda name: abs(float(ends[name]["mean"])))
    digits = digits_for(max(abs(float(end["mean"])) for end in ends.values()))
    change = number(float(ends[first]["mean"]), digits, sign=True)
    span = interval(ends[first]["low"], ends[first]["high"], digits, sign=True)
    name = inside_sentence(data.label(first, "en"))
    lead = both(
        f"At its strong end {name} moves {words['en']} most: {change} ({span['en']}).",
        f"在取值上限处，{data.label(first, 'zh')}对{words['zh']}影响最大：{change}（{span['zh']}）。",
    )
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Dose, % of the range", "剂量（占取值范围%）"),
        both("Change", "变化"),
        COST_A_YEAR,
    ]
    rows: list[list[Cell]] = [
        [
            _label(data, name),
            f"{100 * row.dose:.0f}",
            Measured.of(row.mean, row.low, row.high, digits, sign=True),
            number(cost.mean / 1e6, 1, sign=True),
        ]
        for name, table in tables.items()
        for row, cost in zip(table.itertuples(index=False), costs[name].itertuples(index=False), strict=True)
    ]
    table = Table("curve_points", both("Every dose", "各剂量"), head, rows)
    return Section("sweep", TITLE, lead, [FigureRef("curves", CAPTIONS["curves"]), table])


def _rows(data: StudyData) -> Section:
    """Rows of a grid or a Latin hypercube, largest change first."""
    words = {lang: outcome_words(data, data.main, lang) for lang in ("en", "zh")}
    table = data.changes_of_sample(data.main)
    cost = data.changes_of_sample("cost").set_index("scenario")["mean"]
    best = table.loc[table["mean"].idxmax()]
    digits = digits_for(float(table["mean"].abs().max()))
    fields = [c for c in table.columns if c not in OWN_COLUMNS]
    where = {
        lang: joined([f"{inside_sentence(data.label(name, lang))} {_value_of(data, name, best)}".strip()
                      for name in data.measures], lang)
        for lang in ("en", "zh")
    }  # fmt: skip
    span = interval(best["low"], best["high"], digits, sign=True)
    lead = both(
        f"Over {len(table)} rows the largest change of {words['en']} is {number(best['mean'], digits, sign=True)} "
        f"({span['en']}), with {where['en']}.",
        f"在 {len(table)} 行中，{words['zh']}的最大变化为 {number(best['mean'], digits, sign=True)}（{span['zh']}），"
        f"取值为{where['zh']}。",
    )
    head: list[Cell] = [
        both("Row", "行"),
        *(_field_label(data, field) for field in fields),
        both("Change", "变化"),
        COST_A_YEAR,
    ]
    rows: list[list[Cell]] = [
        [
            str(row["scenario"]),
            *(_amount(row[field]) for field in fields),
            Measured.of(row["mean"], row["low"], row["high"], digits, sign=True),
            number(cost[row["scenario"]] / 1e6, 1, sign=True),
        ]
        for _, row in table.sort_values("mean", ascending=False).iterrows()
    ]
    together = _together(data, table, digits)
    blocks: list[Block] = [
        *([Paragraph(together)] if together is not None else []),
        *(FigureRef(name, CAPTIONS[name]) for name in ("grid_map", "regression")),
        Table("sweep", both("All rows, largest change first", "全部行（按变化排序）"), head, rows),
    ]
    return Section("sweep", TITLE, lead, blocks)


def _together(data: StudyData, table: pd.DataFrame, digits: int) -> Text | None:
    """Whether two measures add up: the row of both strong ends against the sum of the two rows with one of them at
    today's law. None unless it is a grid of two measures that both start there."""
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

    joint = differences(*strong)
    parts = differences(strong.iloc[0], law.iloc[1]) + differences(law.iloc[0], strong.iloc[1])
    mean, low, high = t_interval((joint - parts).to_numpy())
    span = interval(low, high, digits, sign=True)
    sure = low > 0 or high < 0
    told = number(float(joint.mean()), digits, sign=True), number(float(parts.mean()), digits, sign=True)
    beyond = number(mean, digits, sign=True)
    verdict = {
        (False, True): both("their effects add up as far as can be told", "在可辨识范围内两者效果可以相加"),
        (False, False): both("their effects add up as far as can be told", "在可辨识范围内两者效果可以相加"),
        (True, True): both("together they do more than the sum", "同时实施的效果大于两者之和"),
        (True, False): both("together they do less than the sum", "同时实施的效果小于两者之和"),
    }[bool(sure), bool(mean > 0)]
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
                    return _label(data, name)
                return {
                    "en": f"{data.label(name, 'en')}: {inside_sentence(span['label']['en'])}",
                    "zh": f"{data.label(name, 'zh')}：{span['label']['zh']}",
                }
    return both(field, field)


def _value_of(data: StudyData, factor: str, row: pd.Series) -> str:
    """The value of a factor's first field in a row of the design."""
    return _amount(row[data.card(factor)["spans"][0]["name"]])


def _amount(value: float) -> str:
    """A value of a lever or parameter: whole numbers where they are large."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
