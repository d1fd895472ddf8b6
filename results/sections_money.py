"""Sections on cost and on who gains. Each answers in a sentence first."""

from __future__ import annotations

import math

import pandas as pd

from results.blocks import Block, Cell, FigureRef, Measured, Paragraph, Section, Table, Verdict, both
from results.gains import category, relative_gains, strongest
from results.run_data import RunData, finite, group_dimensions
from results.sections_effects import label_of, quoted, with_interval
from results.words import DIMENSIONS, Text, interval, number, payer_label, yuan

MILLION, HUNDRED_MILLION = 1e6, 1e8


def cost_section(data: RunData) -> Section:
    """Cost by payer and measure, and per additional birth."""
    title = both("What does it cost, and who pays?", "成本多少、由谁承担？")
    table = data.extra_cost
    if table.empty:
        return Section("cost", title, both("The run kept no costs.", "本次运行没有成本数据。"))
    table = table.set_index("scenario")
    names = [name for name in data.policies if name in table.index]
    ratios = data.birth_costs.set_index("scenario")
    top = max(names, key=lambda name: table.loc[name, "mean"])
    mean_year = float(table.loc[top, "mean"]) / data.horizon_years
    ratio, name = ratios.loc[top], quoted(data, top)
    each = _in_words(_cost_per_birth(ratio))
    lead = both(
        f"{name['en']} costs {yuan(mean_year)['en']} a year more than current law, and per additional birth "
        f"{each['en']}.",
        f"{name['zh']}每年比现行法律多支出 {yuan(mean_year)['zh']}，每新增一个出生的成本为{each['zh']}。",
    )
    payers = data.costs_by("payer")
    payers = payers[payers.groupby("category")["mean"].transform(lambda v: v.abs().max()) > 0]
    order = list(payers.groupby("category")["mean"].apply(lambda v: v.abs().sum()).sort_values(ascending=False).index)
    rows: list[list[Cell]] = []
    for scenario in names:
        row: list[Cell] = [label_of(data, scenario), _millions(_estimate_of(table.loc[scenario]), data)]
        row += [_millions(_cell(payers, scenario, payer), data) for payer in order]
        rows.append(row)
    head: list[Cell] = [both("Scenario", "情景"), both("All payers", "合计")]
    head += [both(payer_label(p, "en"), payer_label(p, "zh")) for p in order]
    blocks: list[Block] = [
        Table(
            "cost",
            both(
                "Extra cost against current law by payer, million yuan a year, with 95 % intervals",
                "按出资方的额外成本（相对现行法律，百万元/年）及 95 % 区间",
            ),
            head,
            rows,
        ),
        _per_birth_table(data, names),
        _lever_table(data, names),
        FigureRef(
            "cost_by_payer",
            both(
                "Current law has a cost of its own; scenarios are shown with it.",
                "现行法律本身也有成本，各情景均包含在内。",
            ),
        ),
        FigureRef("cost_by_lever", both("The same cost by measure.", "同一成本按措施划分。")),
        Paragraph(
            both(
                "Costs are summed over the years of the horizon without discounting. Cost per additional birth "
                "divides them by additional births (of completed cohorts where the run followed them, else of the "
                "horizon), with Fieller's interval. What a measure would still owe families after the horizon is not in"
                " it. " + BUDGET[data.balanced_budget]["en"],
                "成本为期内逐年加总，未折现。每新增出生成本为额外成本除以新增出生数（如追踪到完整队列则按完整队列，否则按"
                "期内），并给出 Fieller 区间；期末之后仍应支付的部分未计入。" + BUDGET[data.balanced_budget]["zh"],
            ),
            "note",
        ),
    ]
    return Section("cost", title, lead, blocks)


def _cost_per_birth(row: pd.Series) -> Cell:
    if not finite(row["ratio"]):
        return both("not defined (no additional births)", "无法计算（没有新增出生）")
    if row["ratio"] < 0:
        return both("not defined (it costs less)", "无法计算（成本减少）")
    span = interval(row["low"], row["high"])
    if not finite(row["low"]) and not math.isinf(row["high"]):
        return number(row["ratio"])
    return Measured(number(row["ratio"]), span)


def _births_per_money(row: pd.Series) -> Cell:
    if not finite(row["ratio"]):
        return both("not defined (it costs less)", "无法计算（成本减少）")
    estimate = {key: row[key] * HUNDRED_MILLION for key in ("ratio", "low", "high")}
    return with_interval({**estimate, "mean": estimate["ratio"]}, 0)


