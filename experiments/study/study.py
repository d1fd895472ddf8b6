"""A study: a config read, checked all at once, with every default filled in.

Everything wrong with a config comes back in one InputError: file, key, what was found, what is allowed, and the
nearest valid name. A run folder keeps the complete config.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from abm.city.city import City
from abm.city.loading import load_city
from abm.core.parameters import Parameters
from abm.observe.indicators import REGISTER
from experiments.study.config import LAST_END, LEAST_PEOPLE, OUTPUT_SETS, STARTS, CommonConfig, Interaction, Scenario
from experiments.study.design import Design, Draws
from experiments.study.fitted_draws import fitted_draws
from experiments.study.kind import Asked, Kind
from experiments.study.kinds.by_name import KINDS
from experiments.study.problems import attempt, one_message, pydantic_problems, unknown
from experiments.study.timelines import Timelines
from experiments.study.years import check_years, first_december
from policies.catalogue import Catalogue, load_catalogue
from policies.clock import month_index, month_label
from policies.errors import InputError, nearest, shown
from policies.messages import tr
from policies.validation import MOST_PROBLEMS, read_yaml

LONGEST_NAME_OF_A_CONFIG = 150


@dataclass(frozen=True, eq=False)
class Study:
    """A checked config with every default filled in, its city, rows and timelines. Two are the same if they are one.

    What its kind made of it is as in :class:`experiments.study.kind.Resolved`. With ``parameters: fitted`` the draws of
    the design are those of the city's fit, and without ``draws`` each seed has one of its own.
    """

    name: str
    kind: Kind
    config: CommonConfig
    city: City
    catalogue: Catalogue
    parameters: Parameters
    timelines: Timelines
    start_month: int
    branch_month: int
    end_month: int
    outputs: tuple[str, ...]
    groups: tuple[str, ...]
    design: Design
    arms: Mapping[str, Scenario] = field(default_factory=dict)
    interactions: tuple[Interaction, ...] = ()
    completes_cohorts: bool = False

    @property
    def seeds(self) -> int:
        """Seeds 1 to this number are used (by some rows of a Sobol study only)."""
        return max((row.seeds for row in self.design.rows), default=1)

    @property
    def draws(self) -> int:
        """Parameter draws; 1 when only one set of parameters is used."""
        return len(self.design.draw_changes)

    @property
    def has_draw_by_seed(self) -> bool:
        """True when each seed runs on one draw of the fit, its own."""
        return self.design.draw_by_seed

    def parameter_changes_of(self, draw: int) -> dict[str, Any]:
        """Changes of the default parameters in one draw: numbers, or lists of numbers."""
        return {**self.config.parameter_changes, **self.design.draw_changes[draw]}

    @property
    def people(self) -> int:
        """Residents simulated at the founding."""
        return int(round(self.config.scale * founding_people(self.city, self.config.start)))

    def yaml_text(self) -> str:
        """The resolved config as a person could have written it."""
        return yaml.safe_dump(self.config.model_dump(by_alias=True), allow_unicode=True, sort_keys=False)


def founding_people(city: City, start: str) -> float:
    """Residents of the city at the founding census."""
    return float(city.population_by_age(int(start[:4])).sum())


def read_study(
    path: Path | str, *, scale: float | None = None, seeds: int | None = None, plausible_bounds: bool = False
) -> Study:
    """Read and check a config file; ``scale`` and ``seeds`` given on the command line win over the file, and so does
    the wish for the plausible bounds of its measures, whatever bounds it asks for.

    Raises InputError with everything that is wrong, one problem a line.
    """
    path = Path(path)
    written = read_yaml(path)
    if len(path.stem.encode()) > LONGEST_NAME_OF_A_CONFIG:
        said = tr("{path}: the name of the file is too long for that of a run folder; allowed: {most} bytes")
        raise InputError(said.format(path=path, most=LONGEST_NAME_OF_A_CONFIG))
    if scale is not None:
        written["scale"] = scale
    if seeds is not None:
        written["seeds"] = seeds
    if plausible_bounds and "bounds" in written:
        written["bounds"] = "plausible"
    kind = _checked_kind(path, written)
    fields = kind.config.model_fields
    strange = [key for key in written if key not in fields]
    problems = [unknown("key", key, fields) for key in strange[:MOST_PROBLEMS]]
    if len(strange) > MOST_PROBLEMS:
        problems.append(tr("and {count} more").format(count=len(strange) - MOST_PROBLEMS))
    known = {key: value for key, value in written.items() if key in fields}
    try:
        config, is_whole = kind.config.model_validate(known), True
    except ValidationError as error:
        problems += pydantic_problems(error)
        config, is_whole = kind.config.as_written(known), False
    study = _resolve(path, kind, config, is_whole, problems)
    if problems or study is None:
        raise InputError(one_message(path, problems))
    return study


def _checked_kind(path: Path, written: dict[str, Any]) -> Kind:
    kind = written.get("kind")
    if isinstance(kind, str) and kind in KINDS:
        return KINDS[kind]
    if kind is None:
        raise InputError(tr("{path}: kind: missing; write one of: {kinds}").format(path=path, kinds=", ".join(KINDS)))
    raise InputError(
        tr("{path}: kind: found {kind}, did you mean {nearest!r}? allowed: {kinds}").format(
            path=path, kind=shown(kind), nearest=nearest(kind, KINDS), kinds=", ".join(KINDS)
        )
    )


def _resolve(path: Path, kind: Kind, config: CommonConfig, is_whole: bool, problems: list[str]) -> Study | None:
    """Check names and months against city, catalogue, register and parameters; fill in what was left out.

    A config that is not whole may have values of any kind; what else is wrong with it is said all the same.
    """
    catalogue = load_catalogue()
    city = None
    if isinstance(config.city, str):
        city = attempt(problems, lambda: load_city(_city_reference(config.city, path)), "city")
    parameters = attempt(problems, lambda: _parameters(config.parameter_changes), "parameter_changes")
    fitted = _fitted(config, city, parameters, problems)
    start_month = month_index(config.start if config.start in STARTS else STARTS[0])
    end_month = _month(config.end, "end", problems)
    written_branch = _month(config.branch, "branch", problems)
    outputs = _outputs(config.outputs, kind.core_outputs, problems)
    may_plan = is_whole and parameters is not None
    asked = Asked(path, config, may_plan, catalogue, parameters or Parameters.load(), fitted, written_branch, end_month)
    resolved = kind.resolve(asked, problems)
    branch = resolved.branch if resolved is not None else asked.branch
    _check_span(start_month, branch, end_month, problems)
    if is_whole and end_month is not None:
        check_years(config.years_asked(), branch, end_month, problems)
    if city is not None:
        _check_size(config.scale, city, config.start, problems)
    if problems or resolved is None or city is None or parameters is None or end_month is None:
        return None
    filled_in = {
        "city": str(_city_reference(config.city, path)), "branch": month_label(branch),
        "hold": tuple(sorted(config.hold)), **resolved.filled_in,
    }  # fmt: skip
    return Study(
        path.stem, kind, config.model_copy(update=filled_in), city, catalogue, parameters, resolved.timelines,
        start_month, branch, end_month, outputs, resolved.groups, resolved.design, resolved.arms,
        resolved.interactions, resolved.completes_cohorts,
    )  # fmt: skip


def _city_reference(name: str, path: Path) -> str | Path:
    """A city's name, or the folder written in the config (relative to the config file)."""
    if "/" not in name and "\\" not in name:
        return name
    folder = Path(name)
    return folder if folder.is_absolute() else (path.parent / folder).resolve()


