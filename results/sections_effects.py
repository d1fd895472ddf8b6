"""Sections on effects: is the target reached, how the TFR moves, births. Each answers in a sentence first."""

from __future__ import annotations

import math

from results.blocks import Block, Cell, FigureRef, Measured, Paragraph, Section, Table, both
from results.run_data import RunData, finite
from results.words import Text, interval, joined, number, probability


def label_of(data: RunData, name: str) -> Text:
    return both(data.scenario_label(name, "en"), data.scenario_label(name, "zh"))


def quoted(data: RunData, name: str) -> Text:
    """A scenario's name inside a sentence."""
    label = label_of(data, name)
    return both(f"“{label['en']}”", f"“{label['zh']}”")


def target_section(data: RunData) -> Section:
    """Does any scenario reach the TFR target, and with what probability."""
    title = both("Is the target reached?", "能否达到目标？")
    target, table = data.tfr_target, data.chances
    if target is None or table.empty:
        lead = both(
            "The city's plan sets no TFR target that this run can be held against.",
            "该城市规划没有可供本次运行对照的总和生育率目标。",
        )
        return Section("target", title, lead, [tfr_figure()])
    year, value = data.judged_year, target["value"]
    best = table.loc[table["mean"].idxmax()]
    name = quoted(data, str(best["scenario"]))
    chance = probability(best["probability"])
    reached = finite(best["probability"]) and best["probability"] >= 0.5
    lead = both(
        f"{'Yes' if reached else 'No'}: the highest TFR in {year} is {number(best['mean'], 2)} ({name['en']}) "
        f"against a target of {value}; the probability of reaching it is {chance['en']}.",
        f"{'能' if reached else '不能'}：{year} 年总和生育率最高的情景（{name['zh']}）为 {number(best['mean'], 2)}，"
        f"目标为 {value}；达到目标的概率：{chance['zh']}。",
    )
    rows: list[list[Cell]] = []
    for scenario in data.scenarios:
        found = table[table["scenario"] == scenario]
        if found.empty:
            continue
        row = found.iloc[0]
        rows.append(
            [
                label_of(data, scenario),
                Measured.of(row["mean"], row["low"], row["high"], 3),
                number(row["mean"] - value, 2, sign=True),
                f"{row['runs_reaching']}/{row['n']}",
                probability(row["probability"]),
            ]
        )
    head = [
        both("Scenario", "情景"),
        both(f"TFR {year}", f"{year} 年总和生育率"),
        both("Gap to target", "与目标差距"),
        both("Runs reaching it", "达标运行数"),
        both("Probability", "概率"),
    ]
    blocks: list[Block] = [
        Table(
            "target",
            both(
                f"TFR in {year} with its 95 % interval, against the target of {value}",
                f"{year} 年总和生育率及 95 % 区间，目标 {value}",
            ),
            head,
            rows,
        ),
        tfr_figure(),
        FigureRef(
            "tfr_fans",
            both(
                "Each scenario with the range of one more run (Student's t of the runs at hand); the red line is "
                "the target.",
                "各情景及再运行一次的预测范围（按已有运行的 t 分布）；红线为目标。",
            ),
        ),
        Paragraph(_what_probability_covers(data), "note"),
    ]
    if year != int(target["year"]):
        blocks.append(
            Paragraph(
                both(
                    f"The run ends before {target['year']}, so {year} is judged.",
                    f"运行在 {target['year']} 年前结束，故以 {year} 年判断。",
                ),
                "warn",
            )
        )
    return Section("target", title, lead, blocks)


def _what_probability_covers(data: RunData) -> Text:
    if data.draws > 1:
        return both(
            f"The probability is the predictive chance that one more run ends at the target. It covers chance and "
            f"{data.draws} parameter draws, so what is unknown about behaviour as far as the draws hold it; not a "
            "change of "
            "law, of migration or of the model.",
            f"该概率为再运行一次达到目标的预测概率，涵盖随机波动与 {data.draws} "
            "组参数（即参数组所体现的行为不确定性），"
            "不含法律、迁移或模型本身的变化。",
        )
    return both(
        "The probability covers chance under one set of default parameters: it is the predictive chance that one "
        "more run "
        "ends at the target. What is unknown about behaviour comes on top and is not in it.",
        "该概率仅反映默认参数下的随机波动，即再运行一次达到目标的预测概率；行为参数的不确定性未包含在内。",
    )


