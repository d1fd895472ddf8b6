"""Reads the targets: what a history is held against, each with source, base, offset, uncertainty, use and weight.

``targets.yaml`` says how a figure is found in a run and what it is used for; ``cities/<city>/*.csv`` holds the
figures. A figure of the nation or the province stands for the city with a stated offset and a wider uncertainty.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from calibration.targets.value_in_history import Computation
from policies.bilingual import Label
from policies.clock import MONTHS_PER_YEAR, month_index, year_of
from policies.errors import InputError, cut, unknown_name
from policies.messages import tr
from policies.text_files import table_text
from policies.validation import Real, StrictModel, Whole, read_yaml, validated

FOLDER = Path(__file__).resolve().parent
TARGETS_FILE = FOLDER / "targets.yaml"
FIGURES_FOLDER = FOLDER / "cities"
FIGURE_COLUMNS = (
    "id", "year", "observed", "offset", "sd_observed", "sd_offset", "geography", "base", "grade", "source", "reason",
)  # fmt: skip
NUMBERS = ("observed", "offset", "sd_observed", "sd_offset")
HALF_WIDTH_80 = 1.2816
"""Standard deviations from the middle of an 80 % interval to its end."""

Use = Literal["fit", "held_back", "input"]
Base = Literal["resident", "children", "long_form", "registered", "family_household", "national"]
"""Whose events the figure counts. ``children``: by where the child lives; ``registered``: where a marriage is
registered; ``long_form``: residents and absent members of families; ``national``: another population altogether."""


class Kind(StrictModel):
    """One entry of ``targets.yaml``: what a figure means in a run."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    group: str
    label: Label
    unit: Label
    computation: Computation
    use: Use
    weight: Real = Field(gt=0, le=1)
    note: str = ""
    in_city_tables: dict[str, str] = Field(default_factory=dict)


class Elsewhere(StrictModel):
    """A pattern that back-tests hold."""

    id: str
    backtests: tuple[str, ...] = Field(min_length=1)
    note: str


class LeftOut(StrictModel):
    """A known figure that is no target."""

    figure: str
    reason: str = Field(min_length=5)


