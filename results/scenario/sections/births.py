"""Sections on births: added, brought forward or paid for anyway; completed fertility; measures together."""

from __future__ import annotations

import pandas as pd

from results.analysis.compare import t_interval
from results.analysis.tfr_parts import tfr_parts
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import NOTHING, Number
from results.content.estimates import people_cell, people_said, told_apart, with_interval
from results.content.words import Text
from results.scenario.answers import births_by_replicate, births_name, leader, years_text, years_zh
from results.scenario.data import RunData, group_dimensions
from results.scenario.figures import paths
from results.scenario.figures.bars import additional_births
from results.scenario.sections.effects import label_of, not_told_text, quoted, with_births


def births_section(data: RunData) -> Section:
    """How many births a scenario adds, how many it only brings forward, how many it pays for anyway."""
    title = both("Additional, brought forward, or would have happened anyway?", "新增、提前，还是本来就会出生？")
    names = [name for name in data.policies if data.split_value(name, "within_horizon")]
    if not names:
        return Section("births", title, both("No births to compare.", "没有可比较的出生数。"))
    blocks: list[Block] = [
        _split_table(data, names),
        FigureRef(
            additional_births,
            both("Points are means over replicates, bars 95 % intervals.", "点为各次独立模拟的均值，横线为 95% 区间。"),
        ),
        Paragraph(_how_split(data), "note"),
        *_completed_fertility(data),
        *_decomposition(data),
        FigureRef(
            paths.marriage,
            both(
                "Marriage is a decision of the model too: a measure can move births through it.",
                "结婚也是模型中的决策，政策可经由结婚影响生育。",
            ),
        ),
        _matched_table(data, names),
        Paragraph(
            both(
                "Births of two arms matched one by one (same mother, same order) illustrate timing. They include "
                "couples whose partner merely changed, and are no effects.",
                "上表按同一母亲、同一孩次逐一匹配两情景的出生，仅说明时间变化；其中包括仅因配偶变动产生的差异，"
                "并非政策效应。",
            ),
            "note",
        ),
    ]
    return Section("births", title, _lead(data), blocks)


def _lead(data: RunData) -> Text:
    """The leading scenario's births, over lives and within the horizon, and whether others can be told from it."""
    found = leader(data)
    if found is None:
        return both("No births to compare.", "没有可比较的出生数。")
    top, others = found
    name, equals = quoted(data, top), with_births(data, others)
    within = data.split_value(top, "within_horizon") or {}
    apart = both("", "")
    if others:
        tie = not_told_text(equals)
        apart = both(f" It is {tie['en']}.", f"{tie['zh']}。")
    inside = people_said(within)
    if not data.cohorts_completed:
        return both(
            f"Within {years_text(data)}, {name['en']} comes with {inside['en']} births against current law; cohorts "
            "were not followed to age 50, so how many of them are only brought forward is not "
            f"identified.{apart['en']}",
            f"{years_zh(data)} 年内，{name['zh']}比现行政策{inside['zh']}；本次模拟未将队列追踪至 50 岁，"
            f"不能识别其中有多少只是提前生育。{apart['zh']}",
        )
    total = data.split_value(top, data.births_quantity) or {}
    return both(
        f"{name['en']} comes with {people_said(total)['en']} additional births in completed cohorts; within "
        f"{years_text(data)} the difference is {inside['en']}.{apart['en']}",
        f"{name['zh']}按完整队列计累计{people_said(total)['zh']}；{years_zh(data)} 年内{inside['zh']}。{apart['zh']}",
    )


_SPLIT: tuple[tuple[str, Text], ...] = (
    ("within_horizon", both("More within the horizon", "期内多出生")),
    ("births_additional", both("Additional (completed cohorts)", "新增（完整队列）")),
    (
        "births_brought_forward",
        both(
            "Horizon less additional: fewer (+) or more (−) births after the horizon",
            "期内之差减新增：期末后出生较少（+）或较多（−）",
        ),
    ),
    ("births_paid", both("Births paid for, from the measure's start", "受资助出生（自措施实施起）")),
    ("births_deadweight", both("Deadweight: paid for, not additional", "无谓受助出生：受资助而非新增")),
)


