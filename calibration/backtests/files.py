"""Reads the back-tests: experiments, arms and parameter sets as data, and the evidence rows that are left out.

``backtests.yaml`` holds what is done in the model; the figures it is held against stay in ``policies/evidence`` and
are cited by id. ``evidence_left_out.csv`` says for every other row of ``policy_effects.csv`` why it is no experiment.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from abm.cohorts import MONTHS_TO_COMPLETION
from abm.core.parameters import Parameters
from policies.catalogue import Label, load_catalogue
from policies.changes import changes_from
from policies.citations import Evidence
from policies.clock import MONTHS_PER_YEAR, month_index, month_of_year
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.text_files import table_text
from policies.validation import Flag, Real, StrictModel, Whole, read_yaml, validated

FOLDER = Path(__file__).resolve().parent
EXPERIMENTS_FILE = FOLDER / "backtests.yaml"
LEFT_OUT_FILE = FOLDER / "evidence_left_out.csv"
DEFAULT_SET, FITTED_SET = "default", "fitted"
"""Parameters as they ship; the draws of the city's fit, one a seed."""
EFFECTS_TABLE = "policy_effects.csv"

DoseKind = Literal[
    "none", "cash", "windfall", "own_home_value", "coverage", "fee_relief", "leave_weeks", "father_weeks", "leave_pay",
    "house_price", "carers", "price",
]  # fmt: skip
Outcome = Literal["births", "marriages", "first_marriages", "cycles", "formal_work"]
Measure = Literal["percent", "points", "per_100", "gain", "elasticity"]
"""Percent of the other arm's events; points of the yearly chance; the arm's own events per 100 people (a take-up);
events more; elasticity."""
YEARLY = frozenset({"cycles", "coverage", "fee_relief"})
"""Outcomes and doses that are counted by calendar year."""
STATES = frozenset({"formal_work", "carers"})
"""Outcomes and doses that are a state of the city, kept at every anniversary of the branch."""
OF_EVERYBODY = frozenset({"cycles", "formal_work"})
"""Outcomes that are counted for the whole city and no part of it."""
OF_SOMEBODY = frozenset({"leave_pay", "carers", "points", "per_100"})
"""Doses and measures that are put over the people of a population, who are known at the branch."""
Rule = Literal["reported", "factor", "judged", "at_most", "sign"]
Months = tuple[Annotated[Whole, Field(ge=0)], Annotated[Whole, Field(gt=0)]]


class BacktestArm(StrictModel):
    """One life of the city from a branch on: what is changed, and for how long it is followed.

    ``changes`` are dated lever changes as in a config (undated: from the branch), ``parameters`` behaviour,
    ``gift_yuan`` goes to every household (or to owners alone), ``home_value_gain`` is the share by which the worth of
    owned town homes rises. ``complete_cohorts`` lives on under the law until everybody fertile in these years is 50.
    """

    branch: str
    years: Whole = Field(ge=1, le=60)
    changes: dict[str, Any] = Field(default_factory=dict)
    parameters: dict[str, Real] = Field(default_factory=dict)
    gift_yuan: Real = 0.0
    gift_to: Literal["all", "owners"] = "all"
    home_value_gain: Real = 0.0
    hold: tuple[str, ...] = ()
    complete_cohorts: Flag = False

    @property
    def months(self) -> int:
        """Months that it is followed, the completion of its cohorts apart."""
        return MONTHS_PER_YEAR * self.years


class Dose(StrictModel):
    """How the dose is measured in the model (see ``doses.py``): the orders paid, or the field that is a price."""

    kind: DoseKind = "none"
    orders: tuple[Whole, ...] = ()
    field: str = ""


class Response(StrictModel):
    """What is counted in two arms and put over the dose.

    ``months`` since the branch, the second excluded: events that fall within them count. A state (:data:`STATES`) is
    taken when they end, in both arms, however long each goes on.
    """

    arm: str
    against: str
    outcome: Outcome = "births"
    orders: tuple[Whole, ...] = ()
    ages: tuple[Whole, Whole] | None = None
    population: str = "all"
    months: Months
    measure: Measure = "percent"
    dose: Dose = Dose()