def _parameters(changes: Any) -> Parameters:
    if changes is None:
        return Parameters.load()
    if not isinstance(changes, dict):
        raise InputError(tr("expected names and numbers, found {changes}").format(changes=shown(changes)))
    return Parameters.load().replace(**{str(name): value for name, value in changes.items()})


def _fitted(config: CommonConfig, city: City | None, parameters: Parameters | None, problems: list[str]) -> Draws:
    """Draws of the city's fit; none unless the config asks for them."""
    if config.parameters != "fitted" or city is None or parameters is None:
        return ()
    by_hand = config.parameter_changes or {}
    return attempt(problems, lambda: fitted_draws(city.name, parameters, by_hand), "parameters") or ()


def _outputs(written: Any, core: tuple[str, ...], problems: list[str]) -> tuple[str, ...]:
    """Names of the indicators to keep; ``all`` gives every name of the register."""
    if not isinstance(written, list | tuple) or not written:
        problems.append(
            tr("outputs: expected a list such as [tfr, births, ledger] or [all], found {written}").format(
                written=shown(written)
            )
        )
        return ()
    kept: set[str] = set(core) & set(REGISTER)
    for name in written:
        if name == "all":
            kept |= set(REGISTER)
        elif not isinstance(name, str):
            problems.append(unknown("indicator", name, [*REGISTER, *OUTPUT_SETS, "all"], "outputs"))
        elif name in OUTPUT_SETS:
            kept |= set(OUTPUT_SETS[name]) & set(REGISTER)
        elif name in REGISTER:
            kept.add(str(name))
        else:
            problems.append(unknown("indicator", name, [*REGISTER, *OUTPUT_SETS, "all"], "outputs"))
    return tuple(sorted(kept))


def _month(written: Any, key: str, problems: list[str]) -> int | None:
    if written is None:
        return None
    return attempt(problems, lambda: month_index(written), key)


def _check_span(start: int, branch: int, end: int | None, problems: list[str]) -> None:
    first, last = month_label(start + 1), month_label(month_index(LAST_END))
    if end is not None and not start < end <= month_index(LAST_END):
        problems.append(
            tr("end: found {end}; allowed {first} to {last}").format(end=month_label(end), first=first, last=last)
        )
    if end is not None and not start < branch <= end:
        problems.append(
            tr(
                "branch: scenarios part in {branch}; it must lie after the start {start} and not after the end {end}"
            ).format(branch=month_label(branch), start=month_label(start), end=month_label(end))
        )
    elif end is not None and end < first_december(branch):
        problems.append(
            tr(
                "end: found {end}; allowed {first} or later, since results are of calendar years and scenarios part "
                "in {branch}"
            ).format(end=month_label(end), first=month_label(first_december(branch)), branch=month_label(branch))
        )


def _check_size(scale: Any, city: City, start: Any, problems: list[str]) -> None:
    if start not in STARTS or isinstance(scale, bool | str) or not isinstance(scale, int | float):
        return
    total = founding_people(city, start)
    if 0 < scale <= 1 and scale * total < min(LEAST_PEOPLE, total) - 0.5:
        least = math.ceil(10_000 * LEAST_PEOPLE / total) / 10_000
        problems.append(
            tr(
                "scale: found {scale}, which leaves {left:.0f} people; at least {least_people:,} are "
                "needed, so allowed {least} to 1"
            ).format(scale=scale, left=scale * total, least_people=LEAST_PEOPLE, least=least)
        )