def _split_table(data: RunData, names: list[str]) -> Table:
    shown = [(key, head) for key, head in _SPLIT if any(data.split_value(name, key) for name in names)]
    rows: list[list[Cell]] = []
    for name in names:
        cells: list[Cell] = [label_of(data, name)]
        for key, _ in shown:
            found = data.split_value(name, key)
            plain = key in ("births_paid", "births_deadweight")
            cells.append(people_cell(found, sign=not plain))
        rows.append(cells)
    caption = both(
        f"Births against current law, scaled to the city; horizon: {years_text(data)}",
        f"出生数与现行政策比较（已放大到全市；期内指 {years_zh(data)} 年）",
    )
    return Table("births_split", caption, [both("Scenario", "情景"), *[head for _, head in shown]], rows)


def _how_split(data: RunData) -> Text:
    if not data.cohorts_completed:
        return both(
            "The difference within the horizon is that of the counts of two arms of one seed. Splitting it into added "
            "and brought-forward births needs complete_cohorts: true in the config.",
            "期内之差为同一种子两情景出生数之差。要区分新增与提前，须在配置中设 complete_cohorts: true。",
        )
    return both(
        f"After {data.end_year} every arm lives on under current law until all women who were fertile in the horizon "
        "are 50. Additional births are the difference of completed births of these cohorts. The difference within "
        "the horizon less the additional ones is positive where fewer births than under current law follow after it: "
        "some were brought forward into the horizon or, where a scenario has fewer births, more are lost after it. "
        "It is negative where more follow: part of what is added, or put off, is born after it. Births paid for "
        "are those of the orders on which the scenario's own measures spend more than current law, from the month in "
        "which the measure starts, whether or not the family claims; measures that pay for no single child have none. "
        "Studies find that a "
        "third to all of the births gained in ten years last, the model lets nearly all of them last (section on "
        "back-tests), so additional births are rather too many.",
        f"{data.end_year} 年后各情景均恢复现行政策，直至期内所有育龄妇女满 50 岁。新增为这些队列终身生育数之差；"
        "期内之差减去新增，为正表示期末之后的出生少于现行政策：有出生被提前到期内，或（出生减少的情景）期末之后继续减少；"
        "为负表示期末之后的出生较多：部分新增或推迟的出生在期末之后。"
        "受资助出生指自措施实施之月起，该情景措施"
        "支出高于现行政策的孩次的出生，不论家庭是否申领；不针对单个孩子的措施没有此项。"
        "研究显示十年内新增的出生中三分之一至全部会保留，而模型中几乎全部保留（见回溯检验一节），"
        "故新增出生可能偏多。",
    )


def _completed_fertility(data: RunData) -> list[Block]:
    """Completed fertility of the cohorts of the horizon beside the period rate."""
    groups = [g for g in data.groups("cohort_fertility") if set(group_dimensions(g)) == {"cohort"}]
    if not groups:
        return []
    rows: list[list[Cell]] = []
    for group in groups:
        level = data.value("cohort_fertility", data.baseline, data.end_year, group)
        born = group.split(":", 1)[1]
        cells: list[Cell] = [both(born.replace("-", "–"), born.replace("-", "—"))]
        cells.append(Number(level["mean"], digits=2) if level else NOTHING)
        for name in data.policies:
            cells.append(with_interval(data.effect("cohort_fertility", name, data.end_year, group), 3))
        rows.append(cells)
    head: list[Cell] = [both("Women born", "妇女出生年份"), both("Current law", "现行政策")]
    head += [label_of(data, name) for name in data.policies]
    caption = both(
        "Completed fertility by birth cohort: children per woman under current law, and differences from it",
        "按出生队列的终身生育率：现行政策下的水平及各情景之差",
    )
    return [Table("completed_fertility", caption, head, rows)]


