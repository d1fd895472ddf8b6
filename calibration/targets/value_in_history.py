"""How the value of a target is found in a history: one small class a kind of computation, as written in targets.yaml.

Most targets are a row of the run. The others are here because the observed figure has another base or definition than
any row: another population's age structure, the census long form, registrations by hukou, a window of months.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from abm.core.counters import FIRST_AGE as FIRST_COUNTED_AGE
from abm.core.population import DIVORCED, FEMALE, MALE, NEVER_MARRIED
from abm.processes.biology import GESTATION_MONTHS
from calibration.targets import demographic_measures as measures
from calibration.targets.history import History, months_between, months_of_years
from policies.errors import InputError
from policies.messages import tr
from policies.validation import Flag, Real, StrictModel, Whole

Array = NDArray[np.float64]
Years = Annotated[tuple[Whole, ...], Field(min_length=1)]
Ages = tuple[Annotated[Whole, Field(ge=0)], Annotated[Whole, Field(le=100)]]
Sex = Literal["male", "female"]
SEX_CODES = {"male": MALE, "female": FEMALE}
STATES = {"never_married": NEVER_MARRIED, "divorced": DIVORCED}
STANDARD_WOMEN = Path(__file__).resolve().parent / "china_women_2020.csv"
_COUNTED = slice(measures.FIRST_AGE - FIRST_COUNTED_AGE, measures.LAST_AGE + 1 - FIRST_COUNTED_AGE)


class Row(StrictModel):
    """Mean of a row over ``years``, divided by its mean over ``over_years`` if given."""

    kind: Literal["row"]
    indicator: str
    group: str = "all"
    years: Years
    over_years: tuple[Whole, ...] = ()

    def value(self, history: History) -> float:
        """The predicted value."""
        value = history.mean(self.indicator, self.group, self.years)
        return value / history.mean(self.indicator, self.group, self.over_years) if self.over_years else value


class Infants(StrictModel):
    """Residents under one year of age on 1 November of ``year``."""

    kind: Literal["infants"]
    year: Whole

    def value(self, history: History) -> float:
        """The predicted value, scaled to the city."""
        return float(history.census(self.year)["population"][..., 0].sum()) / history.scale


class FertilityShare(StrictModel):
    """Share of the total fertility rate of ``years`` that falls on ``ages``."""

    kind: Literal["fertility_share"]
    years: Years
    ages: Ages

    def value(self, history: History) -> float:
        """The predicted value."""
        births, women = births_and_women(history, self.years)
        return measures.share_of_rates(births.sum(axis=0), women, *self.ages)


class StandardisedBirths(StrictModel):
    """A measure of the births that the women of China in 2020 would have at the rates of ``years``.

    ``order_share`` of ``order`` (``and_over``: and later ones), ``mean_age`` of mothers at delivery (less that of
    ``less_years`` if given), or ``mothers_share`` of those in ``ages``.
    """

    kind: Literal["standardised_births"]
    measure: Literal["order_share", "mean_age", "mothers_share"]
    years: Years
    less_years: tuple[Whole, ...] = ()
    order: Whole = Field(default=1, ge=1, le=4)
    and_over: Flag = False
    ages: Ages = (15, 49)

    def value(self, history: History) -> float:
        """The predicted value."""
        value = self._of(history, self.years)
        return value - self._of(history, self.less_years) if self.less_years else value

    def _of(self, history: History, years: tuple[int, ...]) -> float:
        births = measures.expected_births(*births_and_women(history, years), standard_women())
        if self.measure == "order_share":
            return measures.order_share(births, self.order, self.and_over)
        if self.measure == "mean_age":
            return measures.mean_age_at_delivery(births)
        return measures.share_of_mothers(births, *self.ages)


class ParityShare(StrictModel):
    """Share with ``children`` children among women of 18 to 49 in the age structure of China in 2020."""

    kind: Literal["parity_share"]
    year: Whole
    children: Whole = Field(ge=0, le=5)

    def value(self, history: History) -> float:
        """The predicted value."""
        parity = history.census(self.year)["parity"][measures.FIRST_AGE : measures.LAST_AGE + 1]
        return measures.weighted_share(parity[3:], standard_women()[3:], self.children)


class NeverMarried(StrictModel):
    """Never married among ``sexes`` of ``ages`` on 1 November of ``year``, less the share at ``less_ages`` if given."""

    kind: Literal["never_married"]
    year: Whole
    sexes: tuple[Sex, ...]
    ages: Ages
    less_ages: Ages | None = None

    def value(self, history: History) -> float:
        """The predicted value."""
        value = self._of(history, self.ages)
        return value if self.less_ages is None else value - self._of(history, self.less_ages)

    def _of(self, history: History, ages: Ages) -> float:
        sexes = [SEX_CODES[sex] for sex in self.sexes]
        people = history.census(self.year)["marital"][sexes, ages[0] : ages[1] + 1]
        return measures.share_in_state(people, NEVER_MARRIED)


class LongForm(StrictModel):
    """A measure on the base of the census long form: residents of ``ages`` together with absent hukou members.

    ``people`` is the size of the long form (its count times ten) at 15 and over; what exceeds the residents counted is
    absent members, who are taken to be like residents of their age.
    """

    kind: Literal["long_form"]
    measure: Literal["never_married", "divorced", "children_ever_born"]
    sex: Sex
    year: Literal[2010, 2020]
    people: Real = Field(gt=0)
    ages: Ages = (15, 100)

    def value(self, history: History) -> float:
        """The predicted value."""
        sex, ages = SEX_CODES[self.sex], slice(self.ages[0], self.ages[1] + 1)
        census = history.census(self.year)
        counted = float(history.city.population_by_age(self.year)[:, sex, 15:].sum())
        residents = census["population"].sum(axis=(0, 1))[sex]
        absent = history.city.absent_by_age(self.year)[sex]
        weights = np.zeros(len(residents))
        weights[15:] = measures.long_form_weights(residents[15:], absent[15:], min(counted / self.people, 1.0))
        if self.measure == "children_ever_born":
            women = census["parity"].sum(axis=1)
            return measures.weighted_mean(census["children_born"][ages], women[ages], weights[ages])
        return measures.weighted_share(census["marital"][sex][ages], weights[ages], STATES[self.measure])


class ImpliedFertilityRatio(StrictModel):
    """Total fertility implied by children of ``ages`` over that implied by infants, put over the nation's ratio.

    Above one, children live here whose mothers do not. ``national`` is the same ratio of the nation's census.
    """

    kind: Literal["implied_fertility_ratio"]
    year: Whole
    ages: Ages
    national: Real = Field(gt=0)

    def value(self, history: History) -> float:
        """The predicted value."""
        people = history.census(self.year)["population"].sum(axis=(0, 1))
        children, women = people.sum(axis=0), people[FEMALE]
        patterns = birth_patterns(history, self.year, self.ages[1])
        older, infants = (measures.implied_tfr(children, women, patterns, ages) for ages in (self.ages, (0, 0)))
        return older / infants / self.national


class MarriageToConception(StrictModel):
    """Share of planned first births of ``years``, conceived in marriage, with ``months`` or more from wedding to
    conception."""

    kind: Literal["marriage_to_conception"]
    years: Years
    months: Whole = Field(gt=0)

    def value(self, history: History) -> float:
        """The predicted value."""
        births = births_in(history, *months_of_years(self.years))
        waited = births["since_marriage"].to_numpy() - GESTATION_MONTHS
        planned = (births["order"].to_numpy() == 1) & (births["unplanned"].to_numpy() == 0) & (waited >= 0)
        return measures.share_at_least(waited[planned], self.months)


class BirthInterval(StrictModel):
    """Mean months since the birth before, births of ``orders`` in ``months``."""

    kind: Literal["birth_interval"]
    months: tuple[str, str]
    orders: tuple[Whole, ...] = (2, 3, 4)

    def value(self, history: History) -> float:
        """The predicted value."""
        births = births_in(history, *months_between(*self.months))
        waited = births["since_birth"].to_numpy()[np.isin(births["order"].to_numpy(), self.orders)]
        known = waited[waited >= 0]
        return float(known.mean()) if len(known) else float("nan")


Computation = Annotated[
    Row | Infants | FertilityShare | StandardisedBirths | ParityShare | NeverMarried | LongForm
    | ImpliedFertilityRatio | MarriageToConception | BirthInterval,
    Field(discriminator="kind"),
]  # fmt: skip


def births_in(history: History, first: int, last: int) -> pd.DataFrame:
    """Births from month ``first`` to month ``last``."""
    month = history.births_log["month"].to_numpy()
    return history.births_log[(month >= first) & (month <= last)]


def births_and_women(history: History, years: tuple[int, ...]) -> tuple[Array, Array]:
    """Births [order 1 to 4+, age 15-49] and woman-years [age] of several years together."""
    flows = [history.flows(year) for year in years]
    births = sum(each["births"].sum(axis=(0, 1))[:, _COUNTED] for each in flows)
    women = sum(each["exposure_months"].sum(axis=(0, 1))[_COUNTED] for each in flows)
    return np.asarray(births, float), np.asarray(women, float) / 12.0


def birth_patterns(history: History, year: int, oldest: int) -> Array:
    """National birth patterns [years ago, age 15-49] of the years in which children of 0 to ``oldest`` were born."""
    rates = [np.asarray(history.city.national_birth_rates(year - age)).sum(axis=0) for age in range(oldest + 1)]
    return np.array([each / each.sum() for each in rates])


@lru_cache(maxsize=1)
def standard_women() -> Array:
    """Women of China on 1 November 2020 by single age 15 to 49, even within five-year groups."""
    table = pd.read_csv(STANDARD_WOMEN)
    if list(table.columns) != ["age_from", "age_to", "women"]:
        raise InputError(
            tr("{standard_women}: columns: allowed age_from, age_to, women").format(standard_women=STANDARD_WOMEN.name)
        )
    years = (table["age_to"] - table["age_from"] + 1).to_numpy()
    return np.repeat(table["women"].to_numpy() / years, years)
