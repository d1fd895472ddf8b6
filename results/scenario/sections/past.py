"""Sections on how well the model fits, and how to reproduce a run."""

from __future__ import annotations

from typing import Any

from results.content.blocks import (
    Block,
    Bullets,
    Cell,
    FigureRef,
    Paragraph,
    Section,
    Table,
    Verdict,
    both,
)
from results.content.cells import NOTHING, RANGE, Number
from results.content.estimates import finite
from results.content.words import Text, joined
from results.reproduce import people_simulated, reproduce_section, same_numbers
from results.scenario.data import RunData, group_dimensions
from results.scenario.figures.past import history_fit
from results.scenario.fit import FitData, closed, in_unit, is_share, unit_words
from results.scenario.past import has_band
from results.scenario.sections.calibration import calibration_section


def fit_section(data: RunData) -> Section:
    """How well the model fits the city: the fit, if there is one, and this run's own past, misfits first."""
    city = calibration_section(data.context)
    blocks: list[Block] = list(city.blocks)
    rows, misfits, tested, inside = _anchor_rows(data)
    own = _own_past(tested, inside)
    fitted = FitData.of(data.context) is not None
    if not rows and not fitted:
        lead = both("No observed figure can be held against this run.", "没有可与本次模拟对照的观测数据。")
        return Section("fit", city.title, lead, [*_failures(data), *_parameter_blocks(data)])
    lead = city.lead if fitted else both(f"{own['en']} {city.lead['en']}", f"{own['zh']}{city.lead['zh']}")
    if rows:
        if fitted:
            blocks.append(Paragraph(own))
        blocks += _anchor_blocks(data, rows, misfits)
    return Section("fit", city.title, lead, [*blocks, *_failures(data), *_parameter_blocks(data)])


def _anchor_rows(data: RunData) -> tuple[list[list[Cell]], list[Text], int, int]:
    """This run's past under current law against observed figures: rows, misfits in words, how many figures are not put
    in, and how many of these lie inside."""
    rows: list[list[Cell]] = []
    misfits: list[Text] = []
    tested = inside = 0
    for anchor in data.context["anchors"]:
        group = data.find_group(anchor["indicator"], **group_dimensions(anchor["group"]))
        found = data.value(anchor["indicator"], data.baseline, int(anchor["year"]), group) if group else None
        if found is None:
            continue
        fits, given = anchor["low"] <= found["mean"] <= anchor["high"], is_imposed(anchor)
        tested += not given
        inside += fits and not given
        label = both(anchor["label_en"], anchor["label_zh"])
        if not fits:
            misfits.append(_misfit(anchor, label, found["mean"]))
        ends = found["low"], found["high"]
        rows.append(
            [
                label,
                unit_words(anchor["unit"], anchor.get("unit_zh", anchor["unit"])),
                int(anchor["year"]),
                _use(anchor),
                anchor["grade"],
                _anchor_number(anchor, *(anchor[key] for key in ("value", "low", "high"))),
                _anchor_number(anchor, found["mean"], *(ends if finite(found["low"]) else ())),
                _anchor_verdict(fits, given),
            ]
        )
    return rows, misfits, tested, inside


def is_imposed(anchor: dict[str, Any]) -> bool:
    """True for an observed figure that enters the model: that the model has it says nothing."""
    return bool(anchor.get("imposed", str(anchor["use"]).startswith("imposed")))


def _use(anchor: dict[str, Any]) -> Text:
    return USES.get(anchor["use"], both(anchor["use"], anchor["use"]))


def _anchor_verdict(fits: bool, given: bool) -> Verdict:
    if given:
        return Verdict(both("put in, as observed", "外部设定，相符") if fits else both("put in", "外部设定"), "none")
    return Verdict(both("inside", "在区间内"), "good") if fits else Verdict(both("outside", "超出区间"), "bad")


