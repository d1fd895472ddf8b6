"""Sections on how well the model fits, and how to reproduce a run."""

from __future__ import annotations

from typing import Any

from results.blocks import Block, Bullets, Cell, Code, FigureRef, Paragraph, Section, Table, both
from results.run_data import RunData, group_dimensions
from results.words import Text, joined, number


def fit_section(data: RunData) -> Section:
    """How well the model fits what was observed, misfits first."""
    title = both("How well does the model fit?", "模型拟合得如何？")
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
        verdict = both("inside", "在区间内") if fits else both("outside", "超出区间")
        span = f"{_anchor_number(anchor, anchor['low'])}–{_anchor_number(anchor, anchor['high'])}"
        rows.append(
            [
                label,
                str(anchor["year"]),
                both(anchor["use"], USES.get(anchor["use"], anchor["use"])),
                anchor["grade"],
                _anchor_number(anchor, anchor["value"]),
                span,
                _anchor_number(anchor, found["mean"]),
                verdict,
            ]
        )
    if not rows:
        lead = both("No observed figure can be held against this run.", "没有可与本次运行对照的观测数据。")
        return Section("fit", title, lead, [*_parameter_blocks(data)])
    lead = both(
        f"The model lies within the stated range of {inside} of {len(rows)} observed figures; its parameters are "
        "defaults set by eye, not yet a statistical fit.",
        f"{len(rows)} 项观测数据中，模型有 {inside} 项落在所列区间内；参数为目测设定的默认值，尚未进行统计拟合。",
    )
    head: list[Cell] = [
        both("Figure", "指标"),
        both("Year", "年份"),
        both("Use", "用途"),
        both("Grade", "等级"),
        both("Observed", "观测"),
        both("Range", "区间"),
        both("Model", "模型"),
        both("Verdict", "判断"),
    ]
    blocks: list[Block] = [Table("fit", both("Observed and modelled", "观测与模型"), head, rows, text_columns=4)]
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
                "Figures marked imposed enter the model as tables, so their fit says little. Held-out targets come "
                "with calibration, in a later release; whether the model responds to measures as studies found is the "
                "question of the next section.",
                "标为“设定”的数据是模型输入，其拟合说明不了问题。留出目标将随后续版本的校准提供；模型对政策的反应是否与研究"
                "一致见下一节。",
            ),
            "note",
        )
    )
    blocks += _failures(data)
    blocks += _parameter_blocks(data)
    return Section("fit", title, lead, blocks)


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
            "Tables and figures of this page lie beside it as files; series.parquet holds every row.",
            "本页表格与图另存于同一文件夹；series.parquet 含全部数据。",
        ),
    ]
    if context["hold"]:
        held = ", ".join(context["hold"])
        items.append(both(f"Held constant: {held}.", f"保持不变：{held}。"))
    return Section("reproduce", title, lead, [Code(["cradle run config.yaml", "cradle report ."]), Bullets(items)])
