"""Money in tables and on axes, in the unit in which each language counts it: million yuan; 万元 and, on axes, 亿元.

Files (csv and workbook) hold one number for both languages, that in million yuan; their Chinese heads say 百万元.
"""

from __future__ import annotations

import math

from results.content.cells import NOTHING, Number, Scaled
from results.content.estimates import Estimate, with_interval
from results.content.words import Text

YUAN, WAN, MILLION, YI = 1.0, 1e4, 1e6, 1e8
IN_FILES = "zh_in_files"
"""Key of a text under which its Chinese form in files stands, where that is another than on the page."""


def in_unit(en: str, zh: str, of_files: str = "百万元") -> Text:
    """A caption or head of :func:`money_cell` numbers; ``{unit}`` in ``zh`` is 万元 on the page."""
    return {"en": en, "zh": zh.format(unit="万元"), IN_FILES: zh.format(unit=of_files)}


def money_cell(found: Estimate | None, sign: bool = True, english: float = MILLION) -> Number | Scaled:
    """An amount of yuan with its interval: in millions (or ``english`` yuan), in Chinese in 万元."""
    if found is None or math.isnan(found["mean"]):
        return NOTHING
    return Scaled(_scaled(found, english, sign), _scaled(found, WAN, sign))


def _scaled(found: Estimate, unit: float, sign: bool) -> Number:
    """The estimate in so many yuan, whole where it reaches 100 of them and with more decimals the smaller it is, since
    a cost that is printed as zero looks free."""
    own = {key: value if key == "n" else value / unit for key, value in found.items()}
    largest = max(abs(own[key]) for key in ("mean", "low", "high") if math.isfinite(own[key]))
    digits = (
        0 if largest >= 100 or unit == YUAN else 1 if largest >= 0.3 or largest == 0 else 2 if largest >= 0.03 else 3
    )
    return with_interval(own, digits, sign=sign)


def axis_unit(top: float, lang: str) -> tuple[float, str]:
    """Yuan in the unit of an axis that ends at ``top`` yuan, and the unit's name."""
    if lang == "en":
        return MILLION, "million yuan"
    return (YI, "亿元") if top >= YI else (WAN, "万元")


def plain_tick(value: float, sign: bool = False) -> str:
    """A number of an axis without needless zeros: 0, 2.5, 1,000, with a true minus."""
    text = f"{float(f'{value:.6g}') + 0.0:,.10g}".replace("-", "−")
    return f"+{text}" if sign and value > 0 else text