def _own_past(tested: int, inside: int) -> Text:
    if tested == 0:
        return both(
            "Every observed figure that this run can be held against is put in.",
            "可与本次模拟对照的观测数据均为外部设定。",
        )
    return both(
        f"This run's own past lies within the stated range of {inside} of {tested} observed figures that are not put "
        "in; most of them were fitted (column “Use”), so this is no test.",
        f"除外部设定者外，本次模拟的历史部分在 {tested} 项观测数据中有 {inside} 项落在所列区间内；"
        "其中多数曾用于拟合（见“用途”列），故不构成检验。",
    )


def _anchor_blocks(data: RunData, rows: list[list[Cell]], misfits: list[Text]) -> list[Block]:
    head: list[Cell] = [
        both("Figure", "指标"),
        both("Unit", "单位"),
        both("Year", "年份"),
        both("Use", "用途"),
        both("Grade", "等级"),
        both("Observed, range", "观测值及区间"),
        both("Model, 95 % interval", "模型及 95% 区间"),
        both("Verdict", "判断"),
    ]
    blocks: list[Block] = [
        Table("fit", both("This run and what was observed", "本次模拟与观测"), head, rows, text_columns=5)
    ]
    if misfits:
        blocks.append(Bullets(misfits))
    blocks.append(FigureRef(history_fit, _history_caption(data)))
    if any(is_imposed(anchor) for anchor in data.context["anchors"]):
        note = both(
            "What is imposed enters the model as tables, so that the model has it says nothing about the model. "
            "Whether the model responds to measures as studies found is the question of the next section.",
            "“外部设定”的数据以表格形式输入模型，与观测一致并不说明模型可靠。模型对政策的反应是否与研究一致见下一节。",
        )
        blocks.append(Paragraph(note, "note"))
    return blocks


def _history_caption(data: RunData) -> Text:
    """What the figure draws: the band only where the run has replicates enough for one."""
    line = both(
        "Line: mean of the runs under the law as it was; points: observed, with their range",
        "线：按当时法律模拟的各次均值；点：观测值及区间",
    )
    if not has_band(data):
        return both(f"{line['en']}.", f"{line['zh']}。")
    return both(f"{line['en']}; shaded: 95 % interval of the mean.", f"{line['zh']}；阴影：均值的 95% 区间。")


USES: dict[str, Text] = {
    "fit": both("fitted", "用于拟合"),
    "held_back": both("held back", "留出"),
    "input": both("imposed", "外部设定"),
    "by_hand": both("set by hand", "人工校准"),
    "not_used": both("not used", "未用于拟合"),
    "imposed": both("imposed", "外部设定"),
    "imposed_migration": both("imposed by migration tables", "外部设定（迁移表）"),
    "imposed_tables": both("imposed by the city's tables", "外部设定（城市数据表）"),
}


def _anchor_number(anchor: dict[str, Any], *values: float) -> Number:
    """A number, with its interval if it has one, in the anchor's unit; shares in percent without the sign."""
    digits = 1 if is_share(anchor["unit"]) else 0 if abs(anchor["value"]) >= 1000 else 2
    return Number(*(in_unit(value, anchor["unit"]) for value in values), digits=digits)


def _misfit(anchor: dict[str, Any], label: Text, value: float) -> Text:
    model, seen = (_anchor_number(anchor, each).line() for each in (value, anchor["value"]))
    high = value > anchor["high"]
    en, zh = (" %", "%") if is_share(anchor["unit"]) else ("", "")
    return both(
        f"Misfit: {label['en']} in {anchor['year']}: {model}{en} in the model, {'above' if high else 'below'} the "
        f"observed {seen}{en}.",
        f"偏差：{anchor['year']} 年{label['zh']}，模型为 {model}{zh}，{'高' if high else '低'}于观测值 {seen}{zh}。",
    )


def _failures(data: RunData) -> list[Block]:
    if not data.failures:
        return []
    count, first = len(data.failures), data.failures[0]
    return [
        Paragraph(
            both(
                f"{count} runs failed and are missing here; the first: {first['error']}: {first['message']}",
                f"有 {count} 次模拟失败，未计入结果；第一条：{first['error']}：{first['message']}",
            ),
            "warn",
        )
    ]


