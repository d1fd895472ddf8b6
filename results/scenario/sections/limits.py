"""Sections on what is put in and what comes out, and on what the numbers cannot say."""

from __future__ import annotations

from typing import Any

from results.analysis.compare import FEWEST
from results.content.blocks import Block, Bullets, Lists, Paragraph, Section, both
from results.content.words import Text, number
from results.scenario.data import RunData
from results.scenario.fit import HasContext


def imposed_section(data: HasContext) -> Section:
    """What is imposed on the model, and what emerges from it."""
    title = both("What is imposed, and what emerges?", "哪些是外部设定，哪些是模型内生结果？")
    lead = both(
        "Births, marriages, take-up and cost come out of people's decisions; the drift of marriage, net migration, "
        "mortality and how strongly people follow each other are put in.",
        "出生、结婚、政策领取与支出由居民的决策产生；结婚的趋势变化、净迁移、死亡率以及相互影响的强度为外部设定。",
    )
    numbers = {card["name"]: card for card in data.context["parameters"]}
    columns = [
        (
            both("Imposed: not findings", "外部设定：不是研究发现"),
            [*IMPOSED, *_imposed_numbers(numbers), *_drawn(data)],
        ),
        (both("Emergent: what the model says", "模型内生结果"), EMERGENT),
    ]
    blocks: list[Block] = [Lists(columns)]
    held = data.context.get("hold") or []
    if held:
        blocks.append(
            Paragraph(both(f"Held constant in this run: {', '.join(held)}.", f"本次模拟保持不变：{'、'.join(held)}。"))
        )
    return Section("imposed", title, lead, blocks)


IMPOSED: list[Text] = [
    both(
        "The drift of marriage since 2010 and its course after 2023: no measure explains it, and the whole level of "
        "births after 2023 rests on it.",
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
    both("Who bears the time and the cost of leave is a rule.", "休假的时间与成本由谁承担按规则设定。"),
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
    both("How second births answer the rules of 2014 and 2016.", "二孩对 2014 年与 2016 年生育政策的反应。"),
    both("Answers by birth order, income, place, and registration.", "分孩次、收入、地区与户籍的反应。"),
    both(
        "The lag of childcare, which waits for places, and the rush before a measure ends.",
        "托育因等待托位而滞后；政策结束前的赶生。",
    ),
    both("Marriage delayed by dear homes, for those who own nothing.", "高房价使无房者推迟结婚。"),
    both("Take-up, use of places, homes bought, and so the cost.", "领取、托位使用、购房，以及由此产生的支出。"),
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
        en, zh = "", ""
        if card["low"] is not None:
            ends = [number_text(card[end]) for end in ("low", "high")]
            en, zh = f" ({ends[0]} to {ends[1]})", f"（{ends[0]} 至 {ends[1]}）"
        how, value = status.get(card["status"], both(card["status"], card["status"])), number_text(card["value"])
        items.append(
            both(
                f"{label['en']}: {value}{en}, {card['unit']}, {how['en']}.",
                f"{label['zh']}：{value}{zh}，{how['zh']}。",
            )
        )
    return items


def _drawn(data: HasContext) -> list[Text]:
    """That a run on fitted draws did not take the numbers of the files themselves."""
    if data.context.get("parameters_used") != "fitted":
        return []
    return [
        both(
            "The numbers here are those of the parameter files; each draw of this run has its own, which lie around "
            "them as the section on the fit tells.",
            "以上数值取自参数文件；本次模拟的每组参数各有取值，围绕这些数值分布，见拟合一节。",
        )
    ]


def number_text(value: float) -> str:
    """A parameter's value, with a true minus."""
    return f"{value:g}".replace("-", "−")


def limits_section(data: RunData) -> Section:
    """What the numbers cannot say."""
    title = both("What can this not tell?", "本报告不能说明什么？")
    lead = both(
        "It compares laws in one city; it is no forecast of the city's births, and one person's life in it means "
        "nothing.",
        "本报告比较同一城市在不同政策下的差异；它不是对本市出生人数的预测，其中单个居民的经历没有意义。",
    )
    share = 100 * data.context["scale"]
    items = [
        what_intervals_cover(data),
        both(
            "Levels after 2023 depend on how the retreat from marriage goes on, which is put in from outside. "
            "Differences between scenarios depend on it far less.",
            "2023 年后的水平取决于结婚下降如何延续（外部设定）；情景之间的差异受其影响要小得多。",
        ),
        both(
            "Few measures, often none, rest on a causal study in China; effects stand on studies of other places or "
            "on an assumption, and each card says which.",
            "有中国因果研究的措施很少，往往没有；效应依据其他地区的研究或假设，各措施卡片均有说明。",
        ),
        both(
            "Moves because of a measure are not modelled, except graduates drawn by settlement grants: a gain cannot "
            "come from neighbouring cities, nor be lost to them.",
            "除安家补贴吸引毕业生外，未模拟因政策引起的迁移：新增出生不会来自邻市，也不会流向邻市。",
        ),
        both(
            f"Simulated: {number(data.context['people'])} people, {share:g} % of residents; small groups and "
            "counties are noisy.",
            f"模拟 {number(data.context['people'])} 人，为常住人口的 {share:g}%；小群体与分县区结果噪声较大。",
        ),
        both(
            "Costs are in yuan of the year and are not discounted; what measures owe after the horizon is not in them.",
            "支出按当年价计算，未折现；期末之后仍应支付的部分未计入。",
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


def what_intervals_cover(data: RunData) -> Text:
    """What the 95 % intervals of this run hold and what they do not; whether there are any."""
    n = data.seeds
    if n < FEWEST:
        return both(
            f"There are no intervals: {n} independent run{'s are' if n > 1 else ' is'} too few, five are needed. How "
            "far another run would differ by chance is not known, nor what is unknown about behaviour.",
            f"本报告不给区间：仅有 {n} 次独立模拟，不足五次。再模拟一次会因随机波动相差多少、"
            "行为参数的不确定性有多大，均不得而知。",
        )
    if data.draws > 1:
        return both(
            f"A 95 % interval says how well the mean over {n} parameter draws is known. The city is one case and may "
            "lie farther off: bands of one more run show how far, for chance and for what is unknown about behaviour "
            "as far as the draws span it. What all draws share (the form of the model, the reach of nurseries, "
            "migration) is in neither.",
            f"95% 区间表示 {n} 组参数的均值有多准确。本市只是一个个例，可能偏离更远：“若再模拟一次”的阴影范围反映"
            "随机波动和参数组所涵盖的行为不确定性；各组参数共有的设定（模型形式、托位覆盖、迁移）均未包含在内。",
        )
    return both(
        f"A 95 % interval says how well the mean over {n} seeds under one set of numbers is known: it holds chance "
        "alone. What is unknown about behaviour comes on top, so it is too narrow.",
        f"95% 区间表示同一组参数下 {n} 个随机种子的均值有多准确：仅包含随机波动；行为参数的不确定性未计入，因此偏窄。",
    )
