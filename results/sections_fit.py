"""Sections on how well the model fits, and how to reproduce a run."""

from __future__ import annotations

from typing import Any

from results.blocks import (
    Block,
    Bullets,
    Cell,
    Code,
    FigureRef,
    Measured,
    Paragraph,
    Section,
    Table,
    Verdict,
    both,
)
from results.fit_data import FitData
from results.run_data import RunData, group_dimensions
from results.sections_calibration import calibration_section
from results.words import Text, joined, number


def fit_section(data: RunData) -> Section:
    """How well the model fits the city: the fit, if there is one, and this run's own past, misfits first."""
    city = calibration_section(data.context)
    blocks: list[Block] = list(city.blocks)
    rows, misfits, inside = _anchor_rows(data)
    own = _own_past(rows, inside)
    fitted = FitData.of(data.context) is not None
    if not rows and not fitted:
        lead = both("No observed figure can be held against this run.", "没有可与本次运行对照的观测数据。")
        return Section("fit", city.title, lead, [*_failures(data), *_parameter_blocks(data)])
    lead = city.lead if fitted else both(f"{own['en']} {city.lead['en']}", f"{own['zh']}{city.lead['zh']}")
    if rows:
        if fitted:
            blocks.append(Paragraph(own))
        blocks += _anchor_blocks(rows, misfits)
    return Section("fit", city.title, lead, [*blocks, *_failures(data), *_parameter_blocks(data)])


def _anchor_rows(data: RunData) -> tuple[list[list[Cell]], list[Text], int]:
    """This run's past under current law against observed figures: rows, misfits in words, how many lie inside."""
    rows: list[list[Cell]] = []
    misfits: list[Text] = []
    inside = 0
    for anchor in data.context["anchors"]:
        group = data.find_group(anchor["indicator"], **group_dimensions(anchor["group"]))
        found = data.value(anchor["indicator"], data.baseline, int(anchor["year"]), group) if group else None
        if found is None:
            continue
        fits = anchor["low"] <= found["mean"] <= anchor["high"]
        inside += fits
        label = both(anchor["label_en"], anchor["label_zh"])
        if not fits:
            misfits.append(_misfit(anchor, label, found["mean"]))
        observed, low, high = (_anchor_number(anchor, anchor[key]) for key in ("value", "low", "high"))
        mean, m_low, m_high = (_anchor_number(anchor, found[key]) for key in ("mean", "low", "high"))
        one = found["low"] != found["low"]
        rows.append(
            [
                label,
                str(anchor["year"]),
                both(anchor["use"], USES.get(anchor["use"], anchor["use"])),
                anchor["grade"],
                Measured(observed, both(f"{low} to {high}", f"{low} 至 {high}")),
                mean if one else Measured(mean, both(f"{m_low} to {m_high}", f"{m_low} 至 {m_high}")),
                Verdict(both("inside", "在区间内"), "good") if fits else Verdict(both("outside", "超出区间"), "bad"),
            ]
        )
    return rows, misfits, inside


def _own_past(rows: list[list[Cell]], inside: int) -> Text:
    return both(
        f"This run's own past lies within the stated range of {inside} of {len(rows)} observed figures.",
        f"本次运行的历史部分在 {len(rows)} 项观测数据中有 {inside} 项落在所列区间内。",
    )


def _anchor_blocks(rows: list[list[Cell]], misfits: list[Text]) -> list[Block]:
    head: list[Cell] = [
        both("Figure", "指标"),
        both("Year", "年份"),
        both("Use", "用途"),
        both("Grade", "等级"),
        both("Observed, range", "观测值及区间"),
        both("Model, 95 % interval", "模型及 95 % 区间"),
        both("Verdict", "判断"),
    ]
    blocks: list[Block] = [
        Table("fit", both("This run and what was observed", "本次运行与观测"), head, rows, text_columns=4)
    ]
    if misfits:
        blocks.append(Bullets(misfits))
    blocks.append(
        FigureRef(
            "history_fit",
            both(
                "Line: model under the law as it was; points: observed, with their range.",
                "线：按当时法律的模型；点：观测值及区间。",
            ),
        )
    )
    blocks.append(
        Paragraph(
            both(
                "Figures marked imposed enter the model as tables, so their fit says little. Whether the model "
                "responds to "
                "measures as studies found is the question of the next section.",
                "标为“设定”的数据是模型输入，其拟合说明不了问题。模型对政策的反应是否与研究一致见下一节。",
            ),
            "note",
        )
    )
    return blocks


USES = {
    "fitted by eye": "目测拟合",
    "not fitted": "未用于拟合",
    "imposed": "设定",
    "imposed by migration tables": "由迁移表设定",
    "imposed by the city tables": "由城市数据表设定",
}


