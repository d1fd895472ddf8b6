"""How far to trust the sections of a study, a forecast or a search: the verdicts of the city's fit beside answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from results.content.blocks import Cell, Opening, Section, Table, both
from results.trust.marks import TRUST, marks, with_marriage

BY_SECTION: dict[str, tuple[str, ...]] = {
    "people": ("level",), "structure": ("level",), "counties": ("level",),
    "ranking": ("order", "differences"), "plausible": ("order", "differences"), "alone": ("order", "differences"),
    "money": ("order", "cost_cash", "cost_nursery"), "ranks": ("order",), "unknown": ("order",),
    "sweep": ("order", "differences"), "answer": ("order", "level"), "front": ("order", "differences"),
    "missing": ("level",),
}  # fmt: skip
"""Topics that a section speaks of. Whether the plan's target is reached is a verdict on the packages of the plan alone,
so a search bears no mark of it."""
VERDICTS = "trust_verdicts"
"""Key of the section that the marks lead to."""


def trusted(sections: Sequence[Section], context: Mapping[str, Any], order_is_open: bool = False) -> list[Section]:
    """The sections with the marks of their topics (that of the order only where one is at stake), and before the last
    of them the verdicts that the marks lead to."""
    kept = [[topic for topic in _topics(section.key, context) if topic != "order" or order_is_open]
            for section in sections]  # fmt: skip
    told = [replace(section, trust=marks(context, topics)) for section, topics in zip(sections, kept, strict=True)]
    shown = {topic for topics in kept for topic in topics}
    rows: list[list[Cell]] = [
        [dict(row["number"]), TRUST[str(row["trust"])], dict(row["why"])]
        for row in (context.get("fit") or {}).get("verdicts", [])
        if row.get("topic") in shown
    ]
    return [*told[:-1], *([_verdicts(rows)] if rows else []), told[-1]]


def _topics(key: str, context: Mapping[str, Any]) -> tuple[str, ...]:
    """Topics of a section of this run: marriage measures where some are among the factors; a search without a target
    speaks of births more, not of their level."""
    topics = BY_SECTION.get(key, ())
    if key == "answer" and not context.get("plan", {}).get("target"):
        topics = ("order", "differences")
    return with_marriage(topics, context)


def answering(sections: Sequence[Section]) -> list[Section]:
    """The sections without that of the verdicts, whose lead speaks of the page and answers nothing."""
    return [section for section in sections if section.key != VERDICTS]


def _verdicts(rows: list[list[Cell]]) -> Section:
    """The verdicts of the fit on what this page speaks of."""
    head: list[Cell] = [both("Number", "数字"), both("How far", "可信程度"), both("Why", "理由")]
    caption = both("Verdicts of the fit to the city", "对本市拟合结果的判断")
    lead = both("Marks beside answers are these verdicts; they were written by hand with the fit to the city.",
                "各节旁的标记即为以下判断，由人工随本市拟合写定。")  # fmt: skip
    table = Table("trust", caption, head, rows, text_columns=3, folds=False)
    return Section(VERDICTS, both("How far to trust it?", "可信到什么程度？"), lead, [table])


def opening_trusted(opening: Opening, sections: Sequence[Section], figures: Mapping[str, Any]) -> Opening:
    """The opening, whose sentences are the first sections' answers, with those sections' marks; without a figure that
    was not made."""
    if opening.figure not in figures:
        opening = replace(opening, figure=None)
    found = [section.trust for section in sections[: len(opening.sentences)]]
    return replace(opening, trust=found, figure_trust=found[0] if opening.figure and found else ())
