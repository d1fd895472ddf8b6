"""Words and numbers in both languages: small helpers and the fixed vocabulary of figures and report."""

from __future__ import annotations

import math
from collections.abc import Callable

LANGUAGES = ("en", "zh")
Text = dict[str, str]
"""A text in English and Chinese: ``{"en": ..., "zh": ...}``."""

DIMENSIONS: dict[str, Text] = {
    "order": {"en": "Birth order", "zh": "孩次"},
    "income_fifth": {"en": "Income fifth", "zh": "收入五等分"},
    "county": {"en": "County or district", "zh": "县区"},
    "residence": {"en": "Town or village", "zh": "城乡"},
    "mother_age": {"en": "Mother's age", "zh": "母亲年龄"},
    "hukou": {"en": "Mother's household registration", "zh": "母亲户籍"},
}

CATEGORIES: dict[str, Text] = {
    "order:1": {"en": "First births", "zh": "一孩"},
    "order:2": {"en": "Second births", "zh": "二孩"},
    "order:3": {"en": "Third births", "zh": "三孩"},
    "order:4+": {"en": "Fourth and later births", "zh": "四孩及以上"},
    "order:none": {"en": "Not tied to a birth", "zh": "与孩次无关"},
    "order:3+": {"en": "Third and later births", "zh": "三孩及以上"},
    "hukou:local": {"en": "Registered in the city", "zh": "本市户籍"},
    "hukou:other": {"en": "Registered elsewhere", "zh": "外地户籍"},
    "residence:town": {"en": "Town", "zh": "城镇"},
    "residence:village": {"en": "Village", "zh": "乡村"},
    "income_fifth:1": {"en": "Lowest fifth", "zh": "低收入组"},
    "income_fifth:2": {"en": "Second fifth", "zh": "中间偏下收入组"},
    "income_fifth:3": {"en": "Middle fifth", "zh": "中间收入组"},
    "income_fifth:4": {"en": "Fourth fifth", "zh": "中间偏上收入组"},
    "income_fifth:5": {"en": "Highest fifth", "zh": "高收入组"},
    "income_fifth:none": {"en": "Not tied to a family", "zh": "与家庭无关"},
}

GRADES: dict[str, Text] = {
    "A": {"en": "read in the study or official source", "zh": "直接读自研究或官方来源"},
    "B": {"en": "read in a secondary source", "zh": "读自二手来源"},
    "C": {"en": "recalled, judged or derived", "zh": "凭记忆、判断或推算"},
    "D": {"en": "derived or assumed", "zh": "推算或假定"},
}


def number(value: float | None, digits: int = 0, sign: bool = False) -> str:
    """A number with thin thousands separators and a true minus; an en dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    rounded = round(float(value), digits)
    if rounded == 0:
        rounded = 0.0
    text = f"{abs(rounded):,.{digits}f}"
    if rounded < 0:
        return "−" + text
    return ("+" if sign and rounded > 0 else "") + text


def percent(value: float, lang: str, digits: int = 0, sign: bool = False) -> str:
    """A number of percent with its sign: ``60 %`` in English, ``60%`` in Chinese."""
    return f"{number(value, digits, sign)}{'' if lang == 'zh' else ' '}%"


def yuan(value: float | None) -> Text:
    """An amount of money in running text, in the units people use: million yuan; 万元 and 亿元."""
    if value is None or not math.isfinite(value):
        return {"en": "–", "zh": "–"}
    size = abs(value)
    if size >= 1e6:
        english = f"{number(value / 1e6, 0 if size >= 1e8 else 1 if size >= 1e7 else 2)} million yuan"
    else:
        english = f"{number(value)} yuan"
    if size >= 1e8:
        chinese = f"{number(value / 1e8, 2 if size < 1e9 else 1)} 亿元"
    elif size >= 1e4:
        chinese = f"{number(value / 1e4, 0 if size >= 1e6 else 1)} 万元"
    else:
        chinese = f"{number(value)} 元"
    return {"en": english, "zh": chinese}


NO_INTERVAL: Text = {"en": "no interval from so few runs", "zh": "模拟次数太少，不给区间"}
"""Said where limits are missing: fewer than ``results.analysis.compare.FEWEST`` independent replicates."""


ANY_VALUE: Text = {"en": "any value", "zh": "任何值均有可能"}
NO_UPPER_LIMIT: Text = {"en": "no upper limit", "zh": "无上限"}


def interval(low: float | None, high: float | None, digits: int = 0, sign: bool = False) -> Text:
    """``low to high`` in both languages; an infinite or missing limit is said in words."""
    return between(low, high, lambda limit, lang: number(limit, digits, sign))


def between(low: float | None, high: float | None, printed: Callable[[float, str], str]) -> Text:
    """An interval in both languages, its limits as ``printed`` writes them in a language."""
    if low is None or high is None or (math.isnan(low) and not math.isinf(high)):
        return NO_INTERVAL
    if math.isinf(high):
        if math.isnan(low):
            return ANY_VALUE
        return {
            "en": f"{printed(low, 'en')} or more, {NO_UPPER_LIMIT['en']}",
            "zh": f"{printed(low, 'zh')} 以上，{NO_UPPER_LIMIT['zh']}",
        }
    return {
        "en": f"{printed(low, 'en')} to {printed(high, 'en')}",
        "zh": f"{printed(low, 'zh')} 至 {printed(high, 'zh')}",
    }


def joined(parts: list[str], lang: str) -> str:
    """A list in running text."""
    if len(parts) < 2:
        return "".join(parts)
    if lang == "zh":
        return "、".join(parts[:-1]) + "和" + parts[-1]
    return ", ".join(parts[:-1]) + " and " + parts[-1]


def plain_month(label: str, lang: str) -> str:
    """``2026-01`` as ``January 2026`` or ``2026年1月``."""
    year, month = label.split("-")
    names = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
    return f"{year}年{int(month)}月" if lang == "zh" else f"{names[int(month) - 1]} {year}"
