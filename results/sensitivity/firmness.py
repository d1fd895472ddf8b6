"""Sections of a sensitivity report on how firm its answers are, and on reproducing it."""

from __future__ import annotations

import numpy as np

from results.analysis import indices as sensitivity
from results.analysis.alone import draw_ranks
from results.analysis.compare import FEWEST
from results.analysis.indices import Noise
from results.content.blocks import Block, Bullets, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import COUNTED, SPREAD, Number
from results.content.estimates import to_digits
from results.content.words import Text, number
from results.reproduce import people_simulated, reproduce_section, same_numbers
from results.sensitivity import figures, firmness_figures
from results.sensitivity.data import StudyData
from results.sensitivity.figures import digits_for
from results.sensitivity.ranking import SETTLED, TOLD_APART, is_rough, names_text, running_text, widest_share

ADDS = 0.9
"""First-order indices whose sum is surely above this nearly add up."""
TOP = 3
"""How many places count as the top, where there are more than twice as many measures; else the first."""
DRAWN_FIGURES = 3
METHODS: dict[str, Text] = {
    "sobol": both("a Sobol design", " Sobol 设计"),
    "morris": both("a Morris design", "莫里斯设计"),
    "grid": both("a grid", "网格设计"),
    "lhs": both("a Latin hypercube", "拉丁超立方设计"),
    "one_at_a_time": both("one factor at a time", "逐项单因素设计"),
}


def indices_section(data: StudyData) -> Section | None:
    """Interactions and the firmness of ranks."""
    if not data.analysed or data.method == "morris":
        return None
    title = both("Do measures add up, and how firm is the ranking?", "措施效果能否叠加，排序有多稳固？")
    found = data.indices(data.main)
    together = float(found.first.sum())
    low, high = np.percentile(found.first_resamples.sum(axis=1), [2.5, 97.5])
    ends = number(100 * float(low)), number(100 * float(high))
    span = both(f"{ends[0]} to {ends[1]} %", f"{ends[0]}% 至 {ends[1]}%")
    verdict = _adds_up(float(low), float(high))
    lead = both(
        f"First-order indices sum to {number(100 * together)} % (95 % interval {span['en']}): {verdict['en']}",
        f"一阶指数合计 {number(100 * together)}%（95% 区间 {span['zh']}）：{verdict['zh']}",
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
                    f"{one['zh']}与{two['zh']}：前者在 {100 * above[i, j]:.0f}% 的重抽样中居上。",
                )
            )
    blocks: list[Block] = [
        FigureRef(
            figures.interactions,
            both(
                "Second-order indices: what a pair does beyond the sum of the two. Values without a star, and all "
                "negative ones, may be error of the design; of many pairs one in twenty is starred by chance.",
                "二阶指数：两项因素同时变动时超出各自之和的部分。无星号的值及所有负值可能只是样本误差；"
                "因素对较多时，约二十分之一会因偶然而带星号。",
            ),
        ),
        FigureRef(
            firmness_figures.rank_stability,
            both("Rows that spread over several ranks cannot be ranked firmly.", "名次分散的因素无法稳固排序。"),
        ),
    ]
    if items:
        blocks += [
            Paragraph(both("Neighbouring ranks that cannot be told apart:", "无法区分的相邻名次：")),
            Bullets(items),
        ]
    return Section("ranks", title, lead, blocks)


def _adds_up(low: float, high: float) -> Text:
    """What the interval of the sum of first-order indices says about adding up."""
    if low > 1:
        return both("more than 100 % is error of the design, which is too small.", "超过 100% 为样本误差，样本量偏小。")
    if high < 1:
        return both("what lacks to 100 % lies in interactions and simulation noise.",
                    "不足 100% 的部分来自交互作用与模拟噪声。")  # fmt: skip
    if low > ADDS:
        return both("measures nearly add up.", "措施效果基本可以相加。")
    return both("the interval holds 100 % and much less, so the design is too small to say whether measures add up.",
                "区间包含 100%，但也包含低得多的值，样本量不足以判断措施效果能否相加。")  # fmt: skip


