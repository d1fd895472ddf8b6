"""Words of studies and forecasts: behavioural numbers, spans of years."""

from __future__ import annotations

from typing import Any

from results.content.words import Text, plain_month

PARAMETERS: dict[str, Text] = {
    "marriage_drift": {"en": "drift of marriage after 2023", "zh": "2023 年后结婚水平的走势"},
    "present_weight_rho": {"en": "weight of the present (rho)", "zh": "时间贴现率（ρ）"},
    "care_scale": {"en": "care scale (lambda)", "zh": "照护选择尺度（λ）"},
    "marriage_prospect": {"en": "value of a family to marriage (mu)", "zh": "成家前景对结婚的作用（μ）"},
    "private_share_by_schooling": {"en": "share in formal work", "zh": "正规就业比例"},
    "ideal_gain": {"en": "utility of a wanted child", "zh": "理想数内一孩的效用"},
}


def with_unit(value: str, unit: str, lang: str) -> str:
    """A value with its unit, in brackets where the unit begins with a number of its own: ``0.5 (20 to 39 ...)``."""
    if unit[:1].isdigit():
        return f"{value}（{unit}）" if lang == "zh" else f"{value} ({unit})"
    return f"{value} {unit}".strip()


def years_text(first: int, last: int) -> Text:
    """A span of years in both languages."""
    if first == last:
        return {"en": f"{first}", "zh": f"{first} 年"}
    return {"en": f"{first}–{last}", "zh": f"{first}—{last} 年"}


def in_force_text(first: str, last: int | str) -> Text:
    """The time from the month ``first`` to the end of a year, or of the month, ``last``: ``2027–2035``, or with months
    where years are not whole: ``July 2027 to 2035``, ``2027 to June 2030``."""
    year, month = (int(part) for part in first.split("-"))
    end, end_month = (int(part) for part in last.split("-")) if isinstance(last, str) else (last, 12)
    if month == 1 and end_month == 12:
        return years_text(year, end)
    start_en, start_zh = (f"{year}", f"{year} 年") if month == 1 else (plain_month(first, "en"), _month_zh(year, month))
    if end_month == 12:
        return {"en": f"{start_en} to {end}", "zh": f"{start_zh}至 {end} 年"}
    return {"en": f"{start_en} to {plain_month(f'{end}-{end_month:02d}', 'en')}",
            "zh": f"{start_zh}至 {_month_zh(end, end_month)}"}  # fmt: skip


def _month_zh(year: int, month: int) -> str:
    return f"{year} 年 {month} 月"


def parameter_label(cards: list[dict[str, Any]], name: str, lang: str) -> str:
    """A behavioural number's name for people: as the fit calls it, as this file does, or its own."""
    own = next((card["label"] for card in cards if card["name"] == name and card.get("label")), None)
    return str((own or PARAMETERS.get(name, {})).get(lang, name))