class Compared(StrictModel):
    """A second response, as far as it differs from the first, and how the two are put together."""

    how: Literal["ratio", "difference"]
    arm: str | None = None
    against: str | None = None
    orders: tuple[Whole, ...] | None = None
    population: str | None = None
    months: Months | None = None
    dose: Dose | None = None


class Held(StrictModel):
    """The evidence interval: the row it comes from and the rule that reads it (see ``verdicts.py``)."""

    row: str
    rule: Rule
    value: Real | None = None
    low: Real | None = None
    high: Real | None = None
    sign: Literal[-1, 1] | None = None
    why: str = ""


class Experiment(StrictModel):
    """One back-test."""

    id: str
    group: str
    label: Label
    evidence: tuple[str, ...] = Field(min_length=1)
    held: Held
    unit: Label
    response: Response
    compared: Compared | None = None
    imposed: Flag = False
    sets: tuple[str, ...] = (DEFAULT_SET,)
    miss: Label | None = None

    @property
    def responses(self) -> tuple[Response, ...]:
        """The response, and the one it is compared with."""
        if self.compared is None:
            return (self.response,)
        differs = {
            name: value for name, value in self.compared.model_dump(exclude={"how"}).items() if value is not None
        }
        return self.response, Response.model_validate({**self.response.model_dump(), **differs})


class BackTests(StrictModel):
    """The whole file."""

    start: str
    branches: dict[str, str]
    parameter_sets: dict[str, dict[str, Real]]
    groups: dict[str, Label]
    arms: dict[str, BacktestArm]
    experiments: tuple[Experiment, ...]

    def chosen(self, ids: Iterable[str]) -> tuple[Experiment, ...]:
        """The experiments with these ids, all of them without ids; InputError with the nearest id."""
        wanted = list(ids)
        known = [experiment.id for experiment in self.experiments]
        for name in wanted:
            if name not in known:
                raise unknown_name("back-test", name, known, "backtest")
        return tuple(e for e in self.experiments if not wanted or e.id in wanted)


def read_backtests(evidence: Mapping[str, Evidence], path: Path = EXPERIMENTS_FILE) -> BackTests:
    """The back-tests of a file. InputError names file and key of an unknown arm, branch, set, group or evidence row."""
    tests = validated(BackTests, read_yaml(path), path.name)
    for name, arm in tests.arms.items():
        _check_arm(arm, tests, f"{path.name}: arms: {name}")
    for name, values in tests.parameter_sets.items():
        _check_numbers(values, f"{path.name}: parameter_sets: {name}")
    seen: set[str] = set()
    for experiment in tests.experiments:
        where = f"{path.name}: experiments: {experiment.id}"
        if experiment.id in seen:
            raise InputError(tr("{where}: the id is used twice").format(where=where))
        seen.add(experiment.id)
        _known("group", experiment.group, tests.groups, where)
        for row in (*experiment.evidence, experiment.held.row):
            _known("evidence row", row, evidence, where)
        if experiment.held.row not in experiment.evidence:
            raise InputError(
                tr("{where}: held.row: {row} is not among its evidence").format(where=where, row=experiment.held.row)
            )
        for name in experiment.sets:
            _known("parameter set", name, tests.parameter_sets, where)
        for response in experiment.responses:
            _check_response(response, tests, where)
    return tests


def _check_arm(arm: BacktestArm, tests: BackTests, where: str) -> None:
    """What an arm changes must be there to be changed, from a month that is one."""
    _known("branch", arm.branch, tests.branches, where)
    start = month_index(tests.branches[arm.branch])
    changes_from(arm.changes, load_catalogue(), start=start, where=f"{where}: changes")
    _check_numbers(arm.parameters, f"{where}: parameters")


