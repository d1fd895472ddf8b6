"""Numbers as people write them who mean one: `800元`, `60%`, `3万`, `８００`, `1,000`; and what to write instead."""

from __future__ import annotations

import re
import unicodedata

from policies.messages import tr

_NUMBER = re.compile(r"\s*([-+]?\d[\d_, ]*(?:\.\d+)?)\s*(.*?)\s*", re.DOTALL)
MULTIPLES = {"千": 1e3, "万": 1e4, "亿": 1e8}
LONGEST = 40


def advice_on_number(found: object) -> str:
    """Return what to write for a text that means a number, or an empty string."""
    if not isinstance(found, str) or len(found) > LONGEST:
        return ""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", found))
    if match is None:
        return ""
    value, unit = float(re.sub("[_, ]", "", match[1])), match[2]
    if unit.startswith("%"):
        return tr("; write {share}, or {percent} where the unit is %").format(
            share=_plain(value / 100), percent=_plain(value)
        )
    return tr("; write {number}").format(number=_plain(value * MULTIPLES.get(unit[:1], 1.0)))


def _plain(number: float) -> str:
    """Return a number without a needless decimal point."""
    return f"{number:.12g}" if abs(number) < 1e12 else f"{number:.0f}"
