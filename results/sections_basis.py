"""Sections on what the numbers rest on: plan indicators, levers and their evidence."""

from __future__ import annotations

import math
from typing import Any

from results.blocks import Block, Bullets, Cell, FigureRef, Paragraph, Section, Table, both
from results.run_data import RunData
from results.sections_effects import label_of
from results.words import GRADES, Text, joined, number, payer_label, plain_month

NEAR = 0.05
"""A plan figure given as "about" counts as met within this relative distance."""


def plan_section(data: RunData) -> Section:
    """The plan's indicators against their targets."""
    title = both("How do the plan's indicators stand?", "规划指标进展如何？")
    rows: list[list[Cell]] = []
    met, shown, absent = [], [], []
    for target in data.context["targets"]:
        name = target["indicator"]
        year = min(int(target["year"]), data.end_year)
        values = {s: data.value(name, s, year) for s in data.scenarios}
        if values.get(data.baseline) is None:
            absent.append(name)
            continue
        shown.append(name)
        baseline = values[data.baseline]
        if baseline is not None and _meets(baseline["mean"], target):
            met.append(name)
        row: list[Cell] = [_indicator(data, name), str(year), _target_text(target)]
        row += [_amount(v["mean"] if v else math.nan, target["unit"]) for v in values.values()]
        rows.append(row)
    if not rows:
        return Section("plan", title, both("The run kept none of the plan's indicators.", "本次运行未保留规划指标。"))
    lead = both(
        f"Under current law {len(met)} of {len(shown)} plan indicators are met"
        + (f": {joined([data.indicator_label(n, 'en') for n in met], 'en')}." if met else "."),
        f"现行法律下 {len(shown)} 项规划指标中有 {len(met)} 项达标"
        + (f"：{joined([data.indicator_label(n, 'zh') for n in met], 'zh')}。" if met else "。"),
    )
    head: list[Cell] = [both("Indicator", "指标"), both("Year", "年份"), both("Target", "目标")]
    head += [label_of(data, s) for s in data.scenarios]
    blocks: list[Block] = [
        Table("plan", both("Plan indicators, mean over seeds", "规划指标（各种子均值）"), head, rows),
        FigureRef("nursery_use", both("Places in nurseries and their use.", "托位与使用情况。")),
        FigureRef("pyramid", both("Residents by age and sex.", "按年龄和性别的常住人口。")),
    ]
    if absent:
        en = joined([data.indicator_label(n, "en") for n in absent], "en")
        zh = joined([data.indicator_label(n, "zh") for n in absent], "zh")
        blocks.append(Paragraph(both(f"Not kept by this run: {en}.", f"本次运行未保留：{zh}。"), "note"))
    blocks.append(
        Paragraph(
            both(
                f'A target given as "about" counts as met within {100 * NEAR:.0f} % of it.',
                f"“约”类目标以相差 {100 * NEAR:.0f} % 以内为达标。",
            ),
            "note",
        )
    )
    return Section("plan", title, lead, blocks)


def _meets(value: float, target: dict[str, Any]) -> bool:
    goal = float(target["value"])
    if target["sense"] == "at least":
        return value >= goal
    if target["sense"] == "at most":
        return value <= goal
    return abs(value - goal) <= NEAR * abs(goal)


def _target_text(target: dict[str, Any]) -> Text:
    amount = _amount(float(target["value"]), target["unit"])
    words = {"at least": ("at least ", "不低于 "), "at most": ("at most ", "不高于 ")}.get(
        target["sense"], ("about ", "约 ")
    )
    return both(words[0] + amount, words[1] + amount)


