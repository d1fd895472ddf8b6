"""Sections on effects: is the target reached, how the TFR moves, births. Each answers in a sentence first."""

from __future__ import annotations

import math
import re

from results.analysis.compare import FEWEST, paired
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import Number, missing
from results.content.estimates import if_not_told, people_digits, rounded, said, span_of, with_interval
from results.content.words import Text, joined, number
from results.scenario.aim_chance import Chance, chance_of
from results.scenario.answers import free_parameters, not_told_apart
from results.scenario.data import RunData
from results.scenario.figures.fans import tfr_fans
from results.scenario.figures.paths import tfr_effect, tfr_path
from results.trust.open_order import FREE


def label_of(data: RunData, name: str) -> Text:
    return both(data.scenario_label(name, "en"), data.scenario_label(name, "zh"))


def quoted(data: RunData, name: str) -> Text:
    """A scenario's name inside a sentence."""
    label = label_of(data, name)
    return both(f"“{label['en']}”", f"“{label['zh']}”")


def names_joined(data: RunData, names: list[str]) -> Text:
    """Several scenarios' names inside a sentence."""
    quotes = [quoted(data, name) for name in names]
    return both(joined([q["en"] for q in quotes], "en"), joined([q["zh"] for q in quotes], "zh"))


def with_births(data: RunData, names: list[str]) -> Text:
    """Several scenarios' names with their births, inside a sentence."""
    found = [(quoted(data, name), data.split_value(name, data.births_quantity)) for name in names]
    shown = [(q, number(rounded(v)["mean"], people_digits(v), sign=True)) for q, v in found if v is not None]
    return both(
        joined([f"{q['en']} ({value})" for q, value in shown], "en"),
        joined([f"{q['zh']}（{value}）" for q, value in shown], "zh"),
    )


def not_told_text(names: Text) -> Text:
    """That something cannot be told from these scenarios: the difference has an interval that holds zero, or none."""
    return both(f"not told apart from {names['en']}", f"与{names['zh']}未能区分")


def bare(label: str) -> str:
    """A label without what stands in brackets behind it."""
    return re.sub(r"\s*[(（].*[)）]$", "", label)


def free_note(data: RunData, names: list[str]) -> list[Block]:
    """A caution where scenarios change something that moves decisions and costs nothing in the model."""
    free = {name: free_parameters(data, name, FREE) for name in names}
    who = names_joined(data, [name for name in names if free[name]])
    if not who["en"]:
        return []
    labels = {change["parameter"]: change["label"] for changes in free.values() for change in changes}
    what = both(
        joined([f"“{bare(label['en']).lower()}”" for label in labels.values()], "en"),
        joined([f"“{bare(label['zh'])}”" for label in labels.values()], "zh"),
    )
    text = both(
        f"{who['en']}: {what['en']} costs nothing in the model, so cost, and cost per birth, are too low by what new "
        "sites cost.",
        f"{who['zh']}：{what['zh']}在模型中不计成本，故支出与每多出生一人的成本偏低，差额为新增网点的成本。",
    )
    return [Paragraph(text, "warn")]


def target_section(data: RunData) -> Section:
    """Does any scenario reach the TFR target, and with what probability."""
    title = both("Is the target reached?", "能否达到目标？")
    target, table = data.tfr_target, data.chances
    if target is None or table.empty:
        lead = both(
            "The city's plan sets no TFR target that this run can be held against.",
            "该城市规划没有可供本次模拟对照的总和生育率目标。",
        )
        return Section("target", title, lead, [tfr_figure()])
    year, value = data.judged_year, float(target["value"])
    chances = {s: _chance(data, s) for s in data.scenarios if (table["scenario"] == s).any()}
    rows: list[list[Cell]] = []
    for scenario, chance in chances.items():
        row = _chance_row(data, scenario)
        cells = [with_interval(row, 3, sign=False), Number(row["mean"] - value, digits=2, sign=True)]
        rows.append([label_of(data, scenario), *cells, chance.counted(), chance.cell()])
    head = [
        both("Scenario", "情景"),
        both(f"TFR {year}", f"{year} 年总和生育率"),
        both("Gap to target", "与目标差距"),
        both("Who reaches it", "达标情况"),
        both("Limits that so many runs allow, 95 %, no estimate", "该次数所允许的概率界限（95%，并非估计值）"),
    ]
    caption = both(
        f"TFR in {year} with its 95 % interval, against the target of {value:g}",
        f"{year} 年总和生育率及 95% 区间，目标 {value:g}",
    )
    how = both(
        "Each scenario with the range of one more run (Student's t of the runs at hand); the red line is the target.",
        "各情景：若再模拟一次可能落入的范围（按已有模拟的 t 分布）；红线为目标。",
    )
    blocks: list[Block] = [
        Table("target", caption, head, rows),
        tfr_figure(),
        FigureRef(tfr_fans, how),
        Paragraph(_what_probability_covers(data, chances), "note"),
    ]
    if year != int(target["year"]):
        blocks.append(
            Paragraph(
                both(
                    f"The run ends before {target['year']}, so {year} is judged.",
                    f"模拟在 {target['year']} 年前结束，故以 {year} 年判断。",
                ),
                "warn",
            )
        )
    return Section("target", title, _target_lead(data, chances), blocks)