def _in_words(cell: Cell) -> Text:
    """A cell in running text."""
    if isinstance(cell, Measured):
        return both(f"{cell.mean} yuan ({cell.span['en']})", f" {cell.mean} 元（{cell.span['zh']}）")
    if isinstance(cell, str):
        return both(f"{cell} yuan", f"{cell} 元")
    return cell.text if isinstance(cell, Verdict) else cell


def _cell(table: pd.DataFrame, scenario: str, category: str) -> dict[str, float]:
    found = table[(table["scenario"] == scenario) & (table["category"] == category)]
    return _estimate_of(found.iloc[0]) if not found.empty else {"mean": 0.0, "low": 0.0, "high": 0.0}


def _estimate_of(row: pd.Series) -> dict[str, float]:
    return {key: float(row[key]) for key in ("mean", "low", "high")}


def _millions(estimate: dict[str, float] | None, data: RunData) -> Cell:
    """Million yuan a year with the interval; a payer who pays the same in every run has none."""
    if estimate is None:
        return "–"
    scaled = {key: value / MILLION / data.horizon_years for key, value in estimate.items()}
    if scaled["low"] == scaled["high"]:
        return number(scaled["mean"], 1, sign=True)
    return with_interval(scaled, 1)


def _per_birth_table(data: RunData, names: list[str]) -> Table:
    """Cost per additional birth and births for money."""
    ratios, per_yuan = data.birth_costs.set_index("scenario"), data.births_per_yuan.set_index("scenario")
    rows: list[list[Cell]] = [
        [
            label_of(data, name),
            _cost_per_birth(ratios.loc[name]) if name in ratios.index else "–",
            _births_per_money(per_yuan.loc[name]) if name in per_yuan.index else "–",
        ]
        for name in names
    ]
    head: list[Cell] = [
        both("Scenario", "情景"), both("Yuan per additional birth", "每新增出生成本（元）"),
        both("Additional births per 100 million yuan", "每亿元新增出生"),
    ]  # fmt: skip
    caption = both(
        "What an additional birth costs all payers, with 95 % intervals",
        "每新增一个出生的成本（全部出资方）及 95 % 区间",
    )
    return Table("cost_per_birth", caption, head, rows)


def _lever_table(data: RunData, names: list[str]) -> Table:
    """Extra cost by measure: a row a measure that any scenario spends on otherwise than current law."""
    levers = data.costs_by("lever")
    levers = levers[levers["scenario"].isin(names)]
    sizes = levers.groupby("category")["mean"].apply(lambda v: v.abs().max()).sort_values(ascending=False)
    rows: list[list[Cell]] = []
    for lever in [str(name) for name, size in sizes.items() if size / MILLION / data.horizon_years >= 0.05]:
        label = both(data.lever_label(lever, "en"), data.lever_label(lever, "zh"))
        rows.append([label, *(_millions(_cell(levers, scenario, lever), data) for scenario in names)])
    caption = both(
        "Extra cost against current law by measure, million yuan a year, with 95 % intervals",
        "按措施的额外成本（相对现行法律，百万元/年）及 95 % 区间",
    )
    head: list[Cell] = [both("Measure", "措施"), *[label_of(data, name) for name in names]]
    return Table("cost_by_measure", caption, head, rows)


def gains_section(data: RunData) -> Section:
    """Who gains: births and benefits by order, income, county, town and village, registration, mother's age."""
    title = both("Who gains, and where?", "谁受益，在哪里？")
    blocks: list[Block] = [
        FigureRef(
            "who_gains",
            both(
                "Points are means of runs, lines 95 % intervals (Fieller). Percent of the births that the group has "
                "under "
                "current law. Income fifths are those of couples with a wife under 50.",
                "点为各次运行均值，线为 95 % 区间（Fieller）。以该组在现行法律下的出生数为 100 %。收入五等分按妻子 "
                "50 岁以下的夫妇划分。",
            ),
        ),
        FigureRef(
            "county_map",
            both(
                "Schematic: counties where they lie, roughly, without boundaries; area of a circle by residents. "
                "Left and "
                "right: blue rises, brown falls.",
                "示意图：县区为大致方位，不含边界；圆面积表示常住人口。左、右图：蓝色为上升，棕色为下降。",
            ),
        ),
    ]
    shares: list[tuple[float, str, str]] = []
    tables: list[Table] = []
    for dimension in ("order", "income_fifth", "county", "residence", "hukou"):
        births_table = _by_dimension(data, "births", dimension)
        cost_table = _by_dimension(data, "cost", dimension)
        made = (
            _gains_table(data, "births", dimension, births_table),
            _gains_table(data, "cost", dimension, cost_table),
        )
        tables += [table for table in made if table is not None]
        shares += [(row["mean"], g, s) for g, part in births_table.items() for s, row in part.items()]
    for dimension in ("income_fifth", "hukou", "mother_age"):
        logged = _logged_table(data, dimension)
        if logged is not None and f"gains_births_{dimension}" not in {table.name for table in tables}:
            tables.append(logged)
    if not tables:
        return Section(
            "gains", title, both("The run kept no breakdown of births or cost.", "本次运行没有分组的出生或成本数据。")
        )
    return Section("gains", title, _gains_lead(data, shares), [*blocks, *tables])


