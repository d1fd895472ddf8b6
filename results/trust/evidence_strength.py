"""How strong the evidence for a measure is: the design of the best study it cites, and where that study was made.

Not how its figure was read (grade A to D), which says nothing about the study.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from results.content.blocks import Verdict, both
from results.content.words import Text

CAUSAL = ("randomised", "natural_experiment")
DESIGNS = (*CAUSAL, "association", "model", "prior", "description", "unknown")
"""Designs, strongest first."""
DECIDES = ("births", "marriage")
"""What a policy is for: a causal study of anything else is one of a step on the way."""

CHINA, SIMILAR, ELSEWHERE, WEAK, NOTHING = "china", "similar", "elsewhere", "weak", "nothing"
CLASSES = (CHINA, SIMILAR, ELSEWHERE, WEAK, NOTHING)
"""Classes of a measure, best first; each measure is in one, that of its best row."""

BADGES: Mapping[str, Text] = {
    CHINA: both("causal study, China", "因果研究：中国"),
    SIMILAR: both("causal study, East Asia", "因果研究：东亚"),
    ELSEWHERE: both("causal study, elsewhere", "因果研究：其他国家"),
    WEAK: both("no causal study of it", "无直接因果研究"),
    NOTHING: both("assumption", "假设"),
}


UNTOLD: Mapping[str, Text] = {
    "design": both("design not told", "设计未载明"),
    "region": both("place not told", "地区未载明"),
    "measured": both("outcome not told", "未载明"),
}
"""Said of rows in runs made before these were recorded."""


@dataclass(frozen=True)
class Strength:
    """The class of a measure and the row that puts it there (None where it rests on assumption alone)."""

    name: str
    row: str | None

    @property
    def is_causal(self) -> bool:
        """True where a causal study of births or marriages is cited for the measure itself."""
        return self.name in (CHINA, SIMILAR, ELSEWHERE)


def row_class(row: Mapping[str, Any]) -> str:
    """The class of one row of evidence; a row that does not tell its design is weak."""
    if row.get("design") not in CAUSAL or row.get("measured") not in DECIDES:
        return WEAK
    place = str(row.get("region"))
    return place if place in (CHINA, SIMILAR) else ELSEWHERE


def is_recorded(evidence: Mapping[str, Mapping[str, Any]]) -> bool:
    """False for runs made before designs were written down."""
    return all("design" in row for row in evidence.values())


def has_range(row: Mapping[str, Any]) -> bool:
    """True if the row gives an interval or a reported range of its figure."""
    return bool(row.get("low") and row.get("high"))


def strongest_first(rows: Iterable[str], evidence: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Rows that are known, by class, then design, then those with a range, then by how they were read."""

    def rank(name: str) -> tuple[int, int, bool, str]:
        row = evidence[name]
        design = str(row.get("design", "unknown"))
        return CLASSES.index(row_class(row)), DESIGNS.index(design), not has_range(row), str(row["grade"])

    return sorted((row for row in rows if row in evidence), key=rank)


def strength_of(card: Mapping[str, Any], evidence: Mapping[str, Mapping[str, Any]]) -> Strength:
    """The class of a lever: that of its best row on the measure itself.

    Rows on something near do not count, and a lever that says itself that no study of it was found is weak.
    """
    rows = strongest_first([row for row in card["evidence"] if row not in card.get("near", ())], evidence)
    if not rows:
        return Strength(WEAK if card["evidence"] else NOTHING, None)
    assumed = bool(card.get("assumption", {}).get("en"))
    return Strength(WEAK if assumed else row_class(evidence[rows[0]]), rows[0])


def badge_of(strength: Strength, evidence: Mapping[str, Mapping[str, Any]]) -> Verdict:
    """The badge of a lever, coloured by strength: green only for China or East Asia with a range, red without study."""
    if strength.row is not None and not is_recorded(evidence):
        return Verdict(both("strength not recorded", "证据强度未记录"), "none")
    return Verdict(dict(BADGES[strength.name]), _tone(strength.name, evidence.get(strength.row or "", {})))


def design_badge(row: Mapping[str, Any]) -> Verdict:
    """The badge of a row: its design in words, in the colour of its strength."""
    return Verdict(words_of(row, "design"), _tone(row_class(row), row))


def studied(row: Mapping[str, Any]) -> Text:
    """What a row measured, and where."""
    measured, region = words_of(row, "measured"), words_of(row, "region")
    return both(f"{measured['en']}, {region['en']}", f"{measured['zh']}，{region['zh']}")


def words_of(row: Mapping[str, Any], name: str) -> Text:
    """Design, place or outcome of a row in words; rows of older runs do not tell."""
    return dict(row.get(f"{name}_words") or UNTOLD[name])


def _tone(name: str, row: Mapping[str, Any]) -> str:
    if name in (CHINA, SIMILAR) and has_range(row):
        return "good"
    return {WEAK: "none", NOTHING: "bad"}.get(name, "near")


def counted(cards: Iterable[Mapping[str, Any]], evidence: Mapping[str, Mapping[str, Any]]) -> Text:
    """How many measures rest on what, in a sentence or two: each in one class, its best."""
    strengths = [strength_of(card, evidence) for card in cards]
    if not strengths:
        return both("No scenario changes a measure.", "各情景均未改变任何措施。")
    if not is_recorded(evidence):
        bare = sum(strength.name == NOTHING for strength in strengths)
        return both(
            f"Of {len(strengths)} measures changed, {bare} {_rest(bare)} on assumption alone; how strong the studies "
            "of the others are was not recorded when this run was made.",
            f"各情景共改变 {len(strengths)} 项措施，其中 {bare} 项仅为假设；本次模拟时尚未记录其余措施所引研究的强度。",
        )
    counts = {name: sum(strength.name == name for strength in strengths) for name in CLASSES}
    abroad = counts[SIMILAR] + counts[ELSEWHERE]
    near_en = f" ({counts[SIMILAR]} of them in East Asia)" if counts[SIMILAR] else ""
    near_zh = f"（其中东亚 {counts[SIMILAR]} 项）" if counts[SIMILAR] else ""
    english = (
        f"Of {len(strengths)} measures changed, {counts[CHINA]} {_rest(counts[CHINA])} on a causal study of births or "
        f"marriages in China, {abroad} on such studies elsewhere{near_en}, {counts[WEAK]} on associations, priors or "
        f"studies of something near, {counts[NOTHING]} on assumption alone."
    )
    chinese = (
        f"各情景共改变 {len(strengths)} 项措施：{counts[CHINA]} 项以中国生育或结婚的因果研究为依据，"
        f"{abroad} 项以其他国家和地区的同类研究为依据{near_zh}，{counts[WEAK]} 项依据相关关系、先验或相近问题的研究，"
        f"{counts[NOTHING]} 项仅为假设。"
    )
    causal = [strength for strength in strengths if strength.is_causal]
    if causal:
        ranged = sum(has_range(evidence[strength.row]) for strength in causal if strength.row)
        english += f" In {ranged} of the {len(causal)} with a causal study, the best one gives a range for its figure."
        chinese += f"在有因果研究的 {len(causal)} 项中，{ranged} 项的最佳研究给出了数值范围。"
    return both(english, chinese)


def _rest(count: int) -> str:
    return "rests" if count == 1 else "rest"