def _chance_row(data: RunData, scenario: str) -> dict[str, float]:
    """TFR of the year judged: mean, low, high, n."""
    row = data.chances[data.chances["scenario"] == scenario].iloc[0]
    return {key: float(row[key]) for key in ("mean", "low", "high", "n")}


def _chance(data: RunData, scenario: str) -> Chance:
    """The chance of the target that this report prints for a scenario."""
    row = data.chances[data.chances["scenario"] == scenario].iloc[0]
    assert data.tfr_target is not None
    value = float(data.tfr_target["value"])
    return chance_of(data.context, scenario, int(row["runs_reaching"]), int(row["n"]), value, data.judged_year)


def _target_lead(data: RunData, chances: dict[str, Chance]) -> Text:
    """Whether the highest scenario's TFR meets the target, by how much, and with what chance."""
    assert data.tfr_target is not None
    value, year = float(data.tfr_target["value"]), data.judged_year
    levels = {name: _chance_row(data, name) for name in chances}
    best = max(levels, key=lambda name: levels[name]["mean"])
    found, name, reached = levels[best], quoted(data, best), levels[best]["mean"] >= value
    level, chance = said(found, 2), chances[best].sentence(value, year)
    return both(
        f"{'Yes' if reached else 'No'}: the highest TFR of {year} in this run, under {name['en']}, is {level['en']} "
        f"against a target of {value:g}. {chance['en']}",
        f"{'能' if reached else '不能'}：{year} 年总和生育率在本次各情景中最高的{name['zh']}为 {level['zh']}，目标为 "
        f"{value:g}。{chance['zh']}",
    )


def _what_probability_covers(data: RunData, chances: dict[str, Chance]) -> Text:
    """What the printed chances hold, and whose draws they are."""
    fitted = [name for name, chance in chances.items() if chance.source == "fit"]
    of_fit = both("", "")
    if fitted:
        names = names_joined(data, fitted)
        of_fit = both(
            f" That of {names['en']} is the fit's, over all its draws (section on the fit). Limits differ by the "
            "number of runs, not by the laws.",
            f"{names['zh']}的概率取自拟合的全部参数组（见拟合一节）。各行界限之差源于模拟次数不同，而非政策不同。",
        )
    if data.draws > 1:
        return both(
            f"A probability counts independent runs that end at the target. It covers chance and {data.draws} "
            "parameter draws, so what is unknown about behaviour as far as the draws hold it; not a change of law, "
            f"of migration or of the model.{of_fit['en']}",
            f"概率按独立模拟中达到目标的次数计算，涵盖随机波动与 {data.draws} 组参数所体现的行为不确定性，"
            f"不含法律、迁移或模型本身的变化。{of_fit['zh']}",
        )
    return both(
        "A probability counts independent runs that end at the target, under one set of parameters: it covers chance "
        f"alone. What is unknown about behaviour comes on top.{of_fit['en']}",
        "概率按独立模拟中达到目标的次数计算，仅反映同一组参数下的随机波动；行为参数的不确定性未包含在内。"
        f"{of_fit['zh']}",
    )


def tfr_figure() -> FigureRef:
    return FigureRef(
        tfr_path,
        both(
            "Means of replicates. Fan: where one more run under current law goes in 50, 80 and 95 of 100 cases. "
            "Births to resident women over their woman-years.",
            "各次独立模拟的均值。阴影：若在现行政策下再模拟一次，有 50%、80%、95% 的机会落入的范围。"
            "总和生育率按常住妇女的出生数与人年数计算。",
        ),
    )


