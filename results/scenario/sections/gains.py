"""The section on who gains: births and benefits by group. It answers in a sentence first."""

from __future__ import annotations

from results.content.blocks import Block, Cell, FigureRef, Section, Table, both
from results.content.estimates import (
    Estimate,
    has_interval,
    if_not_told,
    people_cell,
    people_digits,
    said,
    span_of,
    told_apart,
)
from results.content.money import in_unit
from results.content.words import DIMENSIONS, Text, joined, number
from results.scenario.answers import leader, years_text, years_zh
from results.scenario.data import RunData, group_dimensions
from results.scenario.figures.gains import county_map, who_gains
from results.scenario.gains import MOST_DRAWN, category, not_drawn, relative_gains
from results.scenario.sections.effects import label_of, quoted
from results.scenario.sections.money import cost_cell


def gains_section(data: RunData) -> Section:
    """Who gains: births and benefits by order, income, county, town and village, registration, mother's age."""
    title = both("Who gains, and where?", "谁受益，在哪里？")
    left = not_drawn(data, data.policies, MOST_DRAWN)
    blocks: list[Block] = [
        FigureRef(
            who_gains,
            both(
                "Points are means of runs, lines 95 % intervals (Fieller). Percent of the births that the group has "
                "under current law. Income fifths are those of couples with a wife under 50, by what both earn that "
                "January: a mother at home with an infant earns nothing then, so couples with infants stand lower than "
                "they do in other years, and payments for young children reach the low fifths the more for it."
                f"{left['en']}",
                "点为各次模拟均值，线为 95% 区间（Fieller）。以该组在现行政策下的出生数为 100%。收入五等分按妻子 "
                "50 岁以下的夫妇当年 1 月的收入划分：在家照护婴儿的母亲此时没有收入，这些夫妇的位次低于其他年份，"
                f"针对幼儿的补贴因而更多地落在低收入组。{left['zh']}",
            ),
        ),
        FigureRef(
            county_map,
            both(
                "Schematic: counties where they lie, roughly, without boundaries; area of a circle by residents. "
                "Left and right: blue rises, brown falls.",
                "示意图：县区为大致方位，不含边界；圆面积表示常住人口。左、右图：蓝色为上升，棕色为下降。",
            ),
        ),
    ]
    tables: list[Table] = []
    for dimension in ("order", "income_fifth", "county", "residence", "hukou"):
        births_table = _by_dimension(data, "births", dimension)
        cost_table = _by_dimension(data, "cost", dimension)
        made = (
            _gains_table(data, "births", dimension, births_table),
            _gains_table(data, "cost", dimension, cost_table),
        )
        tables += [table for table in made if table is not None]
    for dimension in ("income_fifth", "hukou", "mother_age"):
        logged = _logged_table(data, dimension)
        if logged is not None and f"gains_births_{dimension}" not in {table.name for table in tables}:
            tables.append(logged)
    if not tables:
        return Section(
            "gains", title, both("The run kept no breakdown of births or cost.", "本次模拟没有分组的出生或支出数据。")
        )
    # the answer's own table comes first: it fills a printed page that the tall figure would leave half empty
    return Section("gains", title, _gains_lead(data), [tables[0], *blocks, *tables[1:]])


def _gains_lead(data: RunData) -> Text:
    """How births of the leading scenario change by order, and in the lowest and highest fifth of incomes."""
    found = leader(data)
    orders = _by_dimension(data, "births", "order")
    if found is None or not orders:
        return both("Births by group are below.", "分组的出生数见下表。")
    top = found[0]
    own = {group: part[top] for group, part in orders.items() if top in part}
    told = {
        lang: joined(
            [
                f"{_lowered(category(data, g)[lang])} {said(e, people_digits(e), sign=True)[lang]}"
                for g, e in own.items()
            ],
            lang,
        )
        for lang in ("en", "zh")
    }
    clear = [category(data, group) for group, estimate in own.items() if _clear(estimate)]
    apart = both("none of them can be told from zero", "均无法与零区分")
    if clear:
        names = {lang: joined([_lowered(name[lang]) for name in clear], lang) for lang in ("en", "zh")}
        apart = both(f"told from zero: {names['en']}", f"可与零区分的为{names['zh']}")
    name, fifths = quoted(data, top), _fifths(data, top)
    return both(
        f"Under {name['en']} births within {years_text(data)} change by {told['en']}; {apart['en']}{fifths['en']}.",
        f"{name['zh']}下 {years_zh(data)} 年内出生数的变化：{told['zh']}；{apart['zh']}{fifths['zh']}。",
    )


