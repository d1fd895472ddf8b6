"""Sections of a sensitivity report on how firm its answers are, on sweeps, and on reproducing it."""

from __future__ import annotations

import numpy as np

from results import sensitivity
from results.alone import draw_ranks
from results.blocks import Block, Bullets, Cell, Code, FigureRef, Paragraph, Section, Table, both
from results.sensitivity_figures import digits_for
from results.sensitivity_sections import TOLD_APART, names_text
from results.study_data import StudyData
from results.words import interval, number


def indices_section(data: StudyData) -> Section | None:
    """Interactions and the firmness of ranks."""
    if data.problem_with_sample or data.method == "morris":
        return None
    title = both("Do measures add up, and how firm is the ranking?", "措施效果能否叠加，排序有多稳固？")
    found = data.indices(data.main)
    together = float(found.first.sum())
    low, high = np.percentile(found.first_resamples.sum(axis=1), [2.5, 97.5])
    span = f"{100 * low:.0f}–{100 * high:.0f} %"
    adds = together > 0.9 and low > 0.7
    lead = both(
        f"First-order indices sum to {100 * together:.0f} % (95 % {span}): "
        + (
            "measures nearly add up."
            if adds
            else "what lacks to 100 % lies in interactions, noise and the size of the design."
            if together < 1
            else "more than 100 % is error of the design, which is too small."
        ),
        f"一阶指数合计 {100 * together:.0f} %（95% {span}）："
        + (
            "措施效果基本可以相加。"
            if adds
            else "不足 100 % 的部分为交互作用、模拟噪声及样本误差。"
            if together < 1
            else "超过 100 % 的部分为样本误差，样本量偏小。"
        ),
    )
    above = sensitivity.probability_above(found.total_resamples)
    order = np.argsort(-found.total, kind="stable")
    items = []
    for i, j in zip(order, order[1:], strict=False):
        if above[i, j] < TOLD_APART:
            one, two = names_text(data, [found.names[i]]), names_text(data, [found.names[j]])
            items.append(
                both(
                    f"{one['en']} and {two['en']}: the first is above in {100 * above[i, j]:.0f} % of resamples.",
                    f"{one['zh']}与{two['zh']}：前者在 {100 * above[i, j]:.0f} % 的重抽样中居上。",
                )
            )
    blocks: list[Block] = [
        FigureRef(
            "interactions",
            both(
                "Second-order indices: what a pair does beyond the sum of the two. Small and negative values are error "
                "of the design.",
                "二阶指数：两项因素同时变动时超出各自之和的部分；较小的值与负值为样本误差。",
            ),
        ),
        FigureRef(
            "rank_stability",
            both("Rows that spread over several ranks cannot be ranked firmly.", "名次分散的因素无法稳固排序。"),
        ),
    ]
    if items:
        blocks += [
            Paragraph(both("Neighbouring ranks that cannot be told apart:", "无法区分的相邻名次：")),
            Bullets(items),
        ]
    return Section("ranks", title, lead, blocks)


def unknown_section(data: StudyData) -> Section | None:
    """What is not known about behaviour, and what it does to the ranking."""
    effects = data.by_draw
    if len(effects) < 2:
        return None
    title = both("What do we not know, and does it change the ranking?", "未知因素会改变排序吗？")
    found = draw_ranks(effects)
    always = [str(c) for i, c in enumerate(effects.columns) if (found[:, i] <= 3).mean() >= TOLD_APART]
    kept = names_text(data, always)
    firm = (
        both(
            f"{kept['en']} stay among the three strongest in at least 95 % of {len(effects)} parameter draws.",
            f"在 {len(effects)} 组参数的至少95%中，{kept['zh']}始终居于前三。",
        )
        if always
        else both(
            f"No measure stays among the three strongest in 95 % of {len(effects)} parameter draws.",
            f"没有措施能在 {len(effects)} 组参数的95%中保持前三。",
        )
    )
    digits = digits_for(float(effects.abs().max().max()))
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Median effect", "效果中位数"),
        both("Smallest and largest", "最小与最大"),
        both("Draws above zero", "为正的参数组占比"),
    ]
    ordered = effects.median().sort_values(ascending=False).index
    rows: list[list[Cell]] = [
        [
            names_text(data, [str(name)]),
            number(effects[name].median(), digits, sign=True),
            interval(effects[name].min(), effects[name].max(), digits, sign=True),
            f"{100 * (effects[name] > 0).mean():.0f} %",
        ]
        for name in ordered
    ]
    caption = both("Effects alone over parameter draws", "各参数组下的单独效果")
    blocks: list[Block] = [
        FigureRef(
            "rank_over_draws",
            both(
                "A measure that keeps its place in all draws matters whatever the unknown numbers are.",
                "若某项措施在所有参数组中名次不变，则无论未知参数如何其重要性都成立。",
            ),
        ),
        FigureRef(
            "unknown_numbers",
            both(
                "Blue: a larger number makes the measure weaker; red: stronger.", "蓝色：参数越大效果越弱；红色：越强。"
            ),
        ),
        Table("effects_over_draws", caption, head, rows),
        *_draws_table(data),
    ]
    return Section("unknown", title, firm, blocks)