def unknown_section(data: StudyData) -> Section | None:
    """What is not known about behaviour, and what it does to the ranking."""
    effects = data.by_draw
    if len(effects) < 2 or data.alone_nothing_changes:
        return None
    title = both("What do we not know, and does it change the ranking?", "未知因素会改变排序吗？")
    lead = (
        _firm_over_draws(data)
        if len(effects) >= FEWEST
        else both(
            f"{len(effects)} parameter draws, fewer than five, cannot say whether the order holds; the table "
            "shows how far the effects go apart.",
            f"仅有 {len(effects)} 组参数（不足五组），无法判断排序是否稳定；下表给出各组参数下效果的差异。",
        )
    )
    digits = digits_for(float(effects.abs().max().max()))
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Median effect", "效果中位数"),
        both("Smallest and largest", "最小与最大"),
        both("Draws above zero", "效果为正的参数组数"),
    ]
    ordered = effects.median().sort_values(ascending=False).index
    rows: list[list[Cell]] = [
        [
            names_text(data, [str(name)]),
            Number(effects[name].median(), digits=digits, sign=True),
            Number(None, effects[name].min(), effects[name].max(), digits=digits, sign=True, words=SPREAD),
            Number(int((effects[name] > 0).sum()), of=len(effects), words=COUNTED),
        ]
        for name in ordered
    ]
    caption = both("Effects alone over parameter draws", "各参数组下的单独效果")
    blocks: list[Block] = [
        FigureRef(
            firmness_figures.rank_over_draws,
            both(
                f"A measure with one place in all {len(effects)} draws keeps it as far as these numbers were tried; "
                "others may turn it.",
                f"某项措施若在全部 {len(effects)} 组参数中名次不变，只说明在所试取值内成立；未抽到的取值下仍可能改变。",
            ),
        ),
        FigureRef(
            firmness_figures.unknown_numbers,
            both(
                "Blue: a larger number makes the measure weaker; red: stronger. *: told apart from zero after Holm's "
                "correction for all pairs shown.",
                "蓝色：参数越大效果越弱；红色：越强。*：经 Holm 多重检验校正后可与零区分。",
            ),
        ),
        Table("effects_over_draws", caption, head, rows),
        *_draws_table(data),
    ]
    return Section("unknown", title, lead, blocks)


def _firm_over_draws(data: StudyData) -> Text:
    """Which measures keep to the top in at least 95 % of the draws."""
    effects = data.by_draw
    found, count = draw_ranks(effects), len(effects)
    top = TOP if effects.shape[1] > 2 * TOP else 1
    always = [str(c) for i, c in enumerate(effects.columns) if (found[:, i] <= top).mean() >= TOLD_APART]
    kept = running_text(data, always)
    among = (both("has the largest effect", "效果最大") if top == 1
             else both(f"is among the {top} largest effects", f"效果居前 {top} 位"))  # fmt: skip
    if not always:
        return both(f"No measure {among['en']} in at least 95 % of {count} parameter draws.",
                    f"没有一项措施在 {count} 组参数的至少 95% 中{among['zh']}。")  # fmt: skip
    return both(f"In at least 95 % of {count} parameter draws each of these {among['en']}: {kept['en']}.",
                f"在 {count} 组参数的至少 95% 中{among['zh']}的措施：{kept['zh']}。")  # fmt: skip


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
            *(_drawn(value) for value in np.quantile(card["values"], [0.0, 0.5, 1.0])),
        ]
        for card in data.plan["uncertain"]
    ]
    return [Paragraph(told, "note"), Table("unknown_ranges", both("Numbers drawn", "所抽参数"), head, rows)]


def _drawn(value: float) -> Number:
    """A behavioural number with three significant digits."""
    return Number(to_digits(value, DRAWN_FIGURES) if abs(value) >= 1000 else value, figures=DRAWN_FIGURES)


def noise_section(data: StudyData) -> Section | None:
    """Simulation noise and convergence; None where neither is known."""
    title = both("Is the design large enough?", "样本是否足够？")
    noise, moved = data.noise, data.last_doubling
    sentences = [text for text in (_verdict(data), _moved_text(moved), _noise_text(data, noise)) if text is not None]
    if not sentences:
        return None
    lead = {lang: (" " if lang == "en" else "").join(text[lang] for text in sentences) for lang in ("en", "zh")}
    caption = both("Where lines still move, the design is too small.", "曲线仍在变动处，样本量不足。")
    return Section("noise", title, lead, [FigureRef(firmness_figures.convergence, caption)])


