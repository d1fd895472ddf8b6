"""The section on back-tests: does the model respond to measures as studies found, misses in full view."""

from __future__ import annotations

from collections import Counter
from typing import Any

from results.content.blocks import Block, Bullets, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import NOTHING, Number, measured, missing
from results.content.words import Text, number
from results.scenario.backtest_rows import ANCHOR, DEFAULT_SET, FITTED_SET, SIGN, Row, digits_of, label_of, model_digits
from results.scenario.data import RunData
from results.scenario.figures import backtests as figures
from results.scenario.fit import closed

UNKNOWN = "unknown"
"""What ``miss_en`` holds where no reason for a miss is known."""


def backtests_section(data: RunData) -> Section:
    """Model intervals beside evidence intervals, the six priors at other weights of the present, and every miss."""
    title = both("Does the model respond as the evidence says?", "模型的反应是否与实证证据一致？")
    context = data.context.get("backtests")
    if not context:
        lead = both("No table of back-tests ships with this version.", "本版本未附回溯检验结果。")
        return Section("backtests", title, lead)
    rows: list[Row] = context["rows"]
    tested = [row for row in rows if row["set"] == DEFAULT_SET]
    blocks: list[Block] = [_warning()] if not context["same_sources"] else []
    blocks += [
        FigureRef(figures.backtests, _figure_caption()),
        FigureRef(figures.backtests_more, both("The same for the other groups of tests.", "同上，其余各组检验。")),
        Table("backtests", _table_caption(), _HEAD, [_table_row(row) for row in tested], text_columns=3),
    ]
    misses = [_miss(row) for row in tested if row["miss_en"] and not row["imposed"]]
    if misses:
        blocks += [
            Paragraph(both("Misses, with the reason where one is known:", "未通过的检验及已知原因：")),
            Bullets(misses),
        ]
    over_draws = [row for row in rows if row["set"] == FITTED_SET]
    if over_draws:
        blocks.append(Paragraph(_over_draws(over_draws)))
    blocks += _other_sets(rows)
    blocks.append(Paragraph(_how_made(context["made"]), "note"))
    return Section("backtests", title, _lead(tested), blocks)


def counted(rows: list[Row]) -> Counter[str]:
    """How many tests there are, how many have the right sign (and how many of these beyond doubt), and of those with an
    interval how many fit. What a parameter fixes beforehand is left out; signs alone and upper anchors count for the
    sign only."""
    found: Counter[str] = Counter()
    for row in rows:
        if row["imposed"]:
            continue
        found["tests"] += 1
        found["sign"] += row["sign_right"]
        found["clear"] += row["sign_right"] and is_clear(row)
        if row["rule"] not in (SIGN, ANCHOR):
            found["ranged"] += 1
            found["inside"] += row["inside"]
            found["overlap"] += row["overlap"]
    return found


def is_clear(row: Row) -> bool:
    """True if the model's interval leaves no doubt of the sign, or, of a null, lies within the evidence interval."""
    low, high = row["model_low"], row["model_high"]
    if low is None or high is None:
        return False
    if row["evidence_value"] == 0:
        return bool(row["evidence_low"] <= low and high <= row["evidence_high"])
    return bool(low > 0 or high < 0)


def _over_draws(rows: list[Row]) -> Text:
    """The same tests with what the fit leaves open: every seed on a draw of its own, intervals over draws."""
    n = counted(rows)
    return both(
        f"Over draws of the fit (every seed on a draw of its own, 80 % intervals over draws) the sign is right in "
        f"{n['sign']} of {n['tests']}, and of the {n['ranged']} with an evidence interval the model's interval meets "
        f"{n['overlap']}.",
        f"在拟合所得参数组下（每个种子用一组参数，区间为各组的 80% 区间）：{n['tests']} 项中 {n['sign']} 项方向正确；"
        f"在有证据区间的 {n['ranged']} 项中 {n['overlap']} 项区间有重叠。",
    )


def _lead(rows: list[Row]) -> Text:
    n = counted(rows)
    left = sum(bool(row["imposed"]) for row in rows)
    out = both(
        f" {left} more {'is' if left == 1 else 'are'} set by a parameter and not counted." if left else "",
        f"另有 {left} 项由参数设定，不计入。" if left else "",
    )
    return both(
        f"In {n['sign']} of {n['tests']} experiments the response has the sign of the evidence ({n['clear']} of them "
        f"beyond the chance between seeds); of {n['ranged']} with an evidence interval, the model's value lies "
        f"inside {n['inside']}, its interval overlaps {n['overlap']} and misses {n['ranged'] - n['overlap']}. No "
        f"search fitted the model to them; some assumed numbers were chosen with them in view.{out['en']}",
        f"{n['tests']} 项实验中，{n['sign']} 项反应方向与证据一致（其中 {n['clear']} 项超出种子间随机波动）；在 "
        f"{n['ranged']} 项有证据区间的实验中，模型值落在区间内的有 {n['inside']} 项，区间有重叠的有 {n['overlap']} 项，"
        f"不重叠的有 {n['ranged'] - n['overlap']} 项。模型未针对这些实验作拟合搜索，但部分假设参数的取值参考过它们。"
        f"{out['zh']}",
    )


def _warning() -> Paragraph:
    return Paragraph(
        both(
            "This table was made with other sources than this run: the model, a parameter or a lever has changed "
            "since. Make it anew with: cradle backtest --out calibration/fitted",
            "该表由不同版本的源码生成：此后模型、参数或政策工具已有改动。重新生成："
            "cradle backtest --out calibration/fitted",
        ),
        "warn",
    )