def _draws_table(data: StudyData) -> list[Block]:
    """What the draws are of, and how far each number goes in them."""
    if data.context["parameters_used"] == "fitted":
        told = both(
            "The draws are those of the fit to the city: what its data leave open, numbers as dependent on each "
            "other as the data make them.",
            "参数组取自对本市的拟合：反映数据未能确定的部分，并保留各参数之间的相关性。",
        )
    else:
        told = both(
            "Each number is drawn from its range, uniform and independent; none of it is fitted to the city.",
            "各参数在其范围内均匀、相互独立抽取，未对本市数据拟合。",
        )
    head: list[Cell] = [
        both("Number", "参数"),
        both("Smallest", "最小"),
        both("Median", "中位数"),
        both("Largest", "最大"),
    ]
    rows: list[list[Cell]] = [
        [
            {lang: data.parameter_label(card["name"], lang) for lang in ("en", "zh")},
            *(f"{value:.3g}" for value in np.quantile(card["values"], [0.0, 0.5, 1.0])),
        ]
        for card in data.plan["uncertain"]
    ]
    return [Paragraph(told, "note"), Table("unknown_ranges", both("Numbers drawn", "所抽参数"), head, rows)]


def noise_section(data: StudyData) -> Section | None:
    """Simulation noise and convergence."""
    title = both("Is the design large enough?", "样本是否足够？")
    noise = data.noise
    if noise is None:
        lead = both("No row was repeated on other seeds, so noise is unknown.", "没有重复运行，无法估计模拟噪声。")
    else:
        lead = both(
            f"Simulation noise is {100 * noise.share:.1f} % of the variance of the effect over the design (95 % "
            f"{100 * noise.share_low:.1f}–{100 * noise.share_high:.1f} %), from {noise.rows} rows on "
            f"{noise.seeds} seeds; "
            "a total index of that size or less cannot be told from chance.",
            f"模拟噪声占设计内效果方差的 {100 * noise.share:.1f} %（95% {100 * noise.share_low:.1f}–"
            f"{100 * noise.share_high:.1f} %），由 {noise.rows} 行在 {noise.seeds} 个种子上的重复估计；"
            "不大于此值的总效应指数无法与随机区分。",
        )
    caption = both("Where lines still move, the design is too small.", "曲线仍在变动处，样本量不足。")
    return Section("noise", title, lead, [FigureRef("convergence", caption)])


def reproduce_section(data: StudyData) -> Section:
    """How to get the same numbers again."""
    manifest, context = data.manifest, data.context
    runs = manifest["runs"]
    method = {"sobol": "Sobol", "morris": "Morris"}.get(data.method, data.method)
    lead = both(
        f"The same config gives the same numbers on the same type of machine: {runs['finished']} of "
        f"{runs['asked']} runs, "
        f"design {method}, {number(context['people'])} people ({100 * context['scale']:g} % of residents).",
        f"同一配置在同类机器上得到相同数值：{runs['asked']} 次运行完成 {runs['finished']} 次，设计为 {method}，模拟 "
        f"{number(context['people'])} 人（常住人口的 {100 * context['scale']:g} %）。",
    )
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    items = [
        both(f"Versions: {versions}.", f"版本：{versions}。"),
        both(
            f"Sources {manifest['source_hash'][:12]}, data {manifest['data_hash'][:12]}, runs "
            f"{manifest['config_hash'][:12]}.",
            f"源码 {manifest['source_hash'][:12]}，数据 {manifest['data_hash'][:12]}，运行 "
            f"{manifest['config_hash'][:12]}。",
        ),
        both(
            "Intervals of indices: percentiles of 1,000 bootstrap resamples of the base rows; of effects alone: "
            "t over seeds "
            "(and "
            "draws).",
            "指数区间：基础样本 1,000 次自助重抽样的百分位；单独效果区间：按种子（及参数组）的 t 区间。",
        ),
        both(
            "Tables and figures lie beside this page as files; runs.csv holds every run with its doses and outcomes.",
            "表格与图另存于同一文件夹；runs.csv 含每次运行的剂量与结果。",
        ),
    ]
    title = both("How to reproduce it", "如何复现")
    return Section("reproduce", title, lead, [Code(["cradle run config.yaml", "cradle report ."]), Bullets(items)])
