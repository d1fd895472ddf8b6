"""The section on the fit to the city: what was fitted, what was held back, what it leaves open, what to trust."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from results.content.blocks import Block, Bullets, Cell, FigureRef, Paragraph, Section, Table, Verdict, both
from results.content.cells import NOTHING, Number, measured, missing
from results.content.words import Text, joined, number
from results.scenario.aim_chance import AS_DRAWN, of_fit
from results.scenario.figures import calibration as figures
from results.scenario.fit import FITTED, HELD_BACK, INPUT, FitData, digits_in, in_unit, unit_words
from results.trust import open_order
from results.trust.marks import TRUST

USES: dict[str, Text] = {
    "fit": both("fitted", "拟合"),
    "held_back": both("held back", "留出"),
    "input": both("input, not scored", "模型输入，不计分"),
}
DRIFTS: dict[str, Text] = {
    "stopped": both("the fall stops", "下降停止"),
    "halved": both("half of the fall goes on", "下降减半延续"),
    "continued": both("the fall goes on", "下降全部延续"),
    AS_DRAWN: both("as each draw has it", "按各组参数"),
}
STRONG = 0.4


def calibration_section(context: dict[str, Any]) -> Section:
    """The fit of a context, or a word that there is none."""
    title = both("How well does the model fit the city?", "模型与本市数据拟合得如何？")
    fit = FitData.of(context)
    if fit is None:
        lead = both(
            "Behaviour was not fitted to the city's figures: its numbers come from the literature or were set by hand.",
            "行为参数未对本市数据作统计拟合：取自文献或人工设定。",
        )
        return Section("city_fit", title, lead)
    return Section(
        "city_fit",
        title,
        _lead(fit),
        [
            *_warnings(fit),
            *_target_blocks(fit),
            *_misses(fit),
            *_parameter_blocks(fit),
            *_probability_blocks(fit),
            *_order_blocks(fit),
            *_verdict_blocks(fit),
            *_made(fit),
        ],
    )


def _lead(fit: FitData) -> Text:
    (fitted, all_fitted), (held, all_held) = fit.inside(FITTED), fit.inside(HELD_BACK)
    return both(
        f"The fit meets {fitted} of {all_fitted} figures it was fitted to and {held} of {all_held} that were held "
        "back from it: the observed value lies in the 80 % predictive interval, or the prediction within the figure's "
        "own tolerance.",
        f"用于拟合的 {all_fitted} 项数据中满足 {fitted} 项，留出未用的 {all_held} 项中满足 {held} 项：观测值落在 80% "
        "预测区间内，或预测值落在观测本身的误差范围内。",
    )


def _warnings(fit: FitData) -> list[Block]:
    blocks: list[Block] = []
    if not fit.used:
        text = both(
            "This run does not live on the fitted draws but on one set of default numbers, so its intervals hold "
            "chance alone.",
            "本次模拟未使用拟合所得参数组，而是使用一组默认参数，故其区间仅含随机波动。",
        )
        blocks.append(Paragraph(text, "warn"))
    if not fit.entry.get("same_sources", True):
        text = both(
            "The fit was made with other sources than this run: the model has changed since.",
            "拟合所用源码与本次模拟不同：此后模型已有改动。",
        )
        blocks.append(Paragraph(text, "warn"))
    return blocks


def _target_blocks(fit: FitData) -> list[Block]:
    if not fit.rows("targets"):
        return []
    rows: list[list[Cell]] = []
    for row in sorted(fit.all_targets(), key=lambda r: list(USES).index(r["use"])):
        unit = str(row["unit_en"])
        values = [row[k] for k in ("observed", "low", "high", "predicted", "predicted_low", "predicted_high")]
        digits = digits_in(values, unit)
        observed, low, high, predicted, p_low, p_high = (in_unit(value, unit) for value in values)
        rows.append(
            [
                both(fit.target_label(row, "en"), fit.target_label(row, "zh")),
                unit_words(unit, row["unit_zh"]),
                USES[row["use"]],
                str(row["grade"]),
                measured(observed, low, high, digits),
                measured(predicted, p_low, p_high, digits)
                if predicted is not None
                else missing(both("not counted", "未统计")),
                _judged(row),
            ]
        )
    head: list[Cell] = [
        both("Figure", "指标"),
        both("Unit", "单位"),
        both("Use", "用途"),
        both("Grade", "等级"),
        both("Observed, 80 % tolerance", "观测值及 80% 误差"),
        both("Predicted, 80 % interval", "预测值及 80% 区间"),
        both("Verdict", "判断"),
    ]
    caption = both("Every figure the fit was held against", "拟合所对照的全部数据")
    how = both(
        "Bar: the observed value (0) with its 80 % tolerance (±1); point and line: median and 80 % interval of what "
        "the fitted model predicts, orange where the two miss each other; an arrow: beyond the page.",
        "灰条：观测值（0）及其 80% 误差（±1）；点与线：拟合后模型预测的中位数与 80% 区间，两者不符者为橙色；"
        "箭头：超出图幅。",
    )
    return [
        FigureRef(figures.fit_predictive, how),
        FigureRef(
            figures.fit_held_back,
            _held_back_caption(fit),
        ),
        Table("fit_targets", caption, head, rows, text_columns=4, annex=True),
    ]


def _held_back_caption(fit: FitData) -> Text:
    if not fit.targets(INPUT):
        return both("The same for figures that the fit never saw.", "同上：拟合未使用的数据。")
    return both(
        "The same for figures that the fit never saw, and, in grey, for those that the model is given (which prove "
        "nothing).",
        "同上：拟合未使用的数据；灰色为作为模型输入的数据（不能证明什么）。",
    )


def _judged(row: dict[str, Any]) -> Cell:
    if row["use"] == INPUT:
        return Verdict(both("given", "已给定"), "none")
    return Verdict(both("met", "满足"), "good") if row["inside"] else Verdict(both("missed", "不符"), "bad")


def _misses(fit: FitData) -> list[Block]:
    """Every figure that is missed, with the reason where one is known."""
    items = []
    for row in fit.rows("targets"):
        if row["inside"] or row["use"] == INPUT or row["predicted"] is None:
            continue
        why_en = row.get("reason_en") or "no reason is known."
        why_zh = row.get("reason_zh") or "原因不明。"
        use, label = USES[row["use"]], {lang: fit.target_label(row, lang) for lang in ("en", "zh")}
        items.append(both(f"{label['en']} ({use['en']}): {why_en}", f"{label['zh']}（{use['zh']}）：{why_zh}"))
    if not items:
        return []
    return [Paragraph(both("Missed, with the reason where one is known:", "不符的数据及已知原因：")), Bullets(items)]


def _parameter_blocks(fit: FitData) -> list[Block]:
    rows = fit.rows("parameters")
    if not rows:
        return []
    levels = [row for row in rows if row["kind"] == "level"]
    told = [row for row in levels if row["width_ratio"] < 0.5]
    text = both(
        f"Numbers that the fit searched for: {len(levels)}, of which {len(told) or 'none'} "
        f"{'is' if len(told) == 1 else 'are'} narrowed to less than half {'its' if len(told) == 1 else 'their'} "
        f"prior width. Responses to measures: {len(rows) - len(levels)}, taken from studies or assumed and not "
        "fitted, since a city's past under one law says little about them.",
        f"拟合时搜索的 {len(levels)} 个参数中，"
        + (f"有 {len(told)} 个的后验宽度不足先验的一半；" if told else "没有一个的后验宽度不足先验的一半；")
        + f"{len(rows) - len(levels)} 个政策反应参数依据研究或假设而不拟合，因为单一法律下的历史数据难以识别它们。",
    )
    head: list[Cell] = [
        both("Number", "参数"),
        both("Kind", "类别"),
        both("Prior median, 80 %", "先验中位数与 80% 区间"),
        both("Posterior median, 80 %", "后验中位数与 80% 区间"),
        both("Width ratio", "宽度比"),
    ]
    kinds = {"level": both("fitted", "拟合"), "response": both("from studies or assumed", "依据研究或假设")}
    cells: list[list[Cell]] = [
        [
            both(fit.parameter_label(row["name"], "en"), fit.parameter_label(row["name"], "zh")),
            kinds.get(row["kind"], both(row["kind"], row["kind"])),
            _spread(row, "prior"),
            _spread(row, "posterior"),
            Number(row["width_ratio"], digits=2),
        ]
        for row in rows
    ]
    blocks: list[Block] = [
        Paragraph(text),
        FigureRef(
            figures.fit_widths,
            both(
                "Bar: 80 % of the prior; point and line: median and 80 % of the posterior. A line as wide as its bar: "
                "the data say nothing.",
                "灰条：先验 80% 区间；点与线：后验中位数与 80% 区间。线与条同宽表示数据没有提供信息。",
            ),
        ),
        FigureRef(
            figures.fit_responses,
            both(
                "The same for responses to measures, which were drawn from studies or assumptions and not fitted: line "
                "and bar differ only because the draws are limited in number.",
                "同上，但为对政策的反应：取自研究或假设，未作拟合；线与条之差仅因抽取的参数组数量有限。",
            ),
        ),
        Table("fit_parameters", both("Prior and posterior", "先验与后验"), head, cells, text_columns=2, annex=True),
    ]
    pairs = [row for row in fit.rows("correlations") if abs(row["correlation"]) >= STRONG][:8]
    if pairs:
        items = [
            both(
                f"{fit.parameter_label(row['first'], 'en')} and {fit.parameter_label(row['second'], 'en')}: "
                f"{number(row['correlation'], 2, sign=True)}",
                f"{fit.parameter_label(row['first'], 'zh')}与{fit.parameter_label(row['second'], 'zh')}："
                f"{number(row['correlation'], 2, sign=True)}",
            )
            for row in pairs
        ]
        blocks += [
            Paragraph(
                both(
                    "Held together by the data (rank correlation of the draws): one can only be known with the other.",
                    "数据只能共同识别的参数对（参数组的秩相关）：",
                )
            ),
            Bullets(items),
        ]
    return blocks


def _spread(row: dict[str, Any], which: str) -> Number:
    """A free number with three significant digits; years with a decimal, large amounts whole."""
    low, middle, high = (row[f"{which}_{end}"] for end in ("low", "median", "high"))
    if None in (low, middle, high):
        return NOTHING
    if 1000 <= abs(middle) < 10_000:
        return Number(middle, low, high, digits=1, grouped=False)
    return Number(middle, low, high, figures=3)


def _probability_blocks(fit: FitData) -> list[Block]:
    """Chance of the aim by package and by how the fall of marriage goes on."""
    rows = fit.rows("probabilities")
    if not rows:
        return []
    first = rows[0]
    packages = list(dict.fromkeys(row["package"] for row in rows))
    ordered = sorted(rows, key=lambda row: (packages.index(row["package"]), list(DRIFTS).index(row["drift"])))
    cells: list[list[Cell]] = [
        [fit.package_label(row["package"]), DRIFTS[row["drift"]], _chance(row), _tfr(row)] for row in ordered
    ]
    aim, year, draws = f"{first['aim']:g}", first["year"], first["draws"]
    head: list[Cell] = [
        both("Law", "情景"),
        both("Marriage after 2023", "2023 年后的结婚"),
        both(f"Chance of {aim}, 95 % limit", f"达到 {aim} 的概率（95% 界限）"),
        both(f"TFR {year}", f"{year} 年总和生育率"),
    ]
    caption = both(
        f"Chance of a TFR of {aim} in {year} over {draws} posterior draws, and the TFR with 80 % of draws",
        f"{year} 年总和生育率达到 {aim} 的概率（{draws} 组后验参数）及总和生育率的 80% 区间",
    )
    note = both(
        "This table is a computation of its own, made with the fit and not by this run: one run a draw, under four "
        f"courses of marriage after 2023. “{DRIFTS[AS_DRAWN]['en']}” is the course that runs on fitted draws have, so "
        "the answer on the target takes its chance from there for a law that stands in both; the other courses are "
        "what-ifs. Laws that stand here alone or there alone are counted over their own runs.",
        f"本表为随拟合另行完成的计算，并非本次模拟的结果：每组参数模拟一次，并设定 2023 年后结婚的四种走势。“"
        f"{DRIFTS[AS_DRAWN]['zh']}”即使用拟合参数的模拟所采用的走势，故两处都有的情景，目标一节采用此处的概率；"
        "其余走势为假设情形。仅见于一处的情景，按其自身的模拟计数。",
    )
    return [Table("fit_probabilities", caption, head, cells, text_columns=3), Paragraph(note, "note")]


def _chance(row: dict[str, Any]) -> Number:
    chance = of_fit(row)
    bound = chance.bound()
    words = both(
        f"{bound['en']}: {chance.reaching} of {chance.n} draws",
        f"{bound['zh']}：{chance.n} 组中 {chance.reaching} 组",
    )
    return replace(chance.cell(), words=words)


def _tfr(row: dict[str, Any]) -> Number:
    return Number(row["median"], row["low"], row["high"], digits=2)


def _order_blocks(fit: FitData) -> list[Block]:
    """Why no order of measures is printed where the fit was asked for one."""
    if not fit.rows("ranking"):
        return []
    withheld = both(
        "The draws of this fit all have one reach of nurseries. Births for money over these draws, and in how many of "
        "them a package is first, would leave out the very number that the order hangs on, so they are not printed.",
        "本次拟合的各组参数均采用同一托位覆盖率。若据此给出各组合每 1 亿元带来的出生人数或居首的参数组比例，"
        "恰恰忽略了决定先后次序的那个参数，故不列出。",
    )
    return [Paragraph(open_order.paragraph(), "warn"), Paragraph(withheld, "note")]


def _verdict_blocks(fit: FitData) -> list[Block]:
    rows = fit.rows("verdicts")
    if not rows:
        return []
    cells: list[list[Cell]] = [[dict(row["number"]), TRUST[row["trust"]], dict(row["why"])] for row in rows]
    head: list[Cell] = [both("Number", "数字"), both("How far", "可信程度"), both("Why", "理由")]
    caption = both("How far to trust which number", "各项数字的可信程度")
    return [Table("trust", caption, head, cells, text_columns=3, folds=False)]


def _made(fit: FitData) -> list[Block]:
    """How the fit was made, and what its trace and its test on known numbers say."""
    how, covered, trace = fit.entry.get("how", {}), fit.rows("coverage"), fit.rows("trace")
    en, zh = [f"Made by: {how.get('command', 'unknown')}"], [f"生成命令：{how.get('command', '不明')}"]
    lived = [row["histories"] for row in trace if row.get("histories")]
    if lived:
        kept = [row["accepted"] for row in trace if row.get("histories")]
        pairs = list(zip(kept, lived, strict=True))
        en.append(
            "sequential Monte Carlo kept "
            + joined([f"{number(a)} of {number(n)}" for a, n in pairs], "en")
            + f" histories in {len(pairs)} generation{'s' if len(pairs) > 1 else ''}; distances are scaled anew in "
            "each, so they do not show how near the fit came"
        )
        zh.append(
            "序贯蒙特卡罗各代保留 "
            + "、".join(f"{number(a)}/{number(n)}" for a, n in pairs)
            + " 次历史模拟；各代重新确定距离的尺度，因此不能用距离说明接近程度"
        )
    if how.get("draws") is not None:
        en.append(f"{number(how['draws'])} posterior draws")
        zh.append(f"{number(how['draws'])} 组后验参数")
    if covered:
        mean = sum(row["covered"] for row in covered) / len(covered)
        en.append(
            f"in {covered[0]['tests']} tests with known numbers the 80 % intervals held them in {100 * mean:.0f} % of "
            "cases"
        )
        zh.append(f"在 {covered[0]['tests']} 次参数已知的检验中，80% 区间包含真值的比例为 {100 * mean:.0f}%")
    return [Paragraph(both("; ".join(en) + ".", "；".join(zh) + "。"), "note")]