def _clear(found: Estimate) -> bool:
    """True if the interval does not hold zero, and is not printed as if it ended there."""
    return told_apart(found) and not if_not_told(found, people_digits(found))["en"]


def _lowered(text: str) -> str:
    return text[0].lower() + text[1:]


def _fifths(data: RunData, scenario: str) -> Text:
    """How a scenario moves the lowest and the highest fifth of incomes, and whether the two can be told apart."""
    table = relative_gains(data, "income_fifth")
    own = table[table["scenario"] == scenario].set_index("group")
    ends = ("income_fifth:1", "income_fifth:5")
    if not set(ends) <= set(own.index):
        return both("", "")
    shares = [{k: 100 * float(own.loc[g, k]) for k in ("mean", "low", "high")} | {"n": float(data.seeds)} for g in ends]
    low, high = (_percent_said(share) for share in shares)
    wide = has_interval(shares[0]) and has_interval(shares[1])
    meet = wide and shares[0]["low"] <= shares[1]["high"] and shares[1]["low"] <= shares[0]["high"]
    apart = both("; the two intervals overlap", "；两者区间重叠") if meet else both("", "")
    return both(
        f"; births of the lowest income fifth change by {low['en']}, those of the highest by {high['en']}{apart['en']}",
        f"；低收入组家庭的出生数变化 {low['zh']}，高收入组 {high['zh']}{apart['zh']}",
    )


def _percent_said(share: Estimate) -> Text:
    """A change in percent with its interval: ``+3.3 % (95 % interval −0.3 to +8.8 %)``."""
    mean, span = number(share["mean"], 1, sign=True), span_of(share, 1, sign=True)
    if not has_interval(share):
        return both(f"{mean} % ({span['en']})", f"{mean}%（{span['zh']}）")
    zh = span["zh"].replace(" 至 ", "% 至 ")
    return both(f"{mean} % ({span['en']} %)", f"{mean}%（{zh}%）")


def _by_dimension(data: RunData, indicator: str, dimension: str) -> Gains:
    """group -> scenario -> estimate of the effect summed over the horizon."""
    found: Gains = {}
    for group in data.groups(indicator):
        if set(group_dimensions(group)) == {dimension}:
            table = data.summed(indicator, group)
            found[group] = {
                str(r["scenario"]): {k: float(r[k]) for k in ("mean", "low", "high", "n")} for _, r in table.iterrows()
            }
    return found


Gains = dict[str, dict[str, dict[str, float]]]
"""group -> scenario -> estimate."""


def _gains_table(data: RunData, indicator: str, dimension: str, found: Gains) -> Table | None:
    """A row a scenario, a column a group."""
    if not found:
        return None
    rows: list[list[Cell]] = []
    for scenario in data.policies:
        row: list[Cell] = [label_of(data, scenario)]
        for group in found:
            estimate = found[group].get(scenario)
            if indicator == "cost":
                row.append(cost_cell(estimate, data, scenario))
            else:
                row.append(people_cell(estimate))
        rows.append(row)
    head: list[Cell] = [both("Scenario", "情景"), *[category(data, group) for group in found]]
    by = DIMENSIONS.get(dimension, both(dimension, dimension))
    caption = {
        "births": _births_caption(data, by),
        "cost": in_unit(
            f"Extra cost by {by['en'].lower()}, million yuan a year of those in force",
            f"按{by['zh']}的额外支出（实施期内年均，{{unit}}/年）",
        ),
    }[indicator]
    return Table(f"gains_{indicator}_{dimension}", caption, head, rows)


def _births_caption(data: RunData, by: Text) -> Text:
    """Groups are counted within the horizon, whether or not cohorts were followed."""
    return both(
        f"Births within {years_text(data)} against current law by {by['en'].lower()}",
        f"{years_zh(data)} 年内出生数相对现行政策的变化（按{by['zh']}）",
    )


def _logged_table(data: RunData, dimension: str) -> Table | None:
    """Additional births along a dimension that only the births log knows."""
    start = f"within_horizon;{dimension}:"
    quantities = [str(q) for q in data.split["quantity"].unique() if str(q).startswith(start)]
    if not quantities:
        return None
    rows: list[list[Cell]] = [
        [label_of(data, s), *[people_cell(data.split_value(s, quantity)) for quantity in quantities]]
        for s in data.policies
    ]
    names = [q.removeprefix("within_horizon;") for q in quantities]
    head: list[Cell] = [both("Scenario", "情景"), *[category(data, name) for name in names]]
    by = DIMENSIONS[dimension]
    caption = _births_caption(data, by)
    return Table(f"gains_births_{dimension}", caption, head, rows)