def _check_numbers(values: Mapping[str, float], where: str) -> None:
    """Numbers of behaviour must have their names and lie in their ranges."""
    try:
        Parameters.load().replace(**values)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _check_response(response: Response, tests: BackTests, where: str) -> None:
    for name in (response.arm, response.against):
        _known("arm", name, tests.arms, where)
    arm, against = tests.arms[response.arm], tests.arms[response.against]
    if arm.branch != against.branch:
        raise InputError(
            tr("{where}: {arm} and {against} branch in different months").format(
                where=where, arm=response.arm, against=response.against
            )
        )
    if response.outcome in OF_EVERYBODY and (response.population != "all" or response.ages or response.orders):
        raise InputError(
            tr("{where}: {outcome} is counted for everybody: no population, ages or orders").format(
                where=where, outcome=response.outcome
            )
        )
    over_people = sorted({response.dose.kind, response.measure} & OF_SOMEBODY)
    if over_people and response.population == "all":
        raise InputError(
            tr("{where}: {over_people} is put over people at the branch: a population is needed").format(
                where=where, over_people=over_people[0]
            )
        )
    _check_months(response, arm, against, month_index(tests.branches[arm.branch]), where)


def _check_months(response: Response, arm: BacktestArm, against: BacktestArm, branch_month: int, where: str) -> None:
    """Both arms must have lived the months, and have kept what is asked about them."""
    asked, (first, end) = {response.outcome, response.dose.kind}, response.months
    found, last = {"where": where, "months": list(response.months)}, last_month(response, arm, against)
    if first >= end or end > last:
        later = ""
        if arm.complete_cohorts or against.complete_cohorts:
            later = tr("; later months are for births alone, where both arms complete the cohorts of the same years")
        said = tr(
            "{where}: months: found {months}, allowed within 0 to {last}: {arm} lives {lived} months, {against} "
            "{lived_against}{later}"
        )
        lives = {"arm": response.arm, "lived": arm.months, "against": response.against, "lived_against": against.months}
        raise InputError(said.format(**found, **lives, last=last, later=later))
    by_year, states = sorted(asked & YEARLY), sorted(asked & STATES)
    january = month_of_year(branch_month) == 1
    if by_year and not (january and first % MONTHS_PER_YEAR == 0 and end % MONTHS_PER_YEAR == 0):
        said = tr(
            "{where}: months: found {months}, allowed whole years from a branch in January: {by_year} is counted by "
            "calendar year"
        )
        raise InputError(said.format(**found, by_year=by_year[0]))
    if states and end % MONTHS_PER_YEAR:
        said = tr(
            "{where}: months: found {months}, allowed an end after whole years: {state} is kept every twelve months"
        )
        raise InputError(said.format(**found, state=states[0]))


def last_month(response: Response, arm: BacktestArm, against: BacktestArm) -> int:
    """Months since the branch in which both arms can be held against each other. Cohorts are completed after the end of
    an arm, in births alone, and they are those of its years: such months count where both arms have the same."""
    births_alone = response.outcome == "births" and response.dose.kind not in YEARLY | STATES
    completes = arm.complete_cohorts and against.complete_cohorts and arm.years == against.years
    return min(arm.months, against.months) + (MONTHS_TO_COMPLETION if births_alone and completes else 0)


def _known(kind: str, name: str, allowed: Iterable[str], where: str) -> None:
    names = list(allowed)
    if name not in names:
        raise unknown_name(kind, name, names, where)


def read_left_out(path: Path = LEFT_OUT_FILE) -> dict[str, str]:
    """Evidence row -> why no experiment uses it."""
    rows = list(csv.DictReader(io.StringIO(table_text(path), newline="")))
    if not rows or set(rows[0]) != {"id", "reason"}:
        raise InputError(tr("{path}: columns: allowed id, reason").format(path=path.name))
    return {row["id"]: row["reason"] for row in rows}


def unaccounted_rows(tests: BackTests, left_out: Mapping[str, str], evidence: Mapping[str, Evidence]) -> list[str]:
    """Rows of policy_effects.csv that neither an experiment cites nor the list explains, or that both do."""
    used = {row for experiment in tests.experiments for row in experiment.evidence}
    effects = [row.id for row in evidence.values() if row.table == EFFECTS_TABLE]
    return [row for row in effects if (row in used) == bool(left_out.get(row, "").strip())]
