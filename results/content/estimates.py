"""Estimates in words and cells: as many digits as their interval carries, and what the interval says of the sign."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace

from results.analysis.compare import FEWEST
from results.content.blocks import both
from results.content.cells import NOTHING, Number
from results.content.words import Text, interval, number, yuan

WIDE = 0.1
"""An interval whose half-width is more than this share of its estimate is wide: two significant digits are said."""
KEPT_DIGITS = 2
TENTHS_END = 10
"""Tenths of a person are said only where the interval ends below so many."""
Estimate = Mapping[str, float]
"""``mean``, ``low``, ``high`` (NaN without an interval) and, where known, the number of replicates ``n``."""


def finite(value: float | None) -> bool:
    """True for a number that can be printed."""
    return value is not None and math.isfinite(value)


def is_wide(found: Estimate) -> bool:
    """True if an end of the interval lies further from the estimate than :data:`WIDE` of it."""
    ends = [end for end in (found["low"], found["high"]) if not math.isnan(end)]
    return any(abs(end - found["mean"]) > WIDE * abs(found["mean"]) for end in ends)


def to_digits(value: float, digits: int = KEPT_DIGITS) -> float:
    """A number rounded to so many significant digits, never finer than 1."""
    if not math.isfinite(value) or value == 0:
        return value
    step = step_of(abs(value), digits)
    return round(value / step) * step


def rounded(found: Estimate) -> dict[str, float]:
    """The estimate with two significant digits of mean, low and high where the interval is wide; where it is narrow,
    down to the second significant digit of the interval's half-width."""
    ends = ("mean", "low", "high")
    if is_wide(found):
        return {**found, **{key: to_digits(found[key]) for key in ends}}
    step = step_of((found["high"] - found["low"]) / 2)
    if step == 1 or math.isnan(found["mean"]):
        return dict(found)
    return {**found, **{key: round(found[key] / step) * step for key in ends}}


def step_of(size: float, digits: int = KEPT_DIGITS) -> float:
    """The power of ten to which a number with so many significant digits is rounded, never finer than 1."""
    if not math.isfinite(size) or size <= 0:
        return 1.0
    return float(10.0 ** max(math.floor(math.log10(size)) - (digits - 1), 0))


def has_interval(found: Estimate | None) -> bool:
    """True if the estimate has an interval at all (one end may be infinite)."""
    return found is not None and not (math.isnan(found["low"]) and not math.isinf(found["high"]))


def told_apart(found: Estimate | None) -> bool:
    """True if the interval does not hold zero."""
    return found is not None and has_interval(found) and bool(found["low"] > 0 or found["high"] < 0)


def if_not_told(found: Estimate | None, digits: int = 0) -> Text:
    """A clause for a sentence whose number has an interval that holds zero, or ends so near it that the printed end is
    zero; empty for any other."""
    if found is None or not has_interval(found):
        return both("", "")
    if told_apart(found):
        near = min(abs(found["low"]), abs(found["high"]))
        return both("", "") if round(near, digits) else both(", barely told from zero", "，勉强可与零区分")
    return both(", which cannot be told from zero", "，与零无法区分")


def no_interval(n: float | None) -> Text:
    """Why an estimate has no interval: too few replicates, or the same value in every one."""
    if n is None or not math.isfinite(n):
        return both("no interval", "无区间")
    if n < FEWEST:
        runs = "one run" if n == 1 else f"{n:.0f} runs"
        return both(f"no interval from {runs}", f"仅 {n:.0f} 次独立模拟，不给区间")
    return both(f"the same in all {n:.0f} runs", f"{n:.0f} 次模拟结果相同")


def span_of(found: Estimate, digits: int = 0, sign: bool = False) -> Text:
    """``95 % interval +190 to +8,300`` in running text, or why there is none."""
    if not has_interval(found):
        return no_interval(found.get("n"))
    shown = rounded(found) if digits == 0 else found
    span = interval(shown["low"], shown["high"], digits, sign)
    return both(f"95 % interval {span['en']}", f"95% 区间 {span['zh']}")


def said(found: Estimate, digits: int = 0, sign: bool = False) -> Text:
    """An estimate with its interval in running text: ``+4,300 (95 % interval +190 to +8,300)``."""
    shown = rounded(found) if digits == 0 else found
    mean, span = number(shown["mean"], digits, sign), span_of(found, digits, sign)
    return both(f"{mean} ({span['en']})", f"{mean}（{span['zh']}）")


