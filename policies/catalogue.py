"""The catalogue: every lever file, checked, with the evidence it cites."""

from __future__ import annotations

import datetime
import functools
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from policies.bilingual import Label
from policies.citations import Evidence, load_evidence
from policies.clock import effective_month, month_index, month_label
from policies.errors import InputError, cut, likest, nearest, unknown_name
from policies.messages import language, tr
from policies.numbers_meant import advice_on_number
from policies.validation import StrictModel, read_yaml, validated

FOLDER = Path(__file__).resolve().parent
LEVERS_FOLDER = FOLDER / "levers"

FIRST_START = month_index("2010-01")
"""No run starts earlier; every parameter must have a value by then."""

Payer = Literal["city", "province", "centre", "insurance_fund", "provident_fund", "employer"]
MOST_LEVERS_LISTED = 10

PAYERS: tuple[str, ...] = get_args(Payer)
Grade = Literal["A", "B", "C", "D"]
Kind = Literal["number", "integer", "flag"]


def _date_text(value: object) -> object:
    """Return a date as text, so that quoted and unquoted YAML dates read alike; refuse what is not a date."""
    if value is None:
        return value
    text = value.isoformat() if isinstance(value, datetime.date) else value
    effective_month(text)  # type: ignore[arg-type]  # raises for anything that is not a date
    return text


def _number(value: object) -> object:
    """Refuse true, false and text where a number is wanted (pydantic would turn them into numbers)."""
    if isinstance(value, bool | str):
        said = tr("expected a number, found {value!r}").format(value=cut(value) if isinstance(value, str) else value)
        raise ValueError(said + advice_on_number(value))
    return value


DateText = Annotated[str, BeforeValidator(_date_text)]
Number = Annotated[float, BeforeValidator(_number)]


class DatedValue(StrictModel):
    """A value of the law from a date on, when it became known, and where it is written."""

    from_date: DateText = Field(alias="from")
    value: Number
    announced: DateText | None = None
    reference: str = Field(min_length=1)
    reference_zh: str = ""
    grade: Grade
    note: Label | None = None

    @property
    def month(self) -> int:
        """Month in which the value takes effect."""
        return effective_month(self.from_date)

    @property
    def announced_month(self) -> int:
        """Month from which the value is known; later than `month` for a rule made backdated."""
        return effective_month(self.announced or self.from_date)


class Parameter(StrictModel):
    """One number of a lever: unit, bounds for scenarios, and its values by date under the law."""

    label: Label
    unit: str = Field(min_length=1)
    unit_zh: str = Field(min_length=1)
    kind: Kind = "number"
    low: Number
    high: Number
    step: Number = Field(gt=0)
    costs: Literal["nothing"] | None = None
    """``nothing``: it moves a decision and the ledger books no yuan for it, though others of its lever are paid for."""
    values: tuple[DatedValue, ...] = Field(min_length=1)
    note: Label | None = None

    @model_validator(mode="after")
    def _values_fit(self) -> Parameter:
        if self.low >= self.high:
            raise ValueError(tr("low ({low:g}) must be below high ({high:g})").format(low=self.low, high=self.high))
        months = [dated.month for dated in self.values]
        for dated in self.values:
            problem = self.problem_with(dated.value)
            if problem:
                raise ValueError(
                    tr("values from {from_date}: {problem}").format(from_date=dated.from_date, problem=problem)
                )
        if any(later <= earlier for earlier, later in zip(months, months[1:], strict=False)):
            raise ValueError(tr("values must be in order of date, one a month"))
        if months[0] > FIRST_START:
            raise ValueError(
                tr(
                    "the first value is from {first}; a value in force by {first_start} is needed (write 0 if "
                    "there was no such measure)"
                ).format(first=month_label(months[0]), first_start=month_label(FIRST_START))
            )
        return self

    def problem_with(self, value: float) -> str:
        """Return what is wrong with a value for this parameter, or an empty string."""
        if not math.isfinite(value) or not self.low <= value <= self.high:
            unit = self.unit if language() == "en" else self.unit_zh
            return tr("found {value:g} {unit}; allowed {low:g} to {high:g}").format(
                value=value, unit=unit, low=self.low, high=self.high
            )
        if self.kind != "number" and value != int(value):
            return tr("found {value:g}; allowed: whole numbers from {low:g} to {high:g}").format(
                value=value, low=self.low, high=self.high
            )
        return ""


