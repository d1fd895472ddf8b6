"""Sections on what is put in and what comes out, and on what the numbers cannot say."""

from __future__ import annotations

from typing import Any

from results.blocks import Block, Bullets, Lists, Paragraph, Section, both
from results.fit_data import HasContext
from results.run_data import RunData
from results.words import Text, number


def imposed_section(data: HasContext) -> Section:
    """What is imposed on the model, and what emerges from it."""
    title = both("What is imposed, and what emerges?", "哪些是设定，哪些是模型结果？")
    lead = both(
        "Births, marriages, take-up and cost come out of people's decisions; the drift of marriage, net migration, "
        "mortality "
        "and how strongly people follow each other are put in.",
        "出生、结婚、政策领取与成本由居民的决策产生；结婚的趋势变化、净迁移、死亡率以及相互影响的强度为外部设定。",
    )
    numbers = {card["name"]: card for card in data.context["parameters"]}
    columns = [
        (both("Imposed: not findings", "设定：不是发现"), [*(item for item in IMPOSED), *_imposed_numbers(numbers)]),
        (both("Emergent: what the model says", "涌现：模型的结果"), EMERGENT),
    ]
    blocks: list[Block] = [Lists(columns)]
    held = data.context.get("hold") or []
    if held:
        blocks.append(
            Paragraph(both(f"Held constant in this run: {', '.join(held)}.", f"本次运行保持不变：{'、'.join(held)}。"))
        )
    return Section("imposed", title, lead, blocks)


IMPOSED: list[Text] = [
    both(
        "The drift of marriage since 2010 and its course after 2023: no measure explains it, and the whole level of "
        "births "
        "after 2023 rests on it.",
        "2010 年以来结婚的趋势变化及 2023 年后的走势：没有政策能解释它，而 2023 年后的出生水平取决于它。",
    ),
    both(
        "Net migration by year, the urban share and life expectancy follow the city's tables and plan.",
        "逐年净迁移、城镇化率与预期寿命按本市数据表和规划给定。",
    ),
    both(
        "How far people follow their neighbours is bounded at a quarter of any effect.",
        "邻里影响的放大作用上限为效应的四分之一。",
    ),
    both("Who bears the time and the cost of leave is a rule.", "休假的时间与成本由谁承担为规则设定。"),
    both(
        "How strongly families answer money and care is taken from studies of other places, not from this city.",
        "家庭对现金与托育的反应强度取自其他地区的研究，而非本市。",
    ),
]
EMERGENT: list[Text] = [
    both(
        "When people marry and have children, later in town and with schooling.",
        "结婚与生育的时间，城镇与受教育较多者更晚。",
    ),
    both("The short rise of second births after the rules of 2014 and 2016.", "2014 与 2016 年政策后二孩的短暂回升。"),
    both("Answers by birth order, income, place, and registration.", "分孩次、收入、地区与户籍的反应。"),
    both(
        "The lag of childcare, which waits for places, and the rush before a measure ends.",
        "托育因等待托位而滞后；政策结束前的赶生。",
    ),
    both("Marriage delayed by dear homes, for those who own nothing.", "高房价使无房者推迟结婚。"),
    both("Take-up, use of places, homes bought, and so the cost.", "领取、托位使用、购房，以及由此产生的成本。"),
]
_SHOWN = (
    ("norm_weight", both("Weight of neighbours' births", "邻里生育影响的权重")),
    ("marriage_norm", both("Weight of neighbours' marriages", "邻里结婚影响的权重")),
    ("wish_drift", both("Drift of the wish for a child", "生育意愿的漂移")),
    ("marriage_prospect", both("Weight of family prospects in marriage", "家庭前景对结婚的权重")),
)


def _imposed_numbers(cards: dict[str, Any]) -> list[Text]:
    """Imposed numbers with value, range and status."""
    status = {
        "fitted": both("fitted", "拟合"),
        "literature": both("literature", "文献"),
        "assumed": both("assumed", "假设"),
    }
    items = []
    for name, label in _SHOWN:
        card = cards.get(name)
        if card is None or isinstance(card["value"], list):
            continue
        span = "" if card["low"] is None else f" ({card['low']:g}–{card['high']:g})"
        how = status.get(card["status"], both(card["status"], card["status"]))
        items.append(
            both(
                f"{label['en']}: {card['value']:g}{span}, {card['unit']}, {how['en']}.",
                f"{label['zh']}：{card['value']:g}{span}，{how['zh']}。",
            )
        )
    return items


def limits_section(data: RunData) -> Section:
    """What the numbers cannot say."""
    title = both("What can this not tell?", "本报告不能说明什么？")
    fitted = data.draws > 1
    lead = both(
        "It compares laws in one city; it is no forecast of the city's births, and one person's life in it means "
        "nothing.",
        "本报告比较同一城市在不同法律下的差异；它不是对本市出生人数的预测，其中个体的一生没有意义。",
    )
    share = 100 * data.context["scale"]
    items = [
        both(
            f"Intervals hold chance between seeds and what {data.draws} parameter draws span."
            if fitted
            else "Intervals hold chance between seeds under one set of numbers; what is unknown about behaviour "
            "comes on top, so "
            "they are too narrow.",
            f"区间包含种子间随机波动与 {data.draws} 组参数的差异。"
            if fitted
            else "区间仅含同一组参数下种子间的随机波动；行为的不确定性未计入，因此偏窄。",
        ),
        both(
            "Levels after 2023 depend on how the retreat from marriage goes on, which is put in from outside. "
            "Differences between "
            "scenarios depend on it far less.",
            "2023 年后的水平取决于结婚下降如何延续（外部设定）；情景之间的差异受其影响要小得多。",
        ),
        both(
            "For several measures no causal study exists in China; their effect stands on studies of other places "
            "or on an "
            "assumption, and each card says which.",
            "若干措施在中国没有因果研究；其效应依据其他地区的研究或假设，各措施卡片均有说明。",
        ),
        both(
            "Moves because of a measure are not modelled, except graduates drawn by settlement grants: a gain "
            "cannot come from "
            "neighbouring cities, nor be lost to them.",
            "除安家补贴吸引毕业生外，未模拟因政策引起的迁移：新增出生不会来自邻市，也不会流向邻市。",
        ),
        both(
            f"Simulated: {number(data.context['people'])} people, {share:g} % of residents; small groups and "
            "counties are noisy.",
            f"模拟 {number(data.context['people'])} 人，为常住人口的 {share:g} %；小群体与分县区结果噪声较大。",
        ),
        both(
            "Costs are in yuan of the year and are not discounted; what measures owe after the horizon is not in them.",
            "成本为当年价，未折现；期末之后仍应支付的部分未计入。",
        ),
    ]
    if not data.cohorts_completed:
        items.insert(
            1,
            both(
                "Cohorts were not followed to age 50, so how many of the births are only earlier is not known.",
                "队列未追踪至 50 岁，因此无法知道其中多少只是提前的出生。",
            ),
        )
    return Section("limits", title, lead, [Bullets(items)])
