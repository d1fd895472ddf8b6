"""Why the order of cash, childcare and housing is open, said beside every such order; and which measures cost nothing.

The city's data do not tell how far nurseries reach from how much parents like them, and the order hangs on that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from results.content.words import Text, joined

FAMILIES = frozenset({"cash", "childcare", "housing"})
"""Families of levers whose order is open (``family`` in the lever files)."""

FREE_LABELS: dict[str, Text] = {
    "nursery_places.street_share_added": {"en": "Added share of streets served", "zh": "新增街道覆盖率"},
}
FREE = frozenset(FREE_LABELS)
"""Parameters that move decisions and that no payer is charged for."""

FREE_MARK: Text = {"en": "costs nothing in the model", "zh": "模型中不计成本"}

SHORT: Text = {
    "en": "The order of cash, childcare and housing measures is open: the city's data cannot decide it.",
    "zh": "现金、托育与住房三类措施孰先孰后尚无定论：本市数据不足以判定。",
}

LONG: Text = {
    "en": "The order of cash, childcare and housing measures is open. Suining's data cannot tell how far nurseries "
    "reach from how much parents like them. With more reach (0.20 instead of 0.09 of streets for a place per 1,000 "
    "residents) and less liking (−0.65 instead of 0.65) the model gives nearly the same enrolment of children under "
    "three there: 5.2, 9.2 and 15.3 % against 5.6, 9.5 and 15.0 % in 2021, 2023 and 2025. But births for 100 million "
    "yuan, in runs of their own at other doses than here, turn from 678 for childcare and 276 for cash to 142 and "
    "272. The data do not choose between the two. Besides, in its back-tests the model answers nurseries about "
    "twice, and cash about two thirds, as strongly as the middle of the evidence. So no order printed here says "
    "which of these measures to prefer.",
    "zh": "现金、托育与住房三类措施孰先孰后尚无定论。遂宁市数据无法区分“托位覆盖不足”与“家长不愿入托”："
    "若将每千人托位对应的街道覆盖率由 0.09 提高到 0.20，同时将入托偏好由 0.65 降至 −0.65，"
    "模型给出的 3 岁以下入托率几乎不变（2021、2023、2025 年分别为 5.2%、9.2%、15.3%，原为 5.6%、9.5%、15.0%），"
    "而每 1 亿元带来的出生人数（另行模拟，力度与本报告不同）则由托育 678 人、现金 276 人变为托育 142 人、现金 272 人。"
    "数据无法在两组参数中作出取舍。此外，在回溯检验中，模型对托育的反应约为证据中值的两倍，对现金的反应约为三分之二。"
    "因此本报告中的先后次序均不能说明应优先采用哪一类措施。",
}


def concerns(families: Iterable[str]) -> bool:
    """True if levers of at least two of the families whose order is open stand beside each other."""
    return len(FAMILIES & set(families)) > 1


def families_of(context: dict[str, Any], levers: Iterable[str]) -> set[str]:
    """Families of ``levers`` (or of fields such as ``birth_grant.order1``) by the cards of a run's context."""
    cards = context["levers"]
    names = {name.partition(".")[0] for name in levers}
    return {str(cards[name]["family"]) for name in names if name in cards}


def short() -> Text:
    """One sentence for a lead."""
    return dict(SHORT)


def paragraph() -> Text:
    """The whole reason, for a paragraph before the order."""
    return dict(LONG)


def before(text: Text) -> Text:
    """The text with the sentence that the order is open before it."""
    return {"en": f"{SHORT['en']} {text['en']}", "zh": f"{SHORT['zh']}{text['zh']}"}


def free_mark(parameter: str) -> Text | None:
    """What stands beside a parameter that costs nothing (``lever.field``), or None."""
    return dict(FREE_MARK) if parameter in FREE else None


def marked(label: Text, parameters: Iterable[str]) -> Text:
    """The label of a factor with the mark: with the names of its parameters that cost nothing, or alone where the label
    is such a name. A label that bears it already stays as it is."""
    names = list(parameters)
    free = [FREE_LABELS[name] for name in names if name in FREE]
    if not free or FREE_MARK["en"] in label["en"]:
        return dict(label)
    if label in free:
        return {"en": f"{label['en']} ({FREE_MARK['en']})", "zh": f"{label['zh']}（{FREE_MARK['zh']}）"}
    told = {lang: joined([text[lang] for text in free], lang) for lang in ("en", "zh")}
    return {
        "en": f"{label['en']} (“{told['en']}” {FREE_MARK['en']})",
        "zh": f"{label['zh']}（其中“{told['zh']}”{FREE_MARK['zh']}）",
    }