def _anchor_number(anchor: dict[str, Any], value: float) -> str:
    if anchor["unit"].startswith("share"):
        return f"{100 * value:.1f} %"
    return number(value, 0 if abs(anchor["value"]) >= 1000 else 2)


def _misfit(anchor: dict[str, Any], label: Text, value: float) -> Text:
    model, seen = _anchor_number(anchor, value), _anchor_number(anchor, anchor["value"])
    high = value > anchor["high"]
    return both(
        f"Misfit: {label['en']} in {anchor['year']} is {model} in the model, {'above' if high else 'below'} the "
        f"observed {seen}.",
        f"偏差：{anchor['year']} 年{label['zh']}模型为 {model}，{'高' if high else '低'}于观测值 {seen}。",
    )


def _failures(data: RunData) -> list[Block]:
    if not data.failures:
        return []
    count, first = len(data.failures), data.failures[0]
    return [
        Paragraph(
            both(
                f"{count} runs failed and are missing here; the first: {first['error']}: {first['message']}",
                f"有 {count} 次运行失败，未计入结果；第一条：{first['error']}：{first['message']}",
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
    text = both(
        f"Of {len(cards)} behavioural parameters "
        + joined(
            [f"{n} are {s}" if s != "literature" else f"{n} come from the literature" for s, n in counts.items()], "en"
        )
        + ".",
        f"{len(cards)} 个行为参数中：" + "，".join(f"{zh.get(s, s)} {n} 个" for s, n in counts.items()) + "。",
    )
    rows: list[list[Cell]] = [
        [
            c["name"],
            both(c["status"], zh.get(c["status"], c["status"])),
            c["source"],
            _values(c["value"]),
            "–" if c.get("low") is None else f"{c['low']:g} – {c['high']:g}",
            c["unit"],
        ]
        for c in cards
    ]
    head: list[Cell] = [
        both("Parameter", "参数"),
        both("Status", "状态"),
        both("Source", "来源"),
        both("Value", "取值"),
        both("Range", "范围"),
        both("Unit", "单位"),
    ]
    return [
        Paragraph(text),
        Table("parameters", both("All behavioural parameters", "全部行为参数"), head, rows, text_columns=3, annex=True),
    ]


def _values(value: float | list[float]) -> str:
    """One number or a list of them."""
    return " ".join(f"{v:g}" for v in value) if isinstance(value, list) else f"{value:g}"


def reproduce_section(data: RunData) -> Section:
    """How to get the same numbers again."""
    title = both("How to reproduce it", "如何复现")
    manifest, context = data.manifest, data.context
    runs = manifest["runs"]
    lead = both(
        f"The same config gives the same numbers on the same type of machine: {runs['finished']} of {runs['asked']} "
        f"runs, {data.seeds} seeds, {number(context['people'])} people ({100 * context['scale']:g} % of residents), "
        f"{context['start']} to {context['end']}.",
        f"同一配置在同类机器上得到相同数值：{runs['asked']} 次运行完成 {runs['finished']} 次，{data.seeds} 个种子，模"
        f"拟 {number(context['people'])} 人（常住人口的 {100 * context['scale']:g} %），{context['start']} 至 "
        f"{context['end']}。",
    )
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    changed = context["parameter_changes"]
    items = [
        both(f"Versions: {versions}.", f"版本：{versions}。"),
        both(
            f"Sources {manifest['source_hash'][:12]}, data {manifest['data_hash'][:12]}, runs "
            f"{manifest['config_hash'][:12]}.",
            f"源码 {manifest['source_hash'][:12]}，数据 {manifest['data_hash'][:12]}，运行 "
            f"{manifest['config_hash'][:12]}。",
        ),
        both(
            f"Parameters: {context['parameters_used']}" + (f" with {changed}." if changed else "."),
            f"参数：{context['parameters_used']}" + (f"，修改 {changed}。" if changed else "。"),
        ),
        both(
            "Tables of this page lie beside it as tables/*.csv and, all in one, as tables/tables.xlsx, figures as "
            "figures/*.svg; series.parquet holds every row.",
            "本页表格另存为同一文件夹的 tables/*.csv 及汇总的 tables/tables.xlsx，图为 figures/*.svg；"
            "series.parquet 含全部数据。",
        ),
    ]
    if context["hold"]:
        held = ", ".join(context["hold"])
        items.append(both(f"Held constant: {held}.", f"保持不变：{held}。"))
    return Section("reproduce", title, lead, [Code(["cradle run config.yaml", "cradle report ."]), Bullets(items)])