def _parameter_blocks(data: RunData) -> list[Block]:
    cards = data.context["parameters"]
    if not cards:
        return []
    counts: dict[str, int] = {}
    for card in cards:
        counts[card["status"]] = counts.get(card["status"], 0) + 1
    zh = {"fitted": "拟合", "literature": "文献", "assumed": "假设"}
    counted = both(
        " What is called fitted was fitted to the city that the file was made for; this report has no fit to its own.",
        "“拟合”指对参数文件所依据的城市拟合；本报告没有对本市的拟合。",
    )
    if FitData.of(data.context) is not None:
        counted = both(
            " Entries of the file are counted here, not the numbers that the fit searched for: one of those may set "
            "several entries.",
            "此处按参数文件的条目计数，不同于上文拟合时搜索的参数：一个搜索参数可决定多个条目。",
        )
    text = both(
        f"Of {len(cards)} behavioural parameters "
        + joined(
            [f"{n} are {s}" if s != "literature" else f"{n} come from the literature" for s, n in counts.items()], "en"
        )
        + f".{counted['en']}",
        f"{len(cards)} 个行为参数中："
        + "，".join(f"{zh.get(s, s)} {n} 个" for s, n in counts.items())
        + f"。{counted['zh']}",
    )
    rows: list[list[Cell]] = [
        [
            both(*(closed(str(c.get("label", {}).get(lang, c["name"])), lang) for lang in ("en", "zh"))),
            c["name"],
            both(c["status"], zh.get(c["status"], c["status"])),
            both(c["unit"], c.get("unit_zh", c["unit"])),
            both(c["source"], c.get("source_zh", c["source"])),
            both(*[_values(c["value"])] * 2) if isinstance(c["value"], list) else _parameter(c["value"]),
            NOTHING if c.get("low") is None else _parameter(None, c["low"], c["high"], words=RANGE),
        ]
        for c in cards
    ]
    original = any("source_zh" not in c for c in cards)
    head: list[Cell] = [
        both("Parameter", "参数"),
        both("Name in the files", "文件中的名称"),
        both("Status", "状态"),
        both("Unit", "单位"),
        both("Source", "来源（英文原文）" if original else "来源"),
        both("Value in the files", "文件中的取值"),
        both("Range", "范围"),
    ]
    caption = both("All behavioural parameters", "全部行为参数")
    return [Paragraph(text), Table("parameters", caption, head, rows, text_columns=5, annex=True)]


def _parameter(*values: float | None, words: Text | None = None) -> Number:
    """A behavioural number as its file has it, or its range."""
    return Number(*values, figures=6, grouped=False, words=words)


def _values(value: float | list[float]) -> str:
    """One number or a list of them."""
    return " ".join(f"{v:g}" for v in (value if isinstance(value, list) else [value])).replace("-", "−")


def reproduction_section(data: RunData) -> Section:
    """How to get the same numbers again."""
    context, used = data.context, data.context["parameters_used"]
    span = both(f"{context['start']} to {context['end']}", f"{context['start']} 至 {context['end']}")
    lead = same_numbers(data, data.replicates_text, people_simulated(data), span)
    written = ", ".join(f"{name} = {_values(value)}" for name, value in context["parameter_changes"].items())
    more = [
        both(
            f"Parameters: {used}" + (f" with {written}." if written else "."),
            f"参数：{USED.get(used, used)}" + (f"，修改 {written}。" if written else "。"),
        ),
        both(
            "Tables of this page lie beside it as tables/*.csv and, all in one, as tables/tables.xlsx, figures as "
            "figures/*.svg; series.parquet holds every row.",
            "本页表格另存为同一文件夹的 tables/*.csv 及汇总的 tables/tables.xlsx，图为 figures/*.svg；"
            "series.parquet 含全部数据。",
        ),
    ]
    if context["hold"]:
        held = context["hold"]
        more.append(both(f"Held constant: {', '.join(held)}.", f"保持不变：{'、'.join(held)}。"))
    return reproduce_section(data, lead, more)


USED = {"default": "默认参数", "fitted": "拟合所得参数组"}
"""What runs live on, in Chinese."""
