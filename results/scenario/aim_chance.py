"""Which chance of reaching the city's aim a report prints: one for each law, from independent runs, with exact limits.

Where the fit's table has the same law, year and aim, the chance is the fit's, from many parameter draws; the few runs
of a scenario never stand beside it with another number. Other scenarios are judged by their own independent runs: how
many of n reach the aim, with the exact limits of Clopper and Pearson (one-sided where none or all do). Below
:data:`results.analysis.compare.FEWEST` runs there is no chance to give.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from scipy import stats

from results.analysis.compare import CONFIDENCE, FEWEST
from results.content.cells import Number
from results.content.words import Text
from results.scenario.fit import FitData, Row

CURRENT_LAW = "current-law"
"""The package that a run's baseline lives under, as the fit's table calls it."""
AS_DRAWN = "drawn"
"""The drift of marriage that a run on fitted draws has: that of each draw."""

NO_CHANCE: Text = {"en": "no probability from fewer than five runs", "zh": "不足五次独立模拟，不给概率"}
"""Said below ``FEWEST`` runs."""


@dataclass(frozen=True)
class Chance:
    """How many of ``n`` independent runs (draws of the fit, if ``source`` is so) reach the aim."""

    reaching: int
    n: int
    source: Literal["run", "fit"] = "run"

    @property
    def share(self) -> float | None:
        """Share of runs that reach it; None below the fewest runs that count."""
        return self.reaching / self.n if self.n >= FEWEST else None

    @property
    def limits(self) -> tuple[float, float] | None:
        """Exact 95 % limits of the chance; one-sided where no run or every run reaches the aim."""
        if self.n < FEWEST:
            return None
        tail = 1 - CONFIDENCE if self.reaching in (0, self.n) else (1 - CONFIDENCE) / 2
        missing = self.n - self.reaching
        low = 0.0 if self.reaching == 0 else float(stats.beta.ppf(tail, self.reaching, missing + 1))
        high = 1.0 if missing == 0 else float(stats.beta.ppf(1 - tail, self.reaching + 1, missing))
        return low, high

    def bound(self) -> Text:
        """The chance alone: ``at most 39 %``, ``33 % (4.3 % to 78 %)``."""
        limits = self.limits
        if limits is None or self.share is None:
            return dict(NO_CHANCE)
        low, high = (_percent(limit) for limit in limits)
        if self.reaching == 0:
            return {"en": f"at most {high['en']}", "zh": f"不超过 {high['zh']}"}
        if self.reaching == self.n:
            return {"en": f"at least {low['en']}", "zh": f"不低于 {low['zh']}"}
        share = _percent(self.share)
        return {
            "en": f"{share['en']} ({low['en']} to {high['en']})",
            "zh": f"{share['zh']}（{low['zh']} 至 {high['zh']}）",
        }

    def cell(self) -> Number:
        """The chance in a cell: as said by :meth:`bound`, with its limits and out of how many runs."""
        share, (low, high) = self.share, self.limits or (math.nan, math.nan)
        if share is None or self.reaching in (0, self.n):
            share = math.nan
        low, high = (math.nan if end in (0, 1) else end for end in (low, high))
        return Number(share, low, high, digits=1, percent=True, of=self.n, words=self.bound())

    def counted(self) -> Text:
        """Who reaches it: ``none of 6 independent runs``."""
        en, zh = {
            "run": (("independent run", "independent runs"), ("次独立模拟", "中有 {} 次")),
            "fit": (("parameter draw of the fit", "parameter draws of the fit"), ("组拟合参数", "中有 {} 组")),
        }[self.source]
        if self.n == 1:
            return {
                "en": f"the one {en[0]} {'reaches it' if self.reaching else 'does not reach it'}",
                "zh": f"仅有的 1 {zh[0]}{'达到' if self.reaching else '未达到'}",
            }
        many = f"{self.n} {en[1]}"
        if self.reaching == 0:
            return {"en": f"none of {many} reaches it", "zh": f"{self.n} {zh[0]}均未达到"}
        if self.reaching == self.n:
            return {"en": f"all {many} reach it", "zh": f"{self.n} {zh[0]}全部达到"}
        return {
            "en": f"{self.reaching} of {many} {'reaches' if self.reaching == 1 else 'reach'} it",
            "zh": f"{self.n} {zh[0]}{zh[1].format(self.reaching)}达到",
        }

    def text(self) -> Text:
        """A clause for sentences and cells: ``at most 39 % with 95 % confidence (none of 6 independent runs reaches
        it)``."""
        bound, counted = self.bound(), self.counted()
        if self.limits is None:
            return {"en": f"{bound['en']} ({counted['en']})", "zh": f"{bound['zh']}（{counted['zh']}）"}
        if self.reaching in (0, self.n):
            return {
                "en": f"{bound['en']} with 95 % confidence ({counted['en']})",
                "zh": f"在 95% 置信水平下{bound['zh']}（{counted['zh']}）",
            }
        low, high = (_percent(limit) for limit in self.limits)
        share = _percent(self.reaching / self.n)
        return {
            "en": f"{share['en']} (95 % interval {low['en']} to {high['en']}; {counted['en']})",
            "zh": f"{share['zh']}（95% 区间 {low['zh']} 至 {high['zh']}；{counted['zh']}）",
        }

    def sentence(self, target_value: float, year: int) -> Text:
        """A whole sentence on the chance of the aim in a year."""
        text, counted = self.text(), self.counted()
        if self.limits is not None and self.reaching == 0:
            most = _percent(self.limits[1])
            return {
                "en": f"{counted['en'][0].upper()}{counted['en'][1:]}; so few cannot exclude a probability below "
                f"{most['en']} (95 % confidence), which is a limit and no estimate.",
                "zh": f"{counted['zh']}；仅凭这些次数不能排除低于 {most['zh']} 的概率（95% 置信水平），"
                "这是上限而非估计值。",
            }
        if self.limits is None:
            return {
                "en": f"No probability of a TFR of {target_value:g} in {year} is given from fewer than five runs: "
                f"{counted['en']}.",
                "zh": f"{year} 年总和生育率达到 {target_value:g} 的概率：{counted['zh']}，{NO_CHANCE['zh']}。",
            }
        return {
            "en": f"The probability of a TFR of {target_value:g} in {year} is {text['en']}.",
            "zh": f"{year} 年总和生育率达到 {target_value:g} 的概率：{text['zh']}。",
        }


def _percent(share: float) -> Text:
    """A probability with two significant digits, never rounded to 0 or 100 %."""
    value = min(max(100 * share, 0.1), 99.9)
    digits = 0 if 10 <= value < 99.5 else 1
    text = f"{value:.{digits}f}"
    return {"en": f"{text} %", "zh": f"{text}%"}


def chance_of(
    context: dict[str, Any], scenario: str, runs_reaching: int, n: int, target_value: float, year: int
) -> Chance:
    """The chance that a report prints for ``scenario``: the fit's where it has one for the same law, aim and year.

    Else it is that of the run's own ``n`` independent runs (parameter draws where there are several, else seeds).
    """
    row = _row_of_fit(context, scenario, target_value, year)
    return of_fit(row) if row is not None else Chance(runs_reaching, n)


def of_fit(row: Row) -> Chance:
    """The chance in a row of the fit's table."""
    return Chance(round(float(row["probability"]) * int(row["draws"])), int(row["draws"]), "fit")


def _row_of_fit(context: dict[str, Any], scenario: str, target_value: float, year: int) -> Row | None:
    """The fit's row on the same law, aim and year, if this run lives on the fit's draws and nothing else differs."""
    fit = FitData.of(context)
    law = _law_of(context, scenario)
    changed = any(context.get(name) for name in ("parameter_changes", "hold", "balanced_budget"))
    if fit is None or not fit.used or law is None or changed:
        return None
    for row in fit.rows("probabilities"):
        same_aim = math.isclose(float(row["aim"]), target_value) and int(row["year"]) == year
        if row["package"] == law and row["drift"] == AS_DRAWN and same_aim:
            return row
    return None


def _law_of(context: dict[str, Any], scenario: str) -> str | None:
    """The package that a scenario lives under, None where it has changes of its own or may have."""
    if scenario == context["baseline"]:
        return CURRENT_LAW
    card = next((card for card in context["scenarios"] if card["name"] == scenario), None)
    if card is None or card.get("own_changes", True):
        return None
    return str(card["package"]) if card["package"] else None
