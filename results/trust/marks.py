"""How far to trust what stands here: the verdicts of the city's fit as marks beside sentences, figures and tables.

The verdicts themselves are written by hand with the fit (``calibration/fitted/<city>/verdicts.yaml``), each with a
topic; this module knows which parts of a report speak of which topic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from results.content.blocks import Block, FigureRef, Opening, Section, Table, Verdict, both
from results.content.words import Text
from results.trust.open_order import concerns, families_of

TRUST: dict[str, Verdict] = {
    "high": Verdict(both("trust", "可信"), "good"),
    "medium": Verdict(both("with care", "谨慎使用"), "near"),
    "low": Verdict(both("do not rely on", "不宜依赖"), "bad"),
}
TOPICS: dict[str, Text] = {
    "target": both("whether the target is reached", "能否达到目标"),
    "level": both("level of TFR and births", "总和生育率与出生数水平"),
    "differences": both("differences between scenarios", "情景之差"),
    "order": both("order of cash, childcare, housing", "现金、托育、住房的先后"),
    "marriage_measures": both("marriage measures", "婚姻类措施"),
    "cost_cash": both("cost of cash measures", "现金类措施的支出"),
    "cost_housing": both("cost of housing measures", "住房类措施的支出"),
    "cost_nursery": both("cost and use of nurseries", "托育支出与使用"),
    "deadweight": both("births that happen anyway", "本来就会发生的出生"),
    "third_births": both("third births", "三孩"),
    "groups": both("gains by income and county", "分收入与县区的受益"),
}
"""What a verdict is about, in the words of a mark."""
COST_OF = {"cost_cash": "cash", "cost_housing": "housing", "cost_nursery": "childcare"}
"""Topics of cost and the family of levers that each is about; a mark stands only where such a lever is changed."""
COSTS = tuple(COST_OF)
GROUPS = ("income_fifth", "county", "residence", "hukou", "mother_age")
BY_SECTION: dict[str, tuple[str, ...]] = {
    "target": ("target", "level"),
    "effect": ("differences",),
    "births": ("differences", "deadweight"),
    "women": ("level",),
    "cost": (*COSTS, "differences"),
    "together": ("differences",),
    "gains": ("groups", "third_births"),
    "plan": ("level",),
}
RANKED = ("effect", "births", "cost")
"""Sections whose answer puts scenarios in an order."""
BY_BLOCK: dict[str, tuple[str, ...]] = {
    "births_cost": ("differences", *COSTS),
    "target": ("level",), "tfr_path": ("level",), "tfr_fans": ("level",), "tfr_effect": ("differences",),
    "births_split": ("differences", "deadweight"), "additional_births": ("differences",),
    "completed_fertility": ("level", "differences"), "tfr_decomposition": ("differences",), "marriage": ("level",),
    "births_and_women": ("level",), "births_decomposition": ("level",), "births": ("level",),
    "births_by_order": ("level", "third_births"), "pyramid": ("level",),
    "cost": COSTS, "cost_by_measure": COSTS,
    "cost_per_birth": ("differences",), "cost_by_payer": COSTS,
    "cost_by_lever": COSTS, "interactions": ("differences",),
    "who_gains": ("groups", "third_births"), "county_map": ("groups", "level"),
    "gains_births_order": ("third_births",), "gains_cost_order": ("third_births",),
    **{f"gains_{what}_{by}": ("groups",) for what in ("births", "cost") for by in GROUPS},
    "plan": ("level",), "plan_scoreboard": ("level",), "nursery_use": ("cost_nursery",),
}  # fmt: skip


def verdicts_of(context: Mapping[str, Any]) -> dict[str, str]:
    """Topic -> ``high``, ``medium`` or ``low``, from the fit of a context; empty where the city has none."""
    fit = context.get("fit") or {}
    return {str(row["topic"]): str(row["trust"]) for row in fit.get("verdicts", []) if row.get("topic")}


def marks(context: Mapping[str, Any], topics: Iterable[str]) -> list[Verdict]:
    """The marks of these topics, worst first; none for a topic without a verdict."""
    known = {topic: trust for topic, trust in verdicts_of(context).items() if _is_about(context, topic)}
    worst_first = sorted((t for t in topics if t in known), key=lambda t: list(TRUST)[::-1].index(known[t]))
    return [_mark(topic, TRUST[known[topic]]) for topic in worst_first]


def _is_about(context: Mapping[str, Any], topic: str) -> bool:
    """True unless the topic is the cost of a family of levers that no scenario of the run changes."""
    levers, used = context.get("levers", {}), context.get("levers_used")
    if topic not in COST_OF or used is None:
        return True
    return COST_OF[topic] in {str(levers[name].get("family")) for name in used if name in levers}


def _mark(topic: str, trust: Verdict) -> Verdict:
    name = TOPICS[topic]
    return Verdict(both(f"{name['en']}: {trust.text['en']}", f"{name['zh']}：{trust.text['zh']}"), trust.tone)


def with_marks(section: Section, context: Mapping[str, Any]) -> Section:
    """The section with marks beside its answer (those that it has, if any), its figures and its tables."""
    blocks = [_marked(block, context) for block in section.blocks]
    topics = BY_SECTION.get(section.key, ())
    if section.key in RANKED and orders_families(context):
        topics = (*topics, "order")
    topics = with_marriage(topics, context)
    return replace(section, blocks=blocks, trust=section.trust or marks(context, topics))


def with_marriage(topics: tuple[str, ...], context: Mapping[str, Any]) -> tuple[str, ...]:
    """The topics, and that of marriage measures where differences are told and the run changes one of them: a lever of
    marriage, a campaign or flexible hours."""
    levers = context.get("levers", {})
    used = [str(name) for name in context.get("levers_used") or ()]
    changed = any(name == "flexible_hours" or levers.get(name, {}).get("family") == "marriage" for name in used)
    return (*topics, "marriage_measures") if changed and "differences" in topics else topics


def orders_families(context: Mapping[str, Any]) -> bool:
    """True if several scenarios are compared that change levers of families whose order is open."""
    changed = [
        {str(change["lever"]) for change in card.get("changes", [])}
        for card in context.get("scenarios", [])
        if card.get("name") != context.get("baseline")
    ]
    return sum(map(bool, changed)) > 1 and concerns(families_of(dict(context), set().union(*changed)))


def _marked(block: Block, context: Mapping[str, Any]) -> Block:
    if isinstance(block, FigureRef | Table):
        return replace(block, trust=marks(context, BY_BLOCK.get(block.name, ())))
    return block


def opening_with_marks(opening: Opening, context: Mapping[str, Any]) -> Opening:
    """The opening with marks behind each sentence and beside its figure, or those that it has."""
    sentences: Sequence[Sequence[str]] = opening.topics or [()] * len(opening.sentences)
    return replace(
        opening,
        trust=opening.trust or [marks(context, with_marriage(tuple(topics), context)) for topics in sentences],
        figure_trust=opening.figure_trust or marks(context, BY_BLOCK.get(opening.figure or "", ())),
    )