def effect_section(data: RunData) -> Section:
    """How far each scenario moves the TFR, and when."""
    title = both("How far does each scenario move the TFR, and when?", "各情景使总和生育率变化多少、何时变化？")
    if not data.policies:
        return Section(
            "effect", title, both("No scenario beside current law has a finished run.", "除现行政策外没有完成的情景。")
        )
    ends = {name: data.effect("tfr", name, data.end_year) for name in data.policies}
    known = {name: e for name, e in ends.items() if e is not None}
    if not known:
        return Section(
            "effect", title, both("The run has no full year after the scenarios part.", "情景分叉后没有完整年份。")
        )
    lead = _effect_lead(data, known)
    years = sorted(
        {
            y
            for y in (data.branch_year + 1, data.branch_year + 2, data.judged_year, data.end_year)
            if data.branch_year <= y <= data.end_year
        }
    )
    rows = []
    for scenario in data.policies:
        row: list[Cell] = [label_of(data, scenario)]
        for year in years:
            found = data.effect("tfr", scenario, year)
            row.append(with_interval(found, 3))
        row.append(_first_clear_year(data, scenario))
        rows.append(row)
    head: list[Cell] = [
        both("Scenario", "情景"),
        *[str(y) for y in years],
        both("Interval without zero from this year on", "自该年起区间一直不含零"),
    ]
    blocks: list[Block] = [
        Table(
            "tfr_effect",
            both(
                "Change of the TFR against current law, with 95 % intervals", "总和生育率相对现行政策的变化及 95% 区间"
            ),
            head,
            rows,
        ),
        FigureRef(
            tfr_effect,
            both(
                "Differences between arms of one replicate, which share history and chance; bands are 95 % intervals.",
                "同一次独立模拟中各情景之差（共享历史与随机数）；阴影为 95% 区间。",
            ),
        ),
    ]
    blocks += _tempo(data)
    return Section("effect", title, lead, blocks)


def _effect_lead(data: RunData, ends: dict[str, dict[str, float]]) -> Text:
    """The scenario that moves the TFR of the last year most, and those that cannot be told from it."""
    top = max(ends, key=lambda name: abs(ends[name]["mean"]))
    values = paired(data.rows("tfr"), "tfr", data.baseline)
    wide = values[values["year"] == data.end_year].pivot(index="seed", columns="scenario", values="value")
    tied = not_told_apart(wide, top)
    equals = names_joined(data, [name for name in data.policies if name in tied])
    estimate, name = ends[top], quoted(data, top)
    up, size, span = estimate["mean"] >= 0, number(abs(estimate["mean"]), 3), span_of(estimate, 3, sign=True)
    most, unsure = len(data.policies) > 1 and not tied, if_not_told(estimate, 3)
    tie = not_told_text(equals)
    apart = both(f"; {tie['en']}", f"；{tie['zh']}") if tied else both("", "")
    return both(
        f"{name['en']} {'raises' if up else 'lowers'} the TFR of {data.end_year}{' most,' if most else ''} by {size} "
        f"children per woman ({span['en']}){unsure['en']}{apart['en']}.",
        f"{name['zh']}使 {data.end_year} 年总和生育率{'提高' if up else '降低'} {size}（{span['zh']}）{unsure['zh']}"
        f"{'，在各情景中幅度最大' if most else ''}{apart['zh']}。",
    )


def _tempo(data: RunData) -> list[Block]:
    """A word on the tempo-adjusted rate: printed only from pooled seeds."""
    if "tfr_tempo_adjusted" not in data.groups_by_indicator():
        return []
    if data.seeds < FEWEST:
        few = "one replicate" if data.seeds == 1 else f"{data.seeds} replicates"
        text = both(
            f"The tempo-adjusted TFR of {few} is too noisy to print (a run of 5 % of residents has a "
            "standard deviation near 0.3).",
            f"{data.seeds} 次独立模拟的进度调整总和生育率噪声过大（模拟 5% 人口时单次标准差约 0.3），不予输出。",
        )
        return [Paragraph(text, "note")]
    year = data.end_year - 1
    parts = {name: data.value("tfr_tempo_adjusted", name, year) for name in data.scenarios}
    shown = {name: v for name, v in parts.items() if v is not None and math.isfinite(v["mean"])}
    if not shown:
        return []
    en = joined([f"{said(v, 2)['en']} under {data.scenario_label(n, 'en')}" for n, v in shown.items()], "en")
    zh = joined([f"{data.scenario_label(n, 'zh')} {said(v, 2)['zh']}" for n, v in shown.items()], "zh")
    return [
        Paragraph(
            both(
                f"Tempo-adjusted TFR, mean of {data.seeds} replicates and three years around {year}: {en}.",
                f"进度调整总和生育率（{data.seeds} 次独立模拟、以 {year} 年为中心的三年均值）：{zh}。",
            ),
            "note",
        )
    ]


def _first_clear_year(data: RunData, scenario: str) -> Cell:
    """The first year from which on no interval holds zero and the sign stays; a year lost again does not count."""
    table = data.effects("tfr")
    own = table[table["scenario"] == scenario].sort_values("year")
    found: int | None = None
    for sign in (1.0, -1.0):
        clear = (sign * own["low" if sign > 0 else "high"] > 0).to_numpy()
        held = clear[::-1].cumprod()[::-1].astype(bool)  # clear from this year to the last
        if held.any():
            found = int(own["year"].to_numpy()[held][0])
    return found if found is not None else missing(both("none", "无"))