def _verdict(data: StudyData) -> Text | None:
    """Yes or no, by the widest interval of a total index and by what the last doubling moved; None without indices."""
    if data.method == "morris" or not data.analysed or data.nothing_moves:
        return None
    points = f"{100 * widest_share(data):.0f}"
    if is_rough(data):
        return both(f"No: the 95 % interval of a total index is up to {points} points wide.",
                    f"不够：总效应指数的 95% 区间最宽达 {points} 个百分点。")  # fmt: skip
    return both(f"Yes: no 95 % interval of a total index is wider than {points} points.",
                f"足够：总效应指数的 95% 区间最宽为 {points} 个百分点。")  # fmt: skip


def _noise_text(data: StudyData, noise: Noise | None) -> Text | None:
    if data.method == "morris" or not data.analysed or data.nothing_moves:
        return None
    if noise is None:
        return both(
            "How much of the variance is simulation noise is not known: too few rows were run on a second seed.",
            "用另一随机种子重复模拟的行太少，方差中模拟噪声所占比例未知。",
        )
    low, high = 100 * noise.share_low, 100 * noise.share_high
    return both(
        f"Simulation noise is {100 * noise.share:.1f} % of the variance of the effect over the design (95 % interval "
        f"{low:.1f} to {high:.1f} %), from {noise.rows} rows on {noise.seeds} seeds; a total index of that size or "
        "less cannot be told from chance.",
        f"模拟噪声占设计内效果方差的 {100 * noise.share:.1f}%（95% 区间 {low:.1f}% 至 {high:.1f}%），"
        f"由 {noise.rows} 行在 {noise.seeds} 个种子上的重复模拟估计；不大于此值的总效应指数无法与随机波动区分。",
    )


def _moved_text(moved: tuple[int, int, float] | None) -> Text | None:
    if moved is None:
        return None
    before, after, most = moved
    return both(
        f"Going from {before} to {after} base rows moved a total index by up to {100 * most:.0f} points, where less "
        f"than {100 * SETTLED:.0f} is taken as settled.",
        f"基础样本由 {before} 行增至 {after} 行时，"
        f"总效应指数最多变动 {100 * most:.0f} 个百分点（低于 {100 * SETTLED:.0f} 个百分点视为稳定）。",
    )


def reproduction_section(data: StudyData) -> Section:
    """How to get the same numbers again."""
    lead = same_numbers(data, _designed(data), people_simulated(data))
    files = both(
        "Tables and figures lie beside this page as files; runs.csv holds every run with its doses and outcomes.",
        "表格与图另存于同一文件夹；runs.csv 含每次模拟的剂量与结果。",
    )
    return reproduce_section(data, lead, [*_intervals_text(data), files])


def _designed(data: StudyData) -> Text:
    method = METHODS.get(data.method, both(data.method, data.method))
    return both(method["en"], f"采用{method['zh']}")


def _intervals_text(data: StudyData) -> list[Text]:
    """Where the intervals of this page come from, and what they cover."""
    over = data.replicates_text
    items = []
    if data.method in ("sobol", "morris") and data.analysed:
        items.append(both(
            "Intervals of indices are percentiles of 1,000 bootstrap resamples of the base rows of the design: they "
            "cover its size alone.",
            "指数区间为对基础样本做 1,000 次自助重抽样的百分位，只反映样本量。",
        ) if data.method == "sobol" else both(
            "Intervals of mean absolute effects are 1.96 standard deviations over 1,000 bootstrap resamples of the "
            "trajectories to either side, cut at zero: they cover the size of the design alone.",
            "平均绝对效应的区间为均值加减 1.96 倍标准差（对轨迹做 1,000 次自助重抽样），下限不低于零，只反映样本量。",
        ))  # fmt: skip
    if data.has_intervals:
        averaged = both("", "")
        if data.replicates_are_draws:
            averaged = both(", seeds of one draw averaged", "（同一组参数的各种子先取均值）")
        items.append(both(
            f"Intervals of effects are t intervals over {over['en']}{averaged['en']}.",
            f"效果区间为按 {over['zh']}计算的 t 区间{averaged['zh']}。",
        ))  # fmt: skip
    else:
        items.append(both(
            f"Effects have no intervals: there are {over['en']}, and an interval takes five.",
            f"效果不给区间：仅有 {over['zh']}，给出区间至少需要五次独立模拟。",
        ))  # fmt: skip
    return items
