"""The section on what the effects rest on: cards of the measures, what each scenario changes, the studies cited."""

from __future__ import annotations

import re
from typing import Any

from results.content.blocks import Block, Bullets, Card, Cards, Cell, Paragraph, Section, Table, both
from results.content.cells import Number
from results.content.words import GRADES, Text, plain_month
from results.scenario.data import RunData
from results.scenario.sections.effects import label_of
from results.trust.evidence_strength import (
    Strength,
    badge_of,
    counted,
    design_badge,
    has_range,
    strength_of,
    strongest_first,
    studied,
)


def evidence_section(data: RunData) -> Section:
    """What each lever rests on, and what is an assumption."""
    title = both("What do the effects rest on?", "效应的依据是什么？")
    used = [data.context["levers"][name] for name in data.context["levers_used"]]
    blocks: list[Block] = [_lever_cards(data, used)]
    changes = _change_table(data)
    if changes is not None:
        blocks.append(changes)
    blocks += _assumed(data)
    blocks += _left_out(data)
    rows = _evidence_table(data)
    if rows is not None:
        blocks += [rows, Paragraph(LEGEND, "note")]
    return Section("evidence", title, counted(used, data.context["evidence"]), blocks)


LEGEND = both(
    "Two things are told apart. Strength: design of the study, place, and what it measured. Green is a causal study of "
    "births or marriages in China or East Asia that gives a range for its figure; amber another causal study of births "
    "or marriages; grey anything else; red no study at all. How the figure was read: "
    + "; ".join(f"{grade} {text['en']}" for grade, text in GRADES.items())
    + ".",
    "两件事分开标明。证据强度：研究设计、地区与所测结果。绿色为中国或东亚关于生育或结婚且给出数值范围的因果研究；"
    "黄色为其他关于生育或结婚的因果研究；灰色为其余；红色为没有任何研究。数值的读取方式（“读取”列）："
    + "；".join(f"{grade} {text['zh']}" for grade, text in GRADES.items())
    + "。",
)
"""What the badges and letters of the section mean."""


def _lever_cards(data: RunData, used: list[dict[str, Any]]) -> Cards:
    """A card a measure: how it acts, how strong its evidence is and how it was read, who pays, what is left out."""
    items = []
    for card in used:
        strength = strength_of(card, data.context["evidence"])
        facts = [(both("How it acts", "作用途径"), dict(card["channel"])), *_evidence_facts(data, card, strength)]
        payers = sorted({p for shares in card["payers"].values() for p in shares})
        if payers:
            pays = both(
                ", ".join(data.payer_label(p, "en") for p in payers),
                "、".join(data.payer_label(p, "zh") for p in payers),
            )
            facts.append((both("Who pays", "出资方"), pays))
        if card["not_modelled"]:
            missing = both(
                " ".join(i["en"] for i in card["not_modelled"]), "".join(i["zh"] for i in card["not_modelled"])
            )
            facts.append((both("Not modelled", "未纳入模型"), missing))
        items.append(Card(dict(card["label"]), badge_of(strength, data.context["evidence"]), facts))
    caption = both(
        "Measures of the scenarios, with the strength of the best evidence on each", "情景中的措施及其最佳证据的强度"
    )
    return Cards("levers", caption, items)


def _evidence_facts(data: RunData, card: dict[str, Any], strength: Strength) -> list[tuple[Text, Text]]:
    """How strong the best row is, how it was read, and the studies; or the assumption."""
    facts: list[tuple[Text, Text]] = []
    row = data.context["evidence"].get(strength.row)
    if row is not None:
        ranged = both("a range is given", "给出范围") if has_range(row) else both("no range read", "未读到范围")
        design, of_what = design_badge(row).text, studied(row)
        told = both(
            f"{design['en']}; {of_what['en']}; {ranged['en']}", f"{design['zh']}；{of_what['zh']}；{ranged['zh']}"
        )
        facts += [(both("Strength", "证据强度"), told), (both("How read", "读取方式"), _read(row))]
    if card["assumption"]["en"]:
        facts.append((both("Assumed", "假设"), dict(card["assumption"])))
    if card["evidence"]:
        facts.append((both("Basis", "依据"), _basis(data, card)))
    return facts


def _read(row: dict[str, Any]) -> Text:
    """How the figure was read, letter and words."""
    words = GRADES[row["grade"]]
    return both(f"{row['grade']}: {words['en']}", f"{row['grade']}：{words['zh']}")


def _basis(data: RunData, card: dict[str, Any]) -> Text:
    """The strongest studies in a line, those on the measure itself before those on something near."""
    rows, near = data.context["evidence"], set(card.get("near", ()))
    shown_as = one_row_each(rows)
    own = list(dict.fromkeys(shown_as.get(name, name) for name in card["evidence"]))
    near = {shown_as.get(name, name) for name in near}
    known = strongest_first(own, rows)
    shown = sorted(known, key=lambda name: name in near)[:MOST_STUDIES]
    english, chinese = [], []
    for name in shown:
        what, where, found = (_said(rows[name], part) for part in ("what", "where", "found"))
        english.append(f"{what['en']}, {where['en']}: {found['en']}" + (" [near]" if name in near else ""))
        chinese.append(f"{what['zh']}，{where['zh']}：{found['zh']}" + ("［相近问题］" if name in near else ""))
    more = len(own) - len(shown)
    tail = (f"; {more} more row{'s' if more > 1 else ''} below", f"；另有 {more} 条见下表") if more > 0 else ("", "")
    return both("; ".join(english) + tail[0], "；".join(chinese) + tail[1])