def _amount(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "–"
    if unit.startswith("share"):
        return f"{100 * value:.1f} %"
    return number(value, 0 if abs(value) >= 1000 else 2)


def _indicator(data: RunData, name: str) -> Text:
    return both(data.indicator_label(name, "en"), data.indicator_label(name, "zh"))


def evidence_section(data: RunData) -> Section:
    """What each lever rests on, and what is an assumption."""
    title = both("What do the effects rest on?", "效应的依据是什么？")
    used = [(name, data.context["levers"][name]) for name in data.context["levers_used"]]
    bare = [name for name, card in used if not card["evidence"]]
    lead = both(
        f"Measures changed by the scenarios: {len(used)}. Resting on published evidence: {len(used) - len(bare)}; on "
        f"assumption alone: {len(bare)}.",
        f"各情景共改变 {len(used)} 项措施，其中 {len(used) - len(bare)} 项有已发表证据"
        + (f"，{len(bare)} 项仅为假设。" if bare else "。"),
    )
    blocks: list[Block] = [_lever_table(data, used)]
    changes = _change_table(data)
    if changes is not None:
        blocks.append(changes)
    assumed = {c["parameter"] for s in data.context["scenarios"] for c in s["changes"] if c["assumed"]}
    if assumed:
        blocks.append(
            Paragraph(
                both(
                    f"Doses without a source, assumed by the author of the scenario: {', '.join(sorted(assumed))}.",
                    f"未注明来源、由情景作者假设的取值：{'、'.join(sorted(assumed))}。",
                ),
                "warn",
            )
        )
    blocks += _left_out(data)
    rows = _evidence_table(data)
    if rows is not None:
        blocks.append(rows)
    grades_en = "; ".join(f"{g} {t['en']}" for g, t in GRADES.items())
    grades_zh = "；".join(f"{g} {t['zh']}" for g, t in GRADES.items())
    blocks.append(Paragraph(both(f"Grades: {grades_en}.", f"等级：{grades_zh}。"), "note"))
    blocks.append(Bullets(IMPOSED))
    return Section("evidence", title, lead, blocks)


IMPOSED = [
    both(
        "Imposed, not findings: how far social influence amplifies (bounded at a quarter), the drift of marriage "
        "since 2010, and who bears the time and cost of leave.",
        "属设定而非发现：社会影响的放大（上限四分之一）、2010 年以来婚姻的趋势变化、休假时间与成本由谁承担。",
    ),
    both(
        "Emergent: timing of first marriage and births, the short rise after the rules of 2013 and 2016, responses "
        "by order, the lag of childcare, the effect of dear housing.",
        "属涌现结果：初婚初育时间、2013 与 2016 年政策后的短暂回升、分孩次反应、托育的滞后效应、高房价的影响。",
    ),
]


def _lever_table(data: RunData, used: list[tuple[str, dict[str, Any]]]) -> Table:
    rows: list[list[Cell]] = []
    for _, card in used:
        best = card["best_grade"]
        count = len(card["evidence"])
        basis = (
            both(f"Rows of evidence: {count}, best grade {best}", f"{count} 条证据，最高等级 {best}")
            if best
            else both(f"Assumption: {card['assumption']['en']}", f"假设：{card['assumption']['zh']}")
        )
        payers = sorted({p for shares in card["payers"].values() for p in shares})
        pays = both(", ".join(payer_label(p, "en") for p in payers), "、".join(payer_label(p, "zh") for p in payers))
        missing = both(" ".join(i["en"] for i in card["not_modelled"]), "".join(i["zh"] for i in card["not_modelled"]))
        rows.append([card["label"], card["channel"], basis, pays, missing])
    head: list[Cell] = [
        both("Measure", "措施"),
        both("How it acts", "作用途径"),
        both("Basis", "依据"),
        both("Who pays", "出资方"),
        both("Not modelled", "未纳入模型"),
    ]
    return Table("levers", both("Measures of the scenarios", "情景中的措施"), head, rows, text_columns=5)


def _change_table(data: RunData) -> Table | None:
    rows: list[list[Cell]] = []
    for scenario in data.policies:
        for change in data.scenario_card(scenario)["changes"]:
            lever = data.context["levers"][change["lever"]]["label"]
            measure = both(f"{lever['en']}: {change['label']['en']}", f"{lever['zh']}：{change['label']['zh']}")
            ends = f" – {change['to']}" if change["to"] else ""
            source = both(change["reference"], change["reference"]) if change["reference"] else both("assumed", "假设")
            rows.append(
                [
                    label_of(data, scenario),
                    measure,
                    f"{change['from']}{ends}",
                    change["announced"],
                    source,
                    _plain(change["law"]),
                    _plain(change["value"]),
                    change["unit"],
                ]
            )
    if not rows:
        return None
    head: list[Cell] = [
        both("Scenario", "情景"),
        both("What changes", "变动内容"),
        both("From", "自"),
        both("Known from", "公布于"),
        both("Source", "来源"),
        both("Law", "现行值"),
        both("Scenario", "情景值"),
        both("Unit", "单位"),
    ]
    return Table("changes", both("What each scenario changes", "各情景的具体变动"), head, rows, text_columns=5)


def _plain(value: float) -> str:
    return number(value, 0) if float(value).is_integer() else f"{value:g}"


def _left_out(data: RunData) -> list[Block]:
    items = []
    for scenario in data.policies:
        card, name = data.scenario_card(scenario), label_of(data, scenario)
        if card["law_of"]:
            items.append(
                both(
                    f"{name['en']} freezes the law of {plain_month(card['law_of'], 'en')}.",
                    f"{name['zh']}：保持 {plain_month(card['law_of'], 'zh')} 的法律。",
                )
            )
        if card["leaves_out"]:
            en, zh = " ".join(i["en"] for i in card["leaves_out"]), "".join(i["zh"] for i in card["leaves_out"])
            items.append(both(f"{name['en']} leaves out: {en}", f"{name['zh']}未包含：{zh}"))
    return [Bullets(items)] if items else []


def _evidence_table(data: RunData) -> Table | None:
    rows: list[list[Cell]] = []
    for key, card in data.context["evidence"].items():
        effect = " ".join(part for part in (card["effect"], card["unit"]) if part)
        rows.append(
            [
                key,
                card["what"],
                card["where"],
                f"{card['outcome']}: {effect}" if card["outcome"] else effect,
                card["citation"],
                card["grade"],
            ]
        )
    if not rows:
        return None
    head: list[Cell] = [
        both("Row", "编号"),
        both("What", "内容"),
        both("Where", "地点"),
        both("Effect", "效应"),
        both("Source", "来源"),
        both("Grade", "等级"),
    ]
    return Table("evidence", both("Evidence cited by these measures", "上述措施引用的证据"), head, rows, text_columns=6)
