"""The section on the plan: every indicator against its target, scenario by scenario."""

from __future__ import annotations

from typing import Any

from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, Verdict, both
from results.content.cells import NOTHING, Number
from results.content.estimates import finite, rounded
from results.content.words import Text, joined
from results.scenario.data import RunData
from results.scenario.figures.city_plan import plan_scoreboard
from results.scenario.figures.paths import nursery_use
from results.scenario.gains import not_drawn
from results.scenario.goals import MOST_MARKS, NEAR, WHOLE, Goal, goals_kept, level, tone_of, with_unit
from results.scenario.sections.effects import free_note, label_of


def plan_section(data: RunData) -> Section:
    """The plan's indicators against their targets."""
    title = both("How do the plan's indicators stand?", "规划指标进展如何？")
    goals = goals_kept(data)
    if not goals:
        return Section("plan", title, both("The run kept none of the plan's indicators.", "本次模拟未保留规划指标。"))
    met = [g.name for g in goals if tone_of(g.values[data.baseline]["mean"], g.target) == "good"]
    changed = _moved_over(data, goals)
    lead = both(
        f"Under current law {len(met)} of {len(goals)} plan indicators are met (“about” within {100 * NEAR:.0f} %)"
        + (f": {joined([data.indicator_label(n, 'en') for n in met], 'en')}" if met else "")
        + changed["en"]
        + ".",
        f"现行政策下 {len(goals)} 项规划指标中有 {len(met)} 项达标（“约”类目标以相差 {100 * NEAR:.0f}% 以内计）"
        + (f"：{joined([data.indicator_label(n, 'zh') for n in met], 'zh')}" if met else "")
        + changed["zh"]
        + "。",
    )
    rows: list[list[Cell]] = []
    for goal in goals:
        row: list[Cell] = [_label(data, goal.name), goal.year, target_text(goal.target)]
        base = goal.values[data.baseline]
        row.append(judged(base["mean"], goal.target))
        row += [_level(goal.values.get(s), str(goal.target["unit"])) for s in data.scenarios]
        rows.append(row)
    head: list[Cell] = [
        both("Indicator", "指标"),
        both("Year", "年份"),
        both("Target", "目标"),
        both("Met under current law?", "现行政策下是否达标"),
    ]
    head += [label_of(data, s) for s in data.scenarios]
    caption = both("Plan indicators: mean of runs and 95 % interval", "规划指标：各次模拟均值与 95% 区间")
    left = not_drawn(data, data.scenarios, MOST_MARKS)
    blocks: list[Block] = [
        FigureRef(
            plan_scoreboard,
            both(
                "Right of the line is above the target. For some indicators the target is a level to keep, not to "
                f"exceed.{left['en']}",
                f"线右侧为高于目标值。部分指标的目标为预期水平，并非越高越好。{left['zh']}",
            ),
        ),
        Table("plan", caption, head, rows, text_columns=4),
        FigureRef(nursery_use, both("Places in nurseries and their use.", "托位与使用情况。")),
    ]
    absent = [str(t["indicator"]) for t in data.context["targets"] if t["indicator"] not in {g.name for g in goals}]
    if absent:
        en = joined([data.indicator_label(n, "en") for n in absent], "en")
        zh = joined([data.indicator_label(n, "zh") for n in absent], "zh")
        blocks.append(Paragraph(both(f"Not kept by this run: {en}.", f"本次模拟未保留：{zh}。"), "note"))
    blocks += [*free_note(data, data.policies), Paragraph(_how_judged(), "note")]
    return Section("plan", title, lead, blocks)


def _how_judged() -> Text:
    percent = {"en": f"{100 * NEAR:.0f} %", "zh": f"{100 * NEAR:.0f}%"}
    return both(
        f"A target given as “about” counts as met within {percent['en']} of it; a limit that is missed by less than "
        f"{percent['en']} counts as near. The share aged 16–59, life expectancy, schooling and the urban share "
        "follow tables of the city (imposed), residents follow its migration tables, and streets with childcare "
        "follow places by a fixed rate, so that meeting them says little about a measure.",
        f"“约”类目标以相差 {percent['zh']} 以内为达标；上下限类目标差距不足 {percent['zh']} 为接近。16—59 岁占比、"
        "预期寿命、受教育年限与城镇化率由城市数据表外部设定，常住人口取决于迁移表，街道覆盖率按固定比例随托位变化，"
        "故其达标与否难以说明政策效果。",
    )


def _moved_over(data: RunData, goals: list[Goal]) -> Text:
    """Indicators that some scenario meets and current law does not."""
    won = []
    for goal in goals:
        if tone_of(goal.values[data.baseline]["mean"], goal.target) == "good":
            continue
        if any(tone_of(v["mean"], goal.target) == "good" for s, v in goal.values.items() if s != data.baseline):
            won.append(goal.name)
    if not won or not data.policies:
        return both("", "")
    return both(
        f"; some scenario also meets {joined([data.indicator_label(n, 'en') for n in won], 'en')}",
        f"；另有情景使{joined([data.indicator_label(n, 'zh') for n in won], 'zh')}达标",
    )


def judged(value: float, target: dict[str, Any]) -> Verdict:
    """The judgement as a badge."""
    tone = tone_of(value, target)
    words = {"good": both("met", "达标"), "near": both("near", "接近"), "bad": both("missed", "未达标")}
    return Verdict(words[tone], tone)


def target_text(target: dict[str, Any]) -> Text:
    """``at least 1.60`` in both languages."""
    value = {lang: with_unit(target, lang) for lang in ("en", "zh")}
    words = {"at least": ("at least ", "不低于 "), "at most": ("at most ", "不高于 ")}.get(
        target["sense"], ("about ", "约 ")
    )
    return both(words[0] + value["en"], words[1] + value["zh"])


def _level(found: dict[str, float] | None, unit: str) -> Number:
    if found is None:
        return NOTHING
    exact = rounded(found) if abs(found["mean"]) >= WHOLE else found
    cell = level(unit, exact["mean"], exact["low"], exact["high"])
    return cell if finite(found["low"]) and not cell.is_point else level(unit, exact["mean"])


def _label(data: RunData, name: str) -> Text:
    return both(data.indicator_label(name, "en"), data.indicator_label(name, "zh"))