class TargetsFile(StrictModel):
    """``targets.yaml``."""

    last_fitted_year: Whole
    groups: dict[str, Label]
    targets: tuple[Kind, ...]
    covered_elsewhere: tuple[Elsewhere, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Figure(StrictModel):
    """One row of ``cities/<city>/*.csv``."""

    id: str
    year: str = Field(min_length=4)
    observed: float
    offset: float
    sd_observed: float = Field(ge=0)
    sd_offset: float = Field(ge=0)
    geography: str = Field(min_length=1)
    base: Base
    grade: Literal["A", "B", "C", "D"]
    source: str = Field(min_length=5)
    reason: str = Field(min_length=5)

    @model_validator(mode="after")
    def _has_uncertainty(self) -> Figure:
        if math.hypot(self.sd_observed, self.sd_offset) <= 0.0:
            raise ValueError(tr("sd_observed, sd_offset: one of them must be above 0"))
        return self


class Target(StrictModel):
    """A figure and how a run is held against it. All that is compared is in the unit of the figure."""

    kind: Kind
    figure: Figure

    @property
    def id(self) -> str:
        """Its lasting name."""
        return self.kind.id

    @property
    def use(self) -> Use:
        """fit, held_back or input."""
        return self.kind.use

    @property
    def weight(self) -> float:
        """Weight in the distance; figures that say the same share one."""
        return self.kind.weight

    @property
    def observed(self) -> float:
        """What a run is compared with: the published figure plus the offset of the city."""
        return self.figure.observed + self.figure.offset

    @property
    def sd(self) -> float:
        """Standard deviation of what is observed: measurement and offset together."""
        return math.hypot(self.figure.sd_observed, self.figure.sd_offset)

    @property
    def tolerance(self) -> float:
        """Half the width of the 80 % interval of what is observed."""
        return HALF_WIDTH_80 * self.sd

    @property
    def low(self) -> float:
        """Lower end of the 80 % interval."""
        return self.observed - self.tolerance

    @property
    def high(self) -> float:
        """Upper end of the 80 % interval."""
        return self.observed + self.tolerance

    def z(self, predicted: float) -> float:
        """Standard deviations by which a prediction exceeds what is observed."""
        return (predicted - self.observed) / self.sd

    def inside(self, predicted: float) -> bool:
        """True if a prediction lies in the 80 % interval of what is observed."""
        return abs(predicted - self.observed) <= self.tolerance


def load_targets(city: str = "suining", uses: Iterable[Use] = ("fit", "held_back", "input")) -> tuple[Target, ...]:
    """The targets of a city with one of these uses, in the order of ``targets.yaml``.

    InputError names file, row or id and key of what is wrong: an unknown city, id, key, group or computation, a figure
    given twice, a number that is none, a figure of elsewhere without uncertainty of its offset, a fitted figure later
    than ``last_fitted_year``.
    """
    wanted = tuple(uses)
    found = joined(read_kinds(), read_figures(city))
    return tuple(target for target in found if target.use in wanted)


def joined(kinds: TargetsFile, figures: Mapping[str, Figure]) -> tuple[Target, ...]:
    """Targets of the figures of a city; InputError for a figure that no entry explains."""
    known = [kind.id for kind in kinds.targets]
    for name in figures:
        if name not in known:
            raise unknown_name("target", name, known, "targets")
    return tuple(Target(kind=kind, figure=figures[kind.id]) for kind in kinds.targets if kind.id in figures)


def read_kinds(path: Path = TARGETS_FILE) -> TargetsFile:
    """``targets.yaml``, checked."""
    file = validated(TargetsFile, read_yaml(path), path.name)
    seen: set[str] = set()
    for kind in file.targets:
        where = f"{path.name}: targets: {kind.id}"
        if kind.id in seen:
            raise InputError(tr("{where}: the id is used twice").format(where=where))
        seen.add(kind.id)
        if kind.group not in file.groups:
            raise unknown_name("group", kind.group, file.groups, where)
        last = max(years_of(kind.computation))
        if kind.use == "fit" and last > file.last_fitted_year:
            raise InputError(
                tr("{where}: use: found fit for {last}, allowed held_back after {last_fitted_year}").format(
                    where=where, last=last, last_fitted_year=file.last_fitted_year
                )
            )
    return file


def years_of(computation: Any) -> tuple[int, ...]:
    """All calendar years that a computation looks at."""
    values = computation.model_dump()
    years = {values["year"]} if "year" in values else set()
    years |= {year for key in ("years", "over_years", "less_years") for year in values.get(key, ())}
    if "months" in values and computation.kind == "birth_interval":
        first, last = (month_index(label) for label in values["months"])
        years |= {year_of(month) for month in range(first, last + 1, MONTHS_PER_YEAR - 1)} | {year_of(last)}
    return tuple(sorted(years))


def cities_with_targets(folder: Path = FIGURES_FOLDER) -> list[str]:
    """Cities that have figures."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir())


def read_figures(city: str, folder: Path = FIGURES_FOLDER) -> dict[str, Figure]:
    """Figures of a city by id."""
    if city not in cities_with_targets(folder):
        raise unknown_name("city with targets", city, cities_with_targets(folder))
    figures: dict[str, Figure] = {}
    for path in sorted((folder / city).glob("*.csv")):
        for where, figure in _figures_of(path):
            if figure.id in figures:
                raise InputError(tr("{where}: {id} is given twice").format(where=where, id=figure.id))
            if figure.geography != city and figure.sd_offset <= 0.0:
                raise InputError(
                    tr("{where}: sd_offset: found 0 for {geography}, allowed above 0 outside {city}").format(
                        where=where, geography=figure.geography, city=city
                    )
                )
            figures[figure.id] = figure
    return figures


def _figures_of(path: Path) -> Iterator[tuple[str, Figure]]:
    reader = csv.DictReader(io.StringIO(table_text(path), newline=""))
    if tuple(reader.fieldnames or ()) != FIGURE_COLUMNS:
        raise InputError(
            tr("{path}: columns: found {fieldnames}, allowed {figure_columns}").format(
                path=path.name,
                fieldnames=cut(", ".join(reader.fieldnames or ()), 300),
                figure_columns=", ".join(FIGURE_COLUMNS),
            )
        )
    for line, row in enumerate(reader, start=2):
        where = f"{path.name}, row {line}"
        yield where, validated(Figure, row, where)


def observed_as(targets: Iterable[Target], values: Mapping[str, float]) -> tuple[Target, ...]:
    """The same targets with other observed values, offsets none: a fit to a model's own output."""
    return tuple(
        target.model_copy(
            update={"figure": target.figure.model_copy(update={"observed": values[target.id], "offset": 0.0})}
        )
        for target in targets
    )