def tfr_figure() -> FigureRef:
    return FigureRef(
        "tfr_path",
        both(
            "Means of runs. Fan: where one more run under current law goes in 50, 80 and 95 of 100 cases. Births to "
            "resident women over their woman-years.",
            "各次运行的均值。扇形：在现行法律下再运行一次，有 50 %、80 %、95 % 的机会落入的范围。"
            "常住妇女生育数除以其人年数。",
        ),
    )


def effect_section(data: RunData) -> Section:
    """How far each scenario moves the TFR, and when."""
    title = both("How far does each scenario move the TFR, and when?", "各情景使总和生育率变化多少、何时变化？")
    if not data.policies:
        return Section(
            "effect", title, both("No scenario beside current law has a finished run.", "除现行法律外没有完成的情景。")
        )
    ends = {name: data.effect("tfr", name, data.end_year) for name in data.policies}
    known = {name: e for name, e in ends.items() if e is not None}
    if not known:
        return Section(
            "effect", title, both("The run has no full year after the scenarios part.", "情景分叉后没有完整年份。")
        )
    top = max(known, key=lambda name: abs(known[name]["mean"]))
    estimate, name = known[top], quoted(data, top)
    span = interval(estimate["low"], estimate["high"], 3, sign=True)
    lead = both(
        f"{name['en']} moves the TFR of {data.end_year} most: by {number(estimate['mean'], 3, sign=True)} children "
        f"per woman ({span['en']}).",
        f"{name['zh']}对 {data.end_year} 年总和生育率影响最大：{number(estimate['mean'], 3, sign=True)}（"
        f"{span['zh']}）。",
    )
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
        both("First year told apart from zero", "首个显著异于零的年份"),
    ]
    blocks: list[Block] = [
        Table(
            "tfr_effect",
            both(
                "Change of the TFR against current law, with 95 % intervals", "总和生育率相对现行法律的变化及 95 % 区间"
            ),
            head,
            rows,
        ),
        FigureRef(
            "tfr_effect",
            both(
                "Differences between arms of the same seed, which share history and chance; bands are 95 % intervals.",
                "同一随机种子各情景之差（共享历史与随机数）；阴影为 95 % 区间。",
            ),
        ),
    ]
    blocks += _tempo(data)
    return Section("effect", title, lead, blocks)


def _tempo(data: RunData) -> list[Block]:
    """A word on the tempo-adjusted rate: printed only from pooled seeds."""
    if "tfr_tempo_adjusted" not in data.groups_by_indicator():
        return []
    if data.seeds < 2:
        text = both(
            "The tempo-adjusted TFR of a single seed is too noisy to print (standard deviation near 0.3 at a scale "
            "of 5 %).",
            "单一种子的进度调整总和生育率噪声过大（5 % 规模下标准差约 0.3），不予输出。",
        )
        return [Paragraph(text, "note")]
    year = data.end_year - 1
    parts = {name: data.value("tfr_tempo_adjusted", name, year) for name in data.scenarios}
    shown = {name: v for name, v in parts.items() if v is not None and math.isfinite(v["mean"])}
    if not shown:
        return []
    en = joined([f"{number(v['mean'], 2)} ({data.scenario_label(n, 'en')})" for n, v in shown.items()], "en")
    zh = joined([f"{number(v['mean'], 2)}（{data.scenario_label(n, 'zh')}）" for n, v in shown.items()], "zh")
    return [
        Paragraph(
            both(
                f"Tempo-adjusted TFR, mean of {data.seeds} seeds and three years around {year}: {en}.",
                f"进度调整总和生育率（{data.seeds} 个种子、以 {year} 年为中心的三年均值）：{zh}。",
            ),
            "note",
        )
    ]


def with_interval(found: dict[str, float] | None, digits: int, sign: bool = True) -> Cell:
    """An estimate with its interval; alone where one run gives none."""
    if found is None:
        return "–"
    mean = number(found["mean"], digits, sign=sign)
    if not finite(found["low"]):
        return mean
    span = interval(found["low"], found["high"], digits, sign=sign)
    return Measured(mean, span)


def _first_clear_year(data: RunData, scenario: str) -> Cell:
    table = data.effects("tfr")
    clear = table[(table["scenario"] == scenario) & ((table["low"] > 0) | (table["high"] < 0))]
    return str(int(clear["year"].min())) if not clear.empty else both("none", "无")
