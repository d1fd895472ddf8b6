"""The section on what the effects rest on: cards of the measures, what each scenario changes, the studies cited."""

from __future__ import annotations

from typing import Any

from results.blocks import Block, Bullets, Card, Cards, Cell, Paragraph, Section, Table, Verdict, both
from results.run_data import RunData
from results.sections_effects import label_of
from results.words import GRADES, Text, number, payer_label, plain_month


def evidence_section(data: RunData) -> Section:
    """What each lever rests on, and what is an assumption."""
    title = both("What do the effects rest on?", "效应的依据是什么？")
    used = [(name, data.context["levers"][name]) for name in data.context["levers_used"]]
    bare = [name for name, card in used if not card["evidence"]]
    lead = both(
        f"Measures changed by the scenarios: {len(used)}. Resting on published evidence: {len(used) - len(bare)}; on "
        f"assumption alone: {len(bare)}.",
        f"各情景共改变 {len(used)} 项措施，其中 {len(used) - len(bare)} 项有已发表证据"
        + (f"，{len(bare)} 项仅为假设。" if bare else "。"),
    )
    blocks: list[Block] = [_lever_cards(data, used)]
    changes = _change_table(data)
    if changes is not None:
        blocks.append(changes)
    assumed = {c["parameter"] for s in data.context["scenarios"] for c in s["changes"] if c["assumed"]}
    if assumed:
        blocks.append(
            Paragraph(
                both(
                    f"Doses without a source, assumed by the author of the scenario: {', '.join(sorted(assumed))}.",
                    f"未注明来源、由情景作者假设的取值：{'、'.join(sorted(assumed))}。",
                ),
                "warn",
            )
        )
    blocks += _left_out(data)
    rows = _evidence_table(data)
    if rows is not None:
        blocks.append(rows)
    grades_en = "; ".join(f"{g} {t['en']}" for g, t in GRADES.items())
    grades_zh = "；".join(f"{g} {t['zh']}" for g, t in GRADES.items())
    blocks.append(Paragraph(both(f"Grades: {grades_en}.", f"等级：{grades_zh}。"), "note"))
    return Section("evidence", title, lead, blocks)


def _lever_cards(data: RunData, used: list[tuple[str, dict[str, Any]]]) -> Cards:
    """A card a measure: how it acts, on what evidence, who pays, what is left out."""
    items = []
    for _, card in used:
        best = card["best_grade"]
        badge = Verdict(both(f"grade {best}", f"{best} 级证据"), TONES.get(best, "none")) if best else ASSUMED
        payers = sorted({p for shares in card["payers"].values() for p in shares})
        facts = [(both("How it acts", "作用途径"), dict(card["channel"])), (both("Basis", "依据"), _basis(data, card))]
        if payers:
            pays = both(
                ", ".join(payer_label(p, "en") for p in payers), "、".join(payer_label(p, "zh") for p in payers)
            )
            facts.append((both("Who pays", "出资方"), pays))
        if card["not_modelled"]:
            missing = both(
                " ".join(i["en"] for i in card["not_modelled"]), "".join(i["zh"] for i in card["not_modelled"])
            )
            facts.append((both("Not modelled", "未纳入模型"), missing))
        items.append(Card(dict(card["label"]), badge, facts))
    caption = both(
        "Measures of the scenarios, with the best grade of the evidence each rests on",
        "情景中的措施及其所依据证据的最高等级",
    )
    return Cards("levers", caption, items)


TONES = {"A": "good", "B": "good", "C": "near", "D": "bad"}
ASSUMED = Verdict(both("assumption", "假设"), "bad")


def _basis(data: RunData, card: dict[str, Any]) -> Text:
    """The studies in a line, or the assumption."""
    if not card["evidence"]:
        return both(card["assumption"]["en"], card["assumption"]["zh"])
    known = [data.context["evidence"][row] for row in card["evidence"] if row in data.context["evidence"]]
    known.sort(key=lambda row: row["grade"])
    shown = [f"{row['what']}, {row['where']}: {_effect(row)} [{row['grade']}]" for row in known[:MOST_STUDIES]]
    more = len(card["evidence"]) - len(shown)
    tail = (f"; {more} more rows below", f"；另有 {more} 条见下表") if more > 0 else ("", "")
    return both("; ".join(shown) + tail[0], "；".join(shown) + tail[1])


MOST_STUDIES = 2


def _effect(row: dict[str, str]) -> str:
    effect = " ".join(part for part in (row["effect"], row["unit"]) if part)
    span = f" ({row['low']} to {row['high']})" if row.get("low") and row.get("high") else ""
    return (f"{row['outcome']} {effect}" if row["outcome"] else effect) + span


def _change_table(data: RunData) -> Table | None:
    rows: list[list[Cell]] = []
    for scenario in data.policies:
        for change in data.scenario_card(scenario)["changes"]:
            lever = data.context["levers"][change["lever"]]["label"]
            measure = both(f"{lever['en']}: {change['label']['en']}", f"{lever['zh']}：{change['label']['zh']}")
            ends = f" – {change['to']}" if change["to"] else ""
            source = both(change["reference"], change["reference"]) if change["reference"] else both("assumed", "假设")
            rows.append(
                [
                    label_of(data, scenario),
                    measure,
                    f"{change['from']}{ends}",
                    change["announced"],
                    source,
                    _plain(change["law"]),
                    _plain(change["value"]),
                    change["unit"],
                ]
            )
    if not rows:
        return None
    head: list[Cell] = [
        both("Scenario", "情景"),
        both("What changes", "变动内容"),
        both("From", "自"),
        both("Known from", "公布于"),
        both("Source", "来源"),
        both("Law", "现行值"),
        both("Scenario", "情景值"),
        both("Unit", "单位"),
    ]
    return Table("changes", both("What each scenario changes", "各情景的具体变动"), head, rows, text_columns=5)


def _plain(value: float) -> str:
    return number(value, 0) if float(value).is_integer() else f"{value:g}"


def _left_out(data: RunData) -> list[Block]:
    items = []
    for scenario in data.policies:
        card, name = data.scenario_card(scenario), label_of(data, scenario)
        if card["law_of"]:
            items.append(
                both(
                    f"{name['en']} freezes the law of {plain_month(card['law_of'], 'en')}.",
                    f"{name['zh']}：保持 {plain_month(card['law_of'], 'zh')} 的法律。",
                )
            )
        if card["leaves_out"]:
            en, zh = " ".join(i["en"] for i in card["leaves_out"]), "".join(i["zh"] for i in card["leaves_out"])
            items.append(both(f"{name['en']} leaves out: {en}", f"{name['zh']}未包含：{zh}"))
    return [Bullets(items)] if items else []


def _evidence_table(data: RunData) -> Table | None:
    rows: list[list[Cell]] = []
    for key, card in data.context["evidence"].items():
        rows.append(
            [
                key,
                card["what"],
                card["where"],
                _effect(card),
                card["citation"],
                card["grade"],
            ]
        )
    if not rows:
        return None
    head: list[Cell] = [
        both("Row", "编号"),
        both("What", "内容"),
        both("Where", "地点"),
        both("Effect", "效应"),
        both("Source", "来源"),
        both("Grade", "等级"),
    ]
    return Table("evidence", both("Evidence cited by these measures", "上述措施引用的证据"), head, rows, text_columns=6)
