"""The first screen of a scenario report: the question answered in a few sentences, and one figure of differences."""

from __future__ import annotations

import math

from results.analysis.compare import FEWEST, t_interval
from results.content.blocks import FigureRef, Opening, both
from results.content.estimates import (
    amounts,
    if_not_told,
    is_wide,
    money_said,
    people_said,
    rounded,
    said,
    span_of,
    to_digits,
    turned,
)
from results.content.words import Text, joined, number, percent
from results.scenario.answers import (
    best_value,
    cost_a_year,
    cost_per_birth,
    free_parameters,
    in_force_text,
    leader,
    one_birth_name,
    payers_of,
    years_text,
    years_zh,
)
from results.scenario.births_parts import births_parts, rates_by_age, women_by_age
from results.scenario.data import RunData
from results.scenario.figures.births_cost import births_cost
from results.scenario.sections.effects import bare, not_told_text, quoted, target_section, tfr_figure, with_births
from results.trust.marks import COSTS
from results.trust.open_order import FREE, before, concerns, families_of, short

Sentence = tuple[Text, tuple[str, ...]]
"""A sentence and the topics of the verdicts that stand behind it."""


def opening(data: RunData) -> Opening:
    """Is the aim reached; what the leading scenario adds; which gives most for its money; cost and payers."""
    made: list[Sentence | None] = [(target_section(data).lead, ("target", "level")) if data.tfr_target else None]
    found = leader(data)
    if found is None:
        made.append(_women(data))
    else:
        worth = _best_value(data, found[0])
        told = worth is not None and "order" in worth[1]
        adds = _adds(data, *found)
        made += [adds if told or adds is None else _with_open_order(data, adds), worth, _costs(data, found[0])]
    made.append(_chance_alone(data))
    sentences = [sentence for sentence in made if sentence is not None]
    figure = opening_figure(data)
    return Opening([text for text, _ in sentences], figure.name, figure.caption, [topics for _, topics in sentences])


def opening_figure(data: RunData) -> FigureRef:
    """Births against cost where scenarios are compared, else the path of the TFR."""
    compares = leader(data) is not None and not data.extra_cost.empty
    return births_cost_figure(data) if compares else tfr_figure()


def _chance_alone(data: RunData) -> Sentence | None:
    """That intervals hold chance and nothing else, where all runs share one set of parameters."""
    if data.draws > 1 or data.seeds < FEWEST:
        return None
    return (
        both(
            "All runs share one set of parameters, so the intervals cover chance alone; what is unknown about "
            "behaviour would make them wider.",
            "各次模拟使用同一组参数，区间仅含随机波动；若计入行为参数的不确定性，区间会更宽。",
        ),
        (),
    )


def _with_open_order(data: RunData, sentence: Sentence) -> Sentence:
    """The sentence on which scenario adds most; where families whose order is open compete, that comes before it."""
    changed = {change["lever"] for name in data.policies for change in data.scenario_card(name)["changes"]}
    if len(data.policies) < 2 or not concerns(families_of(data.context, changed)):
        return sentence
    text, topics = sentence
    return before(text), (*topics, "order")


def births_cost_figure(data: RunData) -> FigureRef:
    """Births against cost, a point a scenario."""
    what = {
        True: both("Additional births of completed cohorts", "完整队列的新增出生"),
        False: both(f"Births more within {years_text(data)}", f"{years_zh(data)} 年内多出生人数"),
    }[data.cohorts_completed]
    return FigureRef(
        births_cost,
        both(
            f"{what['en']} against the cost a year, both against current law; bars: 95 % intervals. Higher and further "
            "left is better; points on one line from the origin give as many births for the money.",
            f"纵轴：{what['zh']}；横轴：年均支出，均相对现行政策；横竖线为 95% 区间。越靠左上越好；"
            "与原点连线相同者每元带来的出生数相同。",
        ),
    )