MOST_STUDIES = 2
MOST_FIGURES = 6
"""Significant figures of doses."""


def _said(row: dict[str, Any], part: str) -> Text:
    """A text of a row in both languages; contexts of older runs have English alone."""
    if part == "found" and "found" not in row:
        span = f" ({row['low']} to {row['high']})" if row.get("low") and row.get("high") else ""
        text = " ".join(piece for piece in (row.get("outcome"), row.get("effect"), row.get("unit")) if piece) + span
        return both(text, text)
    told = row[part]
    if isinstance(told, str):
        return both(told, told)
    return both(told["en"][:1].upper() + told["en"][1:], told["zh"])


def _assumed(data: RunData) -> list[Block]:
    """Doses that the author of a scenario assumed, by the names of measure and parameter."""
    names = {
        change["parameter"]: _measure(data, change)
        for scenario in data.context["scenarios"]
        for change in scenario["changes"]
        if change["assumed"]
    }
    if not names:
        return []
    listed = [names[field] for field in sorted(names)]
    text = both(
        "Doses that no document sets, assumed by the author of the scenario (what each leans on stands in the table "
        "of changes): " + "; ".join(name["en"] for name in listed) + ".",
        "没有文件规定、由情景作者设定的取值（各值的参照见上表）：" + "；".join(name["zh"] for name in listed) + "。",
    )
    return [Paragraph(text, "warn")]


def _measure(data: RunData, change: dict[str, Any]) -> Text:
    """Measure and parameter of a change, by their labels."""
    lever = data.context["levers"][change["lever"]]["label"]
    return both(f"{lever['en']}: {change['label']['en']}", f"{lever['zh']}：{change['label']['zh']}")


def _change_table(data: RunData) -> Table | None:
    rows: list[list[Cell]] = []
    for scenario in data.policies:
        for change in data.scenario_card(scenario)["changes"]:
            ends = f" – {change['to']}" if change["to"] else ""
            reference = change["reference"]
            source = both(reference, change.get("reference_zh") or reference) if reference else both("assumed", "假设")
            rows.append(
                [
                    label_of(data, scenario),
                    _measure(data, change),
                    f"{change['from']}{ends}",
                    change["announced"],
                    source,
                    _plain(change["law"]),
                    _plain(change["value"]),
                    both(change["unit"], change.get("unit_zh") or change["unit"]),
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


def _plain(value: float) -> Number:
    return Number(value, figures=MOST_FIGURES)


def _left_out(data: RunData) -> list[Block]:
    items = []
    for scenario in data.policies:
        card, name = data.scenario_card(scenario), label_of(data, scenario)
        if card["law_of"]:
            items.append(
                both(
                    f"{name['en']} freezes the law of {plain_month(card['law_of'], 'en')}.",
                    f"{name['zh']}：保持{plain_month(card['law_of'], 'zh')}的政策不变。",
                )
            )
        if card["leaves_out"]:
            en, zh = " ".join(i["en"] for i in card["leaves_out"]), "".join(i["zh"] for i in card["leaves_out"])
            items.append(both(f"{name['en']} leaves out: {en}", f"{name['zh']}未包含：{zh}"))
    return [Bullets(items)] if items else []


def one_row_each(cited: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Every row cited -> the row under which its finding is shown: one figure of one study may stand in two tables of
    evidence, told here by the same authors, year and digits. The longer citation speaks for both."""
    shown: dict[tuple[str, str], str] = {}
    for name in sorted(cited, key=lambda name: -len(cited[name]["citation"])):
        shown.setdefault(_finding(name, cited[name]), name)
    return {name: shown[_finding(name, card)] for name, card in cited.items()}


def _finding(name: str, card: dict[str, Any]) -> tuple[str, str]:
    """Authors and year, and the digits of the figure without its scale (11.76 % and 0.1176 are one); of a row without
    such digits its own name."""
    study = re.match(r".*?\d{4}", card["citation"])
    figure = re.search(r"[−-]?\d+(?:\.\d+)?", _said(card, "found")["en"])
    digits = re.sub(r"\D", "", figure[0]).strip("0") if figure else ""
    return (study[0].replace(",", ""), digits) if study and len(digits) > 1 else (name, "")


def _evidence_table(data: RunData) -> Table | None:
    """The rows cited, one a finding: what was found, how strong the study is, how it was read."""
    cited = data.context["evidence"]
    shown_as = one_row_each(cited)
    names = {name: ", ".join([name, *(n for n in cited if n != name and shown_as[n] == name)])
             for name in cited if shown_as[name] == name}  # fmt: skip
    rows: list[list[Cell]] = [
        [
            _said(card, "what"),
            _said(card, "where"),
            _said(card, "found"),
            design_badge(card),
            studied(card),
            str(card["grade"]),
            both(card["citation"], card.get("citation_zh") or card["citation"]),
            names[key],
        ]
        for key, card in cited.items()
        if key in names
    ]
    if not rows:
        return None
    head: list[Cell] = [
        both("What", "内容"),
        both("Where", "地点"),
        both("Found", "结果"),
        both("Strength", "证据强度"),
        both("Of what, from where", "结果与地区"),
        both("How read", "读取"),
        both("Source", "来源"),
        both("Row", "编号"),
    ]
    caption = both("Evidence cited by these measures", "上述措施引用的证据")
    return Table("evidence", caption, head, rows, text_columns=len(head))
