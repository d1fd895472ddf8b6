"""The section on cost: what each scenario costs, who pays, and what a birth costs."""

from __future__ import annotations

import pandas as pd

from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import NOTHING, Number, Scaled, missing
from results.content.estimates import (
    finite,
    money_said,
    turned,
    with_interval,
)
from results.content.money import YUAN, in_unit, money_cell
from results.content.words import Text
from results.scenario.answers import (
    births_name,
    cost_a_year,
    cost_by_replicate,
    cost_per_birth,
    cost_per_birth_within,
    in_force_text,
    not_told_apart,
    one_birth_name,
    years_text,
    years_zh,
)
from results.scenario.data import RunData
from results.scenario.figures.bars import cost_by_lever, cost_by_payer
from results.scenario.sections.effects import free_note, label_of, names_joined, not_told_text, quoted
from results.scenario.sections.opening import birth_price_said
from results.trust.open_order import concerns, families_of, paragraph

HUNDRED_MILLION = 1e8
NOT_BOOKED: Text = both("not booked apart", "未单列")
COSTS_NO_MORE: Text = both("not defined (it costs no more)", "无法计算（支出未增加）")
LEAST_A_YEAR = 5e4
"""A measure that moves less than so many yuan a year and that no scenario changes has no row."""


def cost_section(data: RunData) -> Section:
    """Cost by payer and measure, and per additional birth."""
    title = both("What does it cost, and who pays?", "支出多少、由谁承担？")
    table = data.extra_cost
    if table.empty:
        return Section("cost", title, both("The run kept no costs.", "本次模拟没有支出数据。"))
    table = table.set_index("scenario")
    names = [name for name in data.policies if name in table.index]
    top = max(names, key=lambda name: table.loc[name, "mean"])
    lead = _cost_lead(data, top)
    payers = data.costs_by("payer")
    payers = payers[payers.groupby("category")["mean"].transform(lambda v: v.abs().max()) > 0]
    order = list(payers.groupby("category")["mean"].apply(lambda v: v.abs().sum()).sort_values(ascending=False).index)
    rows: list[list[Cell]] = []
    for scenario in names:
        row: list[Cell] = [label_of(data, scenario), cost_cell(_estimate_of(table.loc[scenario]), data, scenario)]
        row += [cost_cell(_cell(payers, scenario, payer), data, scenario) for payer in order]
        row.insert(1, in_force_text(data, scenario))
        rows.append(row)
    head: list[Cell] = [both("Scenario", "情景"), both("Years in force", "实施年份"), both("All payers", "合计")]
    head += [both(data.payer_label(p, "en"), data.payer_label(p, "zh")) for p in order]
    blocks: list[Block] = [
        Table(
            "cost",
            in_unit(
                "Extra cost against current law by payer, million yuan a year of those in force, with 95 % intervals",
                "按出资方的额外支出（相对现行政策，实施期内年均，{unit}/年）及 95% 区间",
            ),
            head,
            rows,
            text_columns=2,
        ),
        *_open_order(data, names),
        _per_birth_table(data, names),
        *_lever_blocks(data, names),
        FigureRef(
            cost_by_payer,
            both(
                "Current law has a cost of its own; scenarios are shown with it.",
                "现行政策本身也有支出，各情景均包含在内。",
            ),
        ),
        FigureRef(cost_by_lever, both("The same cost by measure.", "同一支出按措施划分。")),
        Paragraph(_how_counted(data), "note"),
        *_within_price(data, top),
    ]
    return Section("cost", title, lead, blocks)