def _adds(data: RunData, scenario: str, equals: list[str]) -> Sentence | None:
    """What the leading scenario does to the TFR, and how many births it adds: over lives, and within the horizon."""
    found, effect = data.split_value(scenario, data.births_quantity), data.effect("tfr", scenario, data.judged_year)
    within = data.split_value(scenario, "within_horizon")
    if found is None or effect is None or within is None:
        return None
    who = quoted(data, scenario)
    if len(data.policies) > 1:
        tie = not_told_text(with_births(data, equals))
        tail = both(f" ({tie['en']})", f"（{tie['zh']}）") if equals else both("", "")
        who = both(
            f"{who['en']}, with the most births of {len(data.policies)} scenarios{tail['en']},",
            f"{len(data.policies)} 个情景中出生增加最多的{who['zh']}{tail['zh']}",
        )
    up = effect["mean"] >= 0
    size, span, unsure = number(abs(effect["mean"]), 3), span_of(effect, 3, sign=True), if_not_told(effect, 3)
    moves = both(
        f"{who['en']} {'raises' if up else 'lowers'} the TFR of {data.judged_year} by {size} ({span['en']})"
        f"{unsure['en']}",
        f"{who['zh']}使 {data.judged_year} 年总和生育率{'提高' if up else '降低'} {size}（{span['zh']}）{unsure['zh']}",
    )
    births = _births_said(data, found, within)
    return both(f"{moves['en']}; {births['en']}.", f"{moves['zh']}；{births['zh']}。"), ("differences",)


def _births_said(data: RunData, found: dict[str, float], within: dict[str, float]) -> Text:
    """Births over lives and within the horizon, each with its period."""
    years, inside = both(years_text(data), years_zh(data)), people_said(within)
    if not data.cohorts_completed:
        return both(
            f"within {years['en']} that is {inside['en']} births, some of them perhaps only earlier",
            f"{years['zh']} 年内{inside['zh']}，其中部分可能只是提前",
        )
    total = people_said(found)
    part = 0 <= within["mean"] <= found["mean"]
    return both(
        f"in all, {total['en']} additional births by the time all women concerned are 50 (completed cohorts), "
        f"{'of which' if part else 'and'} {inside['en']} within {years['en']}",
        f"按完整队列（相关妇女满 50 岁）计，累计{total['zh']}，{'其中 ' if part else ''}{years['zh']} "
        f"年内{inside['zh']}",
    )


def _best_value(data: RunData, top: str) -> Sentence | None:
    """Which other scenario gives most of the leader's births for its money."""
    found = best_value(data, top)
    if found is None:
        return None
    name, leading = quoted(data, found.scenario), quoted(data, top)
    births, cost = _share_said(found.births), _share_said(found.cost)
    sure = both("", "") if found.sure else both(
        "; births for money of the two cannot be told apart", "；两者单位资金的出生数无法区分"
    )  # fmt: skip
    gift = _gift(data, found.scenario, top)
    changed = {change["lever"] for name_ in (found.scenario, top) for change in data.scenario_card(name_)["changes"]}
    is_open = short() if concerns(families_of(data.context, changed)) else both("", "")
    return (
        both(
            f"{is_open['en']}{' ' if is_open['en'] else ''}In this run {name['en']} gives {births['en']} of the births "
            f"of {leading['en']} for {cost['en']} of its cost{sure['en']}{gift['en']}.",
            f"{is_open['zh']}本次模拟中，{name['zh']}的支出为{leading['zh']}的 {cost['zh']}，出生为其 {births['zh']}"
            f"{sure['zh']}{gift['zh']}。",
        ),
        ("differences", "order") if is_open["en"] else ("differences",),
    )


def _gift(data: RunData, scenario: str, top: str) -> Text:
    """A clause on what one or both of two scenarios count on and do not pay for."""
    free = {name: free_parameters(data, name, FREE) for name in (scenario, top)}
    if not any(free.values()):
        return both("", "")
    label = next(changes for changes in free.values() if changes)[0]["label"]
    one = quoted(data, next(name for name, changes in free.items() if changes))
    who = both(f"{one['en']} counts", f"{one['zh']}含")
    if all(free.values()):
        who = both("both count", "两者均含")
    return both(
        f"; {who['en']} on “{bare(label['en']).lower()}”, which costs nothing in the model",
        f"；{who['zh']}“{bare(label['zh'])}”，在模型中不计成本",
    )


def _share_said(share: dict[str, float]) -> Text:
    """A share in percent with its interval, with a decimal where the interval is narrow."""
    scaled = {**share, **{key: 100 * share[key] for key in ("mean", "low", "high")}}
    scaled["low"] = max(scaled["low"], 0.0) if math.isfinite(scaled["low"]) else scaled["low"]
    digits = 0 if is_wide(scaled) else 1
    mean, span = number(rounded(scaled)["mean"], digits), span_of(scaled, digits)
    return both(f"{mean} % ({span['en']})", f"{mean}%（{span['zh']}）")


