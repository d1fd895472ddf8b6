"""A finished run as any report sees it: what its folder holds, when it ran, names for people, replicates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import pandas as pd

from results.analysis.compare import FEWEST
from results.analysis.replicates import has_several_draws
from results.content.study_words import in_force_text, parameter_label, years_text
from results.content.words import Text
from results.folder.store import CONTEXT, DESIGN, MANIFEST, SERIES, RunFolder
from results.trust.open_order import concerns, families_of

DECEMBER = 12
FORMER_WORDS: dict[str, dict[str, Text]] = {
    "families": {
        "childcare": {"en": "Childcare", "zh": "托育服务"},
        "leave": {"en": "Leave", "zh": "生育休假"},
        "housing": {"en": "Housing", "zh": "住房支持"},
        "cash": {"en": "Cash and tax", "zh": "现金与税收"},
        "health": {"en": "Health", "zh": "健康与医疗"},
        "work": {"en": "Work", "zh": "就业"},
        "education": {"en": "Education", "zh": "教育"},
        "marriage": {"en": "Marriage", "zh": "婚姻"},
        "rules": {"en": "Rules", "zh": "法规"},
        "behaviour": {"en": "Behavioural uncertainty", "zh": "行为参数不确定性"},
    },
    "payers": {
        "city": {"en": "City government", "zh": "市级财政"},
        "province": {"en": "Province", "zh": "省级财政"},
        "centre": {"en": "Central government", "zh": "中央财政"},
        "insurance_fund": {"en": "Insurance fund", "zh": "社会保险基金"},
        "provident_fund": {"en": "Housing provident fund", "zh": "住房公积金"},
        "employer": {"en": "Employers", "zh": "用人单位"},
    },
}
"""Families and payers in reports of run folders that were made before ``context.json`` held the words: as they stood
then, so that such a report stays as it was. Nothing is added here; today's are in ``policies/vocabulary.py``."""


@dataclass(frozen=True)
class FinishedRun:
    """One run folder read once."""

    context: dict[str, Any]
    manifest: dict[str, Any]
    design: pd.DataFrame
    series: pd.DataFrame
    failures: list[dict[str, str]]

    @classmethod
    def read(cls, folder: RunFolder) -> Self:
        """Read a run folder. Raises RunFolderError when a file is missing."""
        return cls(
            folder.read_json(CONTEXT), folder.read_json(MANIFEST), folder.read_table(DESIGN),
            folder.read_table(SERIES), folder.read_failures(),
        )  # fmt: skip

    # ---- what was asked --------------------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        return str(self.context["kind"])

    @property
    def plan(self) -> dict[str, Any]:
        """What the config of a study, a search or a forecast asks for."""
        return dict(self.context["plan"])

    @property
    def baseline(self) -> str:
        return str(self.context["baseline"])

    @property
    def scenarios(self) -> list[str]:
        """Scenarios in config order, baseline first."""
        return [card["name"] for card in self.context["scenarios"]]

    # ---- names for people ------------------------------------------------------------------------------------

    def scenario_card(self, name: str) -> dict[str, Any]:
        return next(card for card in self.context["scenarios"] if card["name"] == name)

    def scenario_label(self, name: str, lang: str) -> str:
        return str(self.scenario_card(name)["label"][lang])

    def indicator_label(self, name: str, lang: str) -> str:
        card = self.context["indicators"].get(name, {})
        return str(card.get(f"label_{lang}") or name)

    def is_share(self, indicator: str) -> bool:
        """True for an indicator that is printed in percent."""
        return str(self.context["indicators"].get(indicator, {}).get("unit", "")).startswith("share")

    def lever_label(self, name: str, lang: str) -> str:
        card = self.context["levers"].get(name)
        return str(card["label"][lang]) if card else name

    def payer_label(self, name: str, lang: str) -> str:
        return self._word("payers", name, lang)

    def family_label(self, name: str, lang: str) -> str:
        """The name of a family of measures, or of what is unknown about behaviour."""
        return self._word("families", name, lang)

    def _word(self, what: str, name: str, lang: str) -> str:
        words = self.context.get("words", FORMER_WORDS)
        return str(words[what].get(name, {}).get(lang) or name.replace("_", " "))

    def parameter_label(self, name: str, lang: str) -> str:
        """A behavioural number's name."""
        return parameter_label(self.plan["uncertain"], name, lang)

    @property
    def counties(self) -> dict[str, Text]:
        """Names of the counties by key."""
        return dict(self.context["city"]["counties"])

    # ---- years -----------------------------------------------------------------------------------------------

    @property
    def branch_year(self) -> int:
        """First year in which scenarios may differ: the first that is not history."""
        return int(self.context["branch"][:4])

    @property
    def last_full_year(self) -> int:
        """Last year simulated to its end."""
        year, month = (int(part) for part in self.context["end"].split("-"))
        return year if month == DECEMBER else year - 1

    @cached_property
    def end_year(self) -> int:
        """Last year that is reported."""
        return self.last_full_year

    # ---- replicates ------------------------------------------------------------------------------------------

    @property
    def counted(self) -> pd.DataFrame:
        """Rows of the design whose seeds and draws are counted as replicates."""
        return self.design

    @property
    def replicates_are_draws(self) -> bool:
        """True if a replicate is a parameter draw, not a seed (see ``results.analysis.replicates``)."""
        return has_several_draws(self.counted)

    @cached_property
    def replicates(self) -> int:
        """Independent replicates: parameter draws where there are several, else seeds."""
        return int(self.counted["draw" if self.replicates_are_draws else "seed"].nunique())

    @property
    def has_intervals(self) -> bool:
        """True if there are replicates enough for intervals, bands and probabilities."""
        return self.replicates >= FEWEST

    @property
    def replicates_text(self) -> Text:
        """``1 seed``, ``4 seeds`` or ``6 parameter draws`` in words."""
        n = self.replicates
        if self.replicates_are_draws:
            return {"en": f"{n} parameter draws", "zh": f"{n} 组参数"}
        return {"en": f"{n} seed{'' if n == 1 else 's'}", "zh": f"{n} 个随机种子"}


@dataclass(frozen=True)
class FactorRun(FinishedRun):
    """A run whose scenarios are doses of factors: a sweep, a sensitivity study or a search for packages."""

    @property
    def years_in_force(self) -> float:
        """Years from the measures' first month to the end of the last full year: what a cost a year is divided by."""
        return self.end_year - self.branch_year + 1 - (int(self.context["branch"][5:7]) - 1) / 12

    @property
    def in_force(self) -> Text:
        """Those years in words."""
        return in_force_text(str(self.context["branch"]), self.end_year)

    @property
    def period(self) -> Text:
        """The years in which births are counted."""
        return years_text(self.branch_year, self.end_year)

    @cached_property
    def order_is_open(self) -> bool:
        """True if measures of cash, childcare and housing stand beside each other (``results.trust.open_order``)."""
        fields = [name for card in self.plan["factors"] for name in fields_of(card)]
        return concerns(families_of(self.context, fields))


def fields_of(card: dict[str, Any]) -> list[str]:
    """Lever fields and parameters that a factor sets."""
    return [*(span["name"] for span in card["spans"]), *card["with"]]
