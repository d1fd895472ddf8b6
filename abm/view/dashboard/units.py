"""Counts and money as each language counts them: thousands and millions in English, 万 and 亿 in Chinese."""

from __future__ import annotations

PEOPLE = {"en": 1e3, "zh": 1e4}
"""Residents in one unit of a chart: thousand, 万."""
YUAN = {"en": 1e6, "zh": 1e4}
"""Yuan in one unit of a chart or table: million, 万元."""
YUAN_DECIMALS = {"en": 1, "zh": 0}
PERCENT = {"en": " %", "zh": "%"}


def percent(share: float, lang: str, decimals: int = 0) -> str:
    """A share in percent."""
    return f"{100 * share:.{decimals}f}{PERCENT[lang]}"


def large_sum(yuan: float, lang: str) -> str:
    """A sum of a whole city with its sign."""
    if abs(yuan) < 1e7:
        return f"{yuan / 1e4:+,.0f} 万元" if lang == "zh" else f"{yuan / 1e6:+,.1f} million yuan"
    return f"{yuan / 1e8:+,.2f} 亿元" if lang == "zh" else f"{yuan / 1e6:+,.0f} million yuan"


def sum_per_birth(yuan: float, lang: str) -> str:
    """A sum for one birth."""
    return f"{yuan / 1e4:,.1f} 万元" if lang == "zh" else f"{yuan / 1e3:,.0f} thousand yuan"