def _gains_lead(data: RunData, shares: list[tuple[float, str, str]]) -> Text:
    orders = [(v, g, s) for v, g, s in shares if g.startswith("order:")] or shares
    if not orders:
        return both("Additional births by mother's age are below.", "按母亲年龄的新增出生见下表。")
    value, group, scenario = max(orders)
    if value <= 0:
        return both("No group has more births than under current law.", "没有任何组别的出生数高于现行法律情景。")
    where, name = category(data, group), quoted(data, scenario)
    fifths = _fifths(data)
    return both(
        f"The largest gain is in {where['en'][0].lower() + where['en'][1:]}: {number(value, 0, sign=True)} under "
        f"{name['en']}{fifths['en']}.",
        f"增加最多的是{where['zh']}：{name['zh']}下 {number(value, 0, sign=True)}{fifths['zh']}。",
    )


def _fifths(data: RunData) -> Text:
    """How the strongest scenario moves the lowest and the highest fifth of incomes."""
    table, scenario = relative_gains(data, "income_fifth"), strongest(data)
    own = table[table["scenario"] == scenario].set_index("group")
    if not {"income_fifth:1", "income_fifth:5"} <= set(own.index):
        return both("", "")
    low, high = (
        f"{number(100 * float(own.loc[g, 'mean']), 1, sign=True)} %" for g in ("income_fifth:1", "income_fifth:5")
    )
    return both(
        f"; births of the lowest income fifth change by {low}, of the highest by {high}",
        f"；最低收入五分之一家庭的出生数变化 {low}，最高五分之一 {high}",
    )


def _by_dimension(data: RunData, indicator: str, dimension: str) -> Gains:
    """group -> scenario -> estimate of the effect summed over the horizon."""
    found: Gains = {}
    for group in data.groups(indicator):
        if set(group_dimensions(group)) == {dimension}:
            table = data.summed(indicator, group)
            found[group] = {
                str(r["scenario"]): {k: float(r[k]) for k in ("mean", "low", "high")} for _, r in table.iterrows()
            }
    return found


BUDGET = {
    False: both("Payers' budgets are not fed back on households.", "出资方的预算不反馈到家庭。"),
    True: both(
        "What governments spend more than before is levied on all households' incomes in the next year.",
        "政府较之前多支出的部分于次年按收入向所有家庭征收。",
    ),
}
"""Who pays in the end, with the balanced-budget switch off and on."""

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
                row.append(_millions(estimate, data))
            else:
                row.append(with_interval(estimate, 0))
        rows.append(row)
    head: list[Cell] = [both("Scenario", "情景"), *[category(data, group) for group in found]]
    by = DIMENSIONS.get(dimension, both(dimension, dimension))
    caption = {
        "births": both(f"Additional births by {by['en'].lower()}", f"按{by['zh']}的新增出生"),
        "cost": both(f"Extra cost by {by['en'].lower()}, million yuan a year", f"按{by['zh']}的额外成本（百万元/年）"),
    }[indicator]
    return Table(f"gains_{indicator}_{dimension}", caption, head, rows)


def _logged_table(data: RunData, dimension: str) -> Table | None:
    """Additional births along a dimension that only the births log knows."""
    start = f"within_horizon;{dimension}:"
    quantities = [str(q) for q in data.split["quantity"].unique() if str(q).startswith(start)]
    if not quantities:
        return None
    rows: list[list[Cell]] = [
        [label_of(data, s), *[with_interval(data.split_value(s, quantity), 0) for quantity in quantities]]
        for s in data.policies
    ]
    names = [q.removeprefix("within_horizon;") for q in quantities]
    head: list[Cell] = [both("Scenario", "情景"), *[category(data, name) for name in names]]
    by = DIMENSIONS[dimension]
    caption = both(f"Additional births by {by['en'].lower()}", f"按{by['zh']}的新增出生")
    return Table(f"gains_births_{dimension}", caption, head, rows)