def _figure_caption() -> Text:
    return both(
        "Each row is scaled so that the far end of its evidence interval is 1 (or −1). Bar: evidence; point and line: "
        "model with its 95 % interval over seeds, orange where the two do not overlap, grey where a parameter sets the "
        "response beforehand; an arrow: beyond the page. Tests of a sign alone stand in the table.",
        "每行按证据区间远端为 1（或 −1）缩放。灰条：证据区间；点与线：模型值及种子间 95% 区间，不重叠者为橙色，"
        "由参数事先设定者为灰色；箭头：超出图幅。仅检验方向者见下表。",
    )


def _table_caption() -> Text:
    return both("Back-tests at default parameters", "默认参数下的回溯检验")


_HEAD: list[Cell] = [
    both("Back-test", "检验"),
    both("Evidence rows", "证据编号"),
    both("Unit", "单位"),
    both("Evidence", "证据"),
    both("Model", "模型"),
    both("Verdict", "判断"),
]


def _table_row(row: Row) -> list[Cell]:
    return [
        label_of(row),
        row["evidence"].replace(";", ", "),
        both(row["unit_en"], closed(row["unit_zh"], "zh")),
        evidence_cell(row),
        model_cell(row),
        _verdict(row),
    ]


def evidence_cell(row: Row) -> Number:
    """What studies found: a value with its interval, an upper anchor, or a sign."""
    digits = digits_of(row)
    if row["rule"] == SIGN:
        return missing(both("above zero", "为正") if row["evidence_low"] == 0 else both("below zero", "为负"))
    if row["rule"] == ANCHOR:
        return Number(None, high=row["evidence_value"], digits=digits, words=both("at most {high}", "至多 {high}"))
    return measured(row["evidence_value"], row["evidence_low"], row["evidence_high"], digits)


def model_cell(row: Row) -> Number:
    """The model's value with its interval over seeds."""
    digits = model_digits(row)
    return measured(row["model_value"], row["model_low"], row["model_high"], digits)


def _verdict(row: Row) -> Text:
    if row["imposed"]:
        return both("set by a parameter", "由参数设定")
    if row["rule"] == SIGN:
        found = both("right sign", "方向一致") if row["sign_right"] else both("wrong sign", "方向不符")
        unclear = both(", within chance", "，未超出随机波动")
        return found if is_clear(row) else both(found["en"] + unclear["en"], found["zh"] + unclear["zh"])
    if row["inside"]:
        return both("inside", "区间内")
    found = both("overlaps", "有重叠") if row["overlap"] else both("misses", "不重叠")
    return found if row["sign_right"] else both(f"{found['en']}, wrong sign", f"{found['zh']}，方向不符")


def _miss(row: Row) -> Text:
    why_en, why_zh = (row[f"miss_{lang}"] for lang in ("en", "zh"))
    if why_en == UNKNOWN:
        why_en, why_zh = "no reason is known.", "原因不明。"
    label = label_of(row)
    return both(f"{label['en']}: {why_en}", f"{label['zh']}：{closed(why_zh, 'zh')}")


def _other_sets(rows: list[Row]) -> list[Block]:
    """The responses that were measured at other parameters too, one row each, one column a set."""
    sets = [name for name in dict.fromkeys(row["set"] for row in rows) if name not in (DEFAULT_SET, FITTED_SET)]
    if not sets:
        return []
    by_key = {(row["id"], row["set"]): row for row in rows}
    repeated = [row for row in rows if row["set"] == DEFAULT_SET and any((row["id"], s) in by_key for s in sets)]
    head: list[Cell] = [both("Response", "反应"), both("Evidence", "证据"), both("Default", "默认")]
    head += [both(*_set_label(name)) for name in sets]
    table_rows: list[list[Cell]] = []
    for row in repeated:
        cells: list[Cell] = [label_of(row), evidence_cell(row), model_cell(row)]
        cells += [model_cell(by_key[row["id"], s]) if (row["id"], s) in by_key else NOTHING for s in sets]
        table_rows.append(cells)
    caption = both(
        "The six responses that priors stand for, at other weights of the present (each with its own history)",
        "六项先验对应的反应在不同时间贴现权重下的数值（各自重新模拟历史）",
    )
    return [Table("backtests_rho", caption, head, table_rows)]


def _set_label(name: str) -> tuple[str, str]:
    """``rho_005`` as a weight of the present of 0.05; other names as they are."""
    if name.startswith("rho_"):
        value = number(int(name.removeprefix("rho_")) / 100, 2)
        return f"weight {value}", f"权重 {value}"
    return name, name


def _how_made(made: dict[str, Any]) -> Text:
    command, scale = made["command"], 100 * float(made["scale"])
    name = made.get("city_labels", both(made["city"], made["city"]))  # older runs kept its id alone
    return both(
        f"Made by: {command} ({name['en']}, {scale:g} % of residents, {made['seeds']} seeds). Model intervals cover "
        "chance between seeds at default parameters, not what is unknown about parameters. Where a study gives no "
        "interval, its value is divided and multiplied by 1.5, since the incomes behind doses are recalled.",
        f"生成命令：{command}（{name['zh']}，常住人口的 {scale:g}%，{made['seeds']} 个种子）。模型区间仅含种子间随机"
        "波动，不含参数不确定性。研究未给出区间时，取其值除以和乘以 1.5，因折算剂量所用收入多为凭记忆引用。",
    )