def _costs(data: RunData, scenario: str) -> Sentence | None:
    """What it costs a year of those in force, who pays, who saves, and what a birth costs."""
    cost = cost_a_year(data, scenario)
    if cost is None:
        return None
    name, years, each = quoted(data, scenario), in_force_text(data, scenario), birth_price_said(data, scenario)
    more = cost["mean"] >= 0
    amount, payers = money_said(cost if more else turned(cost)), payers_said(data, scenario)
    return (
        both(
            f"{name['en']} costs {amount['en']} {'more' if more else 'less'} a year ({years['en']}) than current law; "
            f"{each['en']}.{payers['en']}",
            f"{name['zh']}在 {years['zh']}每年比现行政策{'多' if more else '少'}支出 {amount['zh']}；{each['zh']}。"
            f"{payers['zh']}",
        ),
        (*COSTS, "differences"),
    )


def payers_said(data: RunData, scenario: str) -> Text:
    """A sentence on payers by their share of the added spending, and on who saves."""
    found = payers_of(data, scenario)
    if not found.shares:
        return both("", "")
    names, sizes = [name for name, _ in found.shares], [share for _, share in found.shares]
    of = {lang: list(zip(names, share_texts(sizes, lang), strict=True)) for lang in ("en", "zh")}
    pays = {
        "en": joined([f"{data.payer_label(n, 'en').lower()} ({share})" for n, share in of["en"]], "en"),
        "zh": joined([f"{data.payer_label(n, 'zh')}（{share}）" for n, share in of["zh"]], "zh"),
    }
    if not found.savings:
        return both(f" The added cost falls on {pays['en']}.", f"多支出部分由{pays['zh']}承担。")
    total = amounts(to_digits(found.more_a_year))
    text = both(
        f" Payers spend {total['en']} a year more: {pays['en']}", f"各方每年多支出 {total['zh']}，由{pays['zh']}承担"
    )
    saved = [(name, money_said(estimate)) for name, estimate in found.savings]
    less = {
        "en": joined([f"{data.payer_label(n, 'en').lower()} save {m['en']} a year" for n, m in saved], "en"),
        "zh": joined([f"{data.payer_label(n, 'zh')}每年节省 {m['zh']}" for n, m in saved], "zh"),
    }
    return both(f"{text['en']}; {less['en']}.", f"{text['zh']}；{less['zh']}。")


def share_texts(shares: list[float], lang: str) -> list[str]:
    """Shares in percent, all with a decimal where one is close to none or all, so that they add up as printed."""
    digits = int(any(share > 0.95 or share < 0.05 for share in shares))
    return [percent(100 * share, lang, digits) for share in shares]


def birth_price_said(data: RunData, scenario: str) -> Text:
    """The cost of one birth in words, or that none can be given."""
    found, one = cost_per_birth(data, scenario), one_birth_name(data)
    if found is None:
        return both(f"no cost per {one['en']} can be given", f"无法给出{one['zh']}的成本")
    price = money_said(found)
    return both(f"per {one['en']} that is {price['en']}", f"{one['zh']}的成本为 {price['zh']}")


def _women(data: RunData) -> Sentence | None:
    """How births go on under current law, and how much of it is the number of women."""
    first, last = (data.value("births", data.baseline, year) for year in (data.branch_year - 1, data.end_year))
    women = women_by_age(data.rows("population"))
    if first is None or last is None or women.empty:
        return None
    parts = births_parts(women, rates_by_age(data.rows("asfr")), data.branch_year - 1, data.end_year)
    if parts.empty:
        return None
    own = parts.xs(data.baseline, level="scenario")["women"].to_numpy()
    mean, low, high = t_interval(own)
    fewer = said({"mean": mean, "low": low, "high": high, "n": float(len(own))}, sign=True)
    return (
        both(
            f"Under current law births go from {number(first['mean'])} ({data.branch_year - 1}) to "
            f"{said(last)['en']} in {data.end_year}, {fewer['en']} of that through the number of women alone.",
            f"现行政策下出生人数由 {data.branch_year - 1} 年的 {number(first['mean'])} 人变为 {data.end_year} 年的 "
            f"{said(last)['zh']}，其中仅因妇女人数变化 {fewer['zh']}。",
        ),
        ("level",),
    )