def _cost_lead(data: RunData, top: str) -> Text:
    """What the dearest scenario costs a year, and what a birth costs under it."""
    cost, name, years = cost_a_year(data, top), quoted(data, top), in_force_text(data, top)
    assert cost is not None
    each, more = birth_price_said(data, top), cost["mean"] >= 0
    size = money_said(cost if more else turned(cost))
    if len(data.policies) > 1 and more:
        tied = not_told_apart(cost_by_replicate(data), top)
        tie = not_told_text(names_joined(data, tied))
        name = both(
            f"{name['en']}, the dearest scenario{' (' + tie['en'] + ')' if tied else ''},",
            f"支出最多的情景{name['zh']}{'（' + tie['zh'] + '）' if tied else ''}",
        )
    return both(
        f"{name['en']} costs {size['en']} {'more' if more else 'less'} a year ({years['en']}) than current law; "
        f"{each['en']}.",
        f"{name['zh']}在 {years['zh']}每年比现行政策{'多' if more else '少'}支出 {size['zh']}；{each['zh']}。",
    )


def _how_counted(data: RunData) -> Text:
    """How costs are counted and divided."""
    name, budget = births_name(data), BUDGET[data.balanced_budget]
    return both(
        "Costs are summed over the horizon without discounting; a cost a year divides by the years in which the "
        f"scenario's law differs from current law. Cost per {one_birth_name(data)['en']} divides the whole extra "
        f"cost by {name['en']}, with Fieller's interval. What a measure would still owe families after the horizon "
        f"is not in it. {budget['en']}",
        "支出为期内逐年加总，未折现；年均支出以该情景政策与现行政策不同的年数相除。"
        f"{one_birth_name(data)['zh']}的成本为全部额外支出除以{name['zh']}，并给出 Fieller 区间；"
        "期末之后仍应支付的部分未计入。"
        f"{budget['zh']}",
    )


def _within_price(data: RunData, top: str) -> list[Block]:
    """What a birth costs when those after the horizon are left out, where the printed price counts them."""
    found = cost_per_birth_within(data, top)
    if not data.cohorts_completed or found is None:
        return []
    name, price = quoted(data, top), money_said(found)
    text = both(
        f"Additional births after {data.end_year} are in the cost per additional birth, costs after it are not. By "
        f"births within {years_text(data)} alone, {name['en']} costs {price['en']} a birth.",
        f"每多出生一人的成本计入 {data.end_year} 年后的新增出生，而未计入其后的支出。若仅按 {years_zh(data)} "
        "年内多出生人数计，"
        f"{name['zh']}每多出生一人的成本为 {price['zh']}。",
    )
    return [Paragraph(text, "note")]


def _open_order(data: RunData, names: list[str]) -> list[Block]:
    """Why the order of births for money is open, before the table that orders them; and what costs nothing."""
    blocks: list[Block] = []
    changed = {change["lever"] for name in names for change in data.scenario_card(name)["changes"]}
    if concerns(families_of(data.context, changed)):
        blocks.append(Paragraph(paragraph(), "warn"))
    return [*blocks, *free_note(data, names)]


def _cost_per_birth(data: RunData, scenario: str) -> Number | Scaled:
    found = cost_per_birth(data, scenario)
    if found is not None:
        return money_cell(found, sign=False, english=YUAN)
    cost = cost_a_year(data, scenario)
    if cost is not None and cost["mean"] <= 0:
        return missing(COSTS_NO_MORE)
    return missing(both("not defined (births do not rise)", "无法计算（出生未增加）"))


def _births_per_money(row: pd.Series) -> Number:
    if not finite(row["ratio"]):
        return missing(COSTS_NO_MORE)
    estimate = {key: row[key] * HUNDRED_MILLION for key in ("ratio", "low", "high")}
    return with_interval({**estimate, "mean": estimate["ratio"]}, 0)


def _cell(table: pd.DataFrame, scenario: str, category: str) -> dict[str, float]:
    found = table[(table["scenario"] == scenario) & (table["category"] == category)]
    return _estimate_of(found.iloc[0]) if not found.empty else {"mean": 0.0, "low": 0.0, "high": 0.0}


def _estimate_of(row: pd.Series) -> dict[str, float]:
    return {key: float(row[key]) for key in ("mean", "low", "high")}