def people_digits(found: Estimate) -> int:
    """Decimals of a mean number of people over replicates: means of less than one keep a tenth, since 0 (0 to 0) would
    look exact, unless the interval is so wide that a tenth says nothing."""
    wide = any(abs(found[end]) >= TENTHS_END for end in ("low", "high"))
    return int(0 < abs(found["mean"]) < 1 and not wide)


def people_cell(found: Estimate | None, sign: bool = True) -> Number:
    """A number of people with its interval in a cell, with the digits of :func:`people_said`."""
    return with_interval(found, people_digits(found) if found is not None else 0, sign)


def people_said(found: Estimate) -> Text:
    """People more or fewer: English as :func:`said`, Chinese ``多出生约 4,300 人（95% 区间 190 至 8,300）``."""
    fewer, digits = found["mean"] < 0, people_digits(found)
    size = turned(found) if fewer else found
    shown = size if digits else rounded(size)
    zh = f"{'少' if fewer else '多'}出生约 {number(shown['mean'], digits)} 人（{span_of(size, digits)['zh']}）"
    return both(said(found, digits, sign=True)["en"], zh)


def turned(found: Estimate) -> dict[str, float]:
    """The estimate with its sign turned: what is saved, lowered or fewer."""
    return {**found, "mean": -found["mean"], "low": -found["high"], "high": -found["low"]}


def money_said(found: Estimate) -> Text:
    """An amount of money with its interval in running text."""
    amount, span = amounts(rounded(found)["mean"]), money_span(found)
    return both(f"{amount['en']} ({span['en']})", f"{amount['zh']}（{span['zh']}）")


def money_span(found: Estimate) -> Text:
    """An interval of money in running text, or why there is none."""
    if not has_interval(found):
        return no_interval(found.get("n"))
    shown = rounded(found)
    low, high = amounts(shown["low"]), amounts(shown["high"])
    if math.isnan(shown["low"]):
        return both("any value is possible", "任何值均有可能")
    if math.isinf(shown["high"]):
        return both(f"{low['en']} or more, no upper limit", f"{low['zh']}以上，无上限")
    chinese = _in_one_unit(low["zh"], high["zh"], shown["low"], shown["high"])
    if not is_wide(found):
        chinese = _with_equal_decimals(*chinese)
    return both(
        f"95 % interval {_range(low['en'], high['en'], ' to ')}",
        f"95% 区间 {_range(*chinese, ' 至 ').replace('元 至', '元至')}",
    )


def _in_one_unit(low: str, high: str, least: float, most: float) -> tuple[str, str]:
    """The ends of a range in 亿元 where only the upper one is counted in them: 0.99 and 1.4, and not 9,900 万元."""
    if high.endswith(" 亿元") and low.endswith(" 万元") and 10 * abs(least) >= abs(most):
        low = f"{number(least / 1e8, 2)} 亿元"
    return low, high


def _with_equal_decimals(low: str, high: str) -> tuple[str, str]:
    """Two amounts of one unit with as many decimals each: 2.28 and 2.70."""
    (first, _, unit), (second, _, other) = low.partition(" "), high.partition(" ")
    places = [len(text.partition(".")[2]) for text in (first, second)]
    if unit != other or places[0] == places[1]:
        return low, high
    longer = max(places)
    whole = [float(text.replace(",", "").replace("−", "-")) for text in (first, second)]
    return f"{number(whole[0], longer)} {unit}", f"{number(whole[1], longer)} {unit}"


def amounts(value: float) -> Text:
    """An amount of money without zeros behind the point that say nothing."""
    return {lang: re.sub(r"(\.\d*?)0+(?= )", lambda m: m[1].rstrip("."), text) for lang, text in yuan(value).items()}


def _range(low: str, high: str, to: str) -> str:
    """Two amounts with their unit said once where it is the same."""
    number_, _, unit = low.partition(" ")
    return f"{number_}{to}{high}" if unit == high.partition(" ")[2] else f"{low}{to}{high}"


def with_interval(found: Estimate | None, digits: int, sign: bool = True) -> Number:
    """An estimate with its interval in a cell; alone where it has none."""
    if found is None or math.isnan(found["mean"]):
        return NOTHING
    shown = rounded(found) if digits == 0 else found
    cell = Number(shown["mean"], shown["low"], shown["high"], digits=digits, sign=sign)
    if not has_interval(found) or cell.is_point:
        return replace(cell, low=None, high=None)
    return cell