def _decomposition(data: RunData) -> list[Block]:
    """The change of the TFR that comes through marriage, and within marriage."""
    parts = tfr_parts(data.rows("asfr"), data.rows("married"), data.rows("tfr"), data.baseline)
    first = data.first_year_in_force
    parts = parts[parts["year"].between(first, data.end_year)]
    if parts.empty:
        return []
    means = parts.groupby(["scenario", "seed", "part"])["value"].mean()
    rows: list[list[Cell]] = []
    for name in data.policies:
        cells: list[Cell] = [label_of(data, name)]
        for part in ("total", "marriage", "within_marriage", "rest"):
            mean, low, high = t_interval(means[name].xs(part, level="part").to_numpy())
            cells.append(with_interval({"mean": mean, "low": low, "high": high}, 3))
        rows.append(cells)
    head = [
        both("Scenario", "情景"),
        both("Change of the TFR", "总和生育率变化"),
        both("through more women married", "因有配偶比例变化"),
        both("through births within marriage", "因婚内生育率变化"),
        both("rest (ages within five years)", "余项（五岁组内年龄构成）"),
    ]
    caption = both(
        f"Change of the TFR, mean of {first}–{data.end_year}: marriage and fertility within marriage",
        f"{first}—{data.end_year} 年总和生育率平均变化的分解：婚姻与婚内生育",
    )
    return [Table("tfr_decomposition", caption, head, rows)]


def _matched_table(data: RunData, names: list[str]) -> Table:
    quantities = ("births_baseline", "scenario_only", "baseline_only", "earlier", "later")
    rows: list[list[Cell]] = []
    for name in names:
        cells: list[Cell] = [label_of(data, name)]
        for quantity in quantities:
            found = data.split_value(name, quantity)
            cells.append(people_cell(found, sign=False))
        rows.append(cells)
    head = [
        both("Scenario", "情景"),
        both("Births under current law", "现行政策下出生数"),
        both("In scenario only", "仅见于该情景"),
        both("In current law only", "仅见于现行政策"),
        both("Same birth, earlier", "同一生育提前"),
        both("Same birth, later", "同一生育推迟"),
    ]
    return Table("births_matched_summary", both("Churn between the arms", "两情景间的个体变动"), head, rows)


def together_section(data: RunData) -> Section | None:
    """What measures do together that they do not do alone; None where the config asks for no pairs."""
    title = both("Do measures add up?", "措施效果可以相加吗？")
    wide = births_by_replicate(data)
    rows: list[list[Cell]] = []
    clear = 0
    for pair in data.context.get("interactions", []):
        (one, other), joint = pair["alone"], pair["together"]
        if not {one, other, joint} <= set(wide.columns):
            continue
        extra = wide[joint] - wide[one] - wide[other]
        found = [_estimate(values) for values in (wide[one], wide[other], wide[joint], extra)]
        clear += told_apart(found[-1])
        rows.append([label_of(data, one), label_of(data, other), *(people_cell(each) for each in found)])
    if not rows:
        return None
    pairs = "pair does" if clear == 1 else "pairs do"
    open_pairs = clear < len(rows)
    lead = both(
        f"{clear} of {len(rows)} {pairs} something together that can be told apart from the sum of each alone (95 % "
        f"intervals, pair by pair).{' Not told apart is no proof that measures add up.' if open_pairs else ''}",
        f"{len(rows)} 对措施中有 {clear} 对的合并效果与各自效果之和可以区分（逐对的 95% 区间）。"
        f"{'不能区分并不证明效果可以直接相加。' if open_pairs else ''}",
    )
    head = [
        both("One", "措施一"), both("Other", "措施二"), both("One alone", "仅措施一"), both("Other alone", "仅措施二"),
        both("Together", "两者同时"), both("Together less the sum", "同时减各自之和"),
    ]  # fmt: skip
    name = births_name(data)
    caption = both(
        f"{name['en'][0].upper()}{name['en'][1:]} against current law, alone and together",
        f"单独与同时实施时相对现行政策的{name['zh']}",
    )
    return Section("together", title, lead, [Table("interactions", caption, head, rows, text_columns=2)])


def _estimate(values: pd.Series) -> dict[str, float]:
    mean, low, high = t_interval(values.to_numpy())
    return {"mean": mean, "low": low, "high": high, "n": float(values.count())}