def cost_cell(estimate: dict[str, float] | None, data: RunData, scenario: str) -> Number | Scaled:
    """Yuan a year of those in force, with the interval; a payer who pays the same in every run has none."""
    if estimate is None:
        return NOTHING
    years = data.years_in_force(scenario)
    return money_cell({key: value if key == "n" else value / years for key, value in estimate.items()})


def _per_birth_table(data: RunData, names: list[str]) -> Table:
    """Cost per additional birth and births for money."""
    per_yuan = data.births_per_yuan.set_index("scenario")
    rows: list[list[Cell]] = [
        [
            label_of(data, scenario),
            _cost_per_birth(data, scenario),
            _births_per_money(per_yuan.loc[scenario]) if scenario in per_yuan.index else NOTHING,
        ]
        for scenario in names
    ]
    one, name = one_birth_name(data), births_name(data)
    head: list[Cell] = [
        both("Scenario", "情景"), in_unit(f"Yuan per {one['en']}", f"{one['zh']}的成本（{{unit}}）", of_files="元"),
        both(f"{name['en'][0].upper()}{name['en'][1:]} per 100 million yuan", f"每亿元带来的{name['zh']}"),
    ]  # fmt: skip
    caption = both("What a birth costs all payers, with 95 % intervals", "每多出生一人的成本（全部出资方）及 95% 区间")
    return Table("cost_per_birth", caption, head, rows)


def _lever_blocks(data: RunData, names: list[str]) -> list[Block]:
    """The table by measure, and what it means that a measure is not booked apart."""
    table = _lever_table(data, names)
    if not any(missing(NOT_BOOKED) in row for row in table.rows):
        return [table]
    note = both(
        f"“{NOT_BOOKED['en'].capitalize()}”: the ledger has no amount of the measure's own, because it costs nothing "
        "in the model or moves the cost of other measures from one payer to another. The sum over payers stays; who "
        "bears it stands in the table by payer.",
        f"“{NOT_BOOKED['zh']}”：账目中没有该措施自身的金额，因其在模型中不计成本，或仅把其他措施的支出由一方转给另一方："
        "合计不变，由谁承担见按出资方的表。",
    )
    return [table, Paragraph(note, "note")]


def _lever_table(data: RunData, names: list[str]) -> Table:
    """Extra cost by measure: a row a measure that any scenario spends on otherwise than current law, then one each that
    a scenario changes and the ledger has no line for, as where one payer takes over from another."""
    levers = data.costs_by("lever")
    levers = levers[levers["scenario"].isin(names)]
    sizes = levers.groupby("category")["mean"].apply(lambda v: v.abs().max()).sort_values(ascending=False)
    rows: list[list[Cell]] = []
    booked = [str(name) for name, size in sizes.items() if size / data.horizon_years >= LEAST_A_YEAR]
    for lever in booked:
        label = both(data.lever_label(lever, "en"), data.lever_label(lever, "zh"))
        rows.append([label, *(cost_cell(_cell(levers, scenario, lever), data, scenario) for scenario in names)])
    changed = {name: data.levers_changed(name) for name in names}
    for lever in sorted(set().union(*changed.values()) - set(booked)):
        label = both(data.lever_label(lever, "en"), data.lever_label(lever, "zh"))
        rows.append([label, *(missing(NOT_BOOKED) if lever in changed[name] else NOTHING for name in names)])
    caption = in_unit(
        "Extra cost against current law by measure, million yuan a year of those in force, with 95 % intervals",
        "按措施的额外支出（相对现行政策，实施期内年均，{unit}/年）及 95% 区间",
    )
    head: list[Cell] = [both("Measure", "措施"), *[label_of(data, name) for name in names]]
    return Table("cost_by_measure", caption, head, rows)


BUDGET = {
    False: both("Payers' budgets are not fed back on households.", "出资方的预算不反馈到家庭。"),
    True: both(
        "What governments spend more than before is levied on all households' incomes in the next year.",
        "政府较之前多支出的部分于次年按收入向所有家庭征收。",
    ),
}
"""Who pays in the end, with the balanced-budget switch off and on."""