class Lever(StrictModel):
    """One measure: what it is, who decides and pays, the evidence for it, and its parameters."""

    name: str
    label: Label
    summary: Label
    family: Literal["childcare", "leave", "housing", "cash", "health", "work", "education", "marriage", "rules"]
    decided_by: tuple[Literal["city", "province", "centre"], ...] = Field(min_length=1)
    payers: dict[str, dict[Payer, Number]]
    payer_note: Label | None = None
    moves_cost: bool = False
    """It moves the cost of other levers from one payer to another; the ledger books nothing under its own name."""
    gives_when: tuple[str, ...] = ()
    """Parameters whose value above zero means that it gives something: couples count on it as far as they have heard of
    it in the years since. None: no couple counts on it beforehand, or everybody knows of it."""
    foreseen: bool = True
    """False: no decision looks ahead to its future; what it is this month is what acts."""
    plan_section: Label
    channel: Label
    evidence: tuple[str, ...]
    near: tuple[str, ...] = ()
    """Rows of ``evidence`` that are on something near (prices, another age, another instrument), not on the measure."""
    assumption: Label | None = None
    not_modelled: tuple[Label, ...] = Field(min_length=1)
    parameters: dict[str, Parameter] = Field(min_length=1)

    @model_validator(mode="after")
    def _sums_and_sources(self) -> Lever:
        for part, shares in self.payers.items():
            if any(share < 0 for share in shares.values()) or not math.isclose(sum(shares.values()), 1.0):
                raise ValueError(
                    tr("payers.{part}: shares must be 0 or more and sum to 1, found {shares}").format(
                        part=part, shares=shares
                    )
                )
        if not self.payers and self.payer_note is None:
            raise ValueError(tr("payers: name who pays, or say in payer_note why nobody does"))
        if not self.evidence and not self.assumption:
            raise ValueError(tr("evidence: cite at least one row, or say in `assumption` what the effect rests on"))
        unknown = [name for name in self.gives_when if name not in self.parameters]
        if unknown:
            raise ValueError(
                tr("gives_when: found {found!r}; allowed: {allowed}").format(
                    found=unknown[0], allowed=", ".join(self.parameters)
                )
            )
        stray = [row_id for row_id in self.near if row_id not in self.evidence]
        if stray:
            raise ValueError(tr("near: found {row!r}; allowed: rows that `evidence` cites").format(row=stray[0]))
        return self

    @property
    def books_money(self) -> bool:
        """Whether the ledger has entries of its own for it."""
        return bool(self.payers) and not self.moves_cost

    def payer_shares(self, part: str = "benefit") -> Mapping[str, float]:
        """Return who pays one part of the lever's cost: payer -> share, summing to 1."""
        if part not in self.payers:
            raise unknown_name("paid part", part, self.payers, f"lever {self.name}")
        return MappingProxyType({str(payer): share for payer, share in self.payers[part].items()})


@dataclass(frozen=True)
class Catalogue:
    """All levers and the evidence they cite; read it with `load_catalogue`."""

    levers: Mapping[str, Lever]
    evidence: Mapping[str, Evidence]
    content_hash: str

    @functools.cached_property
    def fields(self) -> Mapping[str, Parameter]:
        """Every parameter by its full name `lever.parameter`, in alphabetical order."""
        named = {
            f"{lever.name}.{name}": parameter
            for lever in self.levers.values()
            for name, parameter in lever.parameters.items()
        }
        return dict(sorted(named.items()))

    @functools.cached_property
    def field_names(self) -> tuple[str, ...]:
        """Every `lever.parameter`, sorted."""
        return tuple(self.fields)

    def lever(self, name: str, where: str = "") -> Lever:
        """Return a lever by name; InputError with the nearest name if there is none."""
        if name not in self.levers:
            raise unknown_name("lever", name, self.levers, where)
        return self.levers[name]

    def parameter(self, field: str, where: str = "") -> Parameter:
        """Return a parameter by its full name, such as "childcare_voucher.amount".

        InputError names the nearest lever, or the nearest parameter of the lever that was meant.
        """
        if field in self.fields:
            return self.fields[field]
        lever_name = str(field).partition(".")[0]
        if lever_name in self.levers:
            siblings = [f"{lever_name}.{name}" for name in self.levers[lever_name].parameters]
            raise unknown_name("parameter", field, siblings, where)
        place = f"{where}: " if where else ""
        raise InputError(
            tr("{place}unknown parameter {field!r}; did you mean {nearest!r}? levers: {levers}").format(
                place=place,
                field=cut(str(field)),
                nearest=nearest(field, self.field_names),
                levers=likest(str(field).partition(".")[0], self.levers, MOST_LEVERS_LISTED),
            )
        )

    def is_free(self, field: str) -> bool:
        """Return whether what a field does costs nothing in the model: it says so, or nobody pays for its lever."""
        return self.parameter(field).costs == "nothing" or not self.levers[field.partition(".")[0]].payers

    def hash(self) -> str:
        """Return the sha256 of all lever and evidence files."""
        return self.content_hash


def load_catalogue(folder: Path | str | None = None) -> Catalogue:
    """Read every lever file and the evidence tables.

    `folder` holds `levers/` and `evidence/`; by default the project's own. InputError names the file,
    the key, what was found and what is allowed. The project's own catalogue is read once and kept.
    """
    return _own_catalogue() if folder is None else _read_catalogue(Path(folder))


@functools.cache
def _own_catalogue() -> Catalogue:
    return _read_catalogue(FOLDER)


def _read_catalogue(folder: Path) -> Catalogue:
    """Read a folder with `levers/` and `evidence/`."""
    paths = sorted((folder / "levers").glob("*.yaml"))
    if not paths:
        raise InputError(tr("{folder}: no lever files (*.yaml)").format(folder=folder / "levers"))
    evidence = load_evidence(folder / "evidence")
    levers = {path.stem: _read_lever(path, evidence) for path in paths}
    digest = hashlib.sha256()
    for path in [*paths, *sorted((folder / "evidence").glob("*.csv"))]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return Catalogue(levers, evidence, digest.hexdigest())


def _read_lever(path: Path, evidence: Mapping[str, Evidence]) -> Lever:
    """Read one lever file; its name is the file's name and its evidence ids must exist."""
    where = f"levers/{path.name}"
    lever = validated(Lever, read_yaml(path), where)
    if lever.name != path.stem:
        raise InputError(
            tr("{where}: name: found {lever!r}; allowed: the file's own name, {stem!r}").format(
                where=where, lever=lever.name, stem=path.stem
            )
        )
    for row_id in lever.evidence:
        if row_id not in evidence:
            raise unknown_name("evidence id", row_id, evidence, f"{where}: evidence")
    return lever
