"""A study: a config read, checked all at once, with every default filled in.

Everything wrong with a config comes back in one InputError: file, key, what was found, what is allowed, and the
nearest valid name. A run folder keeps the complete config.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from abm.city.city import load_city
from abm.core.parameters import Parameters
from abm.observe.indicators import REGISTER
from experiments.study.config import (
    BASELINE_SCENARIO,
    CORE_OUTPUTS,
    KINDS,
    LAST_END,
    LAST_LAW_MONTH,
    LEAST_PEOPLE,
    MODELS,
    OUTPUT_SETS,
    STARTS,
    Config,
    ScenarioConfig,
)
from experiments.study.design_rows import Plan
from experiments.study.fitted_draws import fitted_draws
from experiments.study.problems import attempt, one_message, pydantic_problems, unknown
from experiments.study.resolve import PlannedKind, resolve_planned
from experiments.study.scenario_arms import (
    check_interactions,
    check_names,
    check_packages,
    check_timelines,
    complete_scenarios,
    first_known,
    timelines_of,
    with_package_paths,
)
from experiments.study.years import check_years, first_december
from policies.catalogue import Catalogue, load_catalogue
from policies.clock import month_index, month_label
from policies.errors import InputError, nearest, shown
from policies.messages import tr
from policies.timeline import Timeline, timeline_for
from policies.validation import MOST_PROBLEMS, read_yaml

LONGEST_NAME_OF_A_CONFIG = 150


@dataclass(frozen=True, eq=False)
class Study:
    """A checked config with every default filled in, its city and its timelines. Two are the same if they are one.

    ``timelines`` of a sweep or Sobol study are made one by one when asked for. ``groups`` are the groups of rows that
    are kept (empty: all). ``draw_changes`` holds the parameters of each draw that differ from the config's. With
    ``parameters: fitted`` the draws are those of the city's fit, and without ``draws`` each seed has one of its own.
    """

    name: str
    config: dict[str, Any]
    city: Any
    catalogue: Catalogue
    parameters: Parameters
    timelines: Mapping[str, Timeline]
    start_month: int
    branch_month: int
    end_month: int
    outputs: tuple[str, ...]
    groups: tuple[str, ...] = ()
    plan: Plan | None = None
    draw_changes: tuple[Mapping[str, Any], ...] = ({},)

    @property
    def kind(self) -> str:
        return str(self.config["kind"])

    @property
    def scale(self) -> float:
        return float(self.config["scale"])

    @property
    def seeds(self) -> int:
        """Seeds 1 to this number are used (by some rows of a Sobol study only)."""
        return max((row.seeds for row in self.plan.rows), default=1) if self.plan else int(self.config["seeds"])

    @property
    def draws(self) -> int:
        """Parameter draws; 1 when only one set of parameters is used."""
        return len(self.draw_changes)

    @property
    def has_draw_by_seed(self) -> bool:
        """True when each seed runs on one draw of the fit, its own."""
        by_seed = self.plan.draw_by_seed if self.plan is not None else self.draws > 1
        return by_seed and self.config["parameters"] == "fitted"

    def draw_of_seed(self, seed: int) -> int:
        """The draw of a seed where each seed has one: draws in turn, from the first again after the last."""
        return (seed - 1) % self.draws

    def parameter_changes_of(self, draw: int) -> dict[str, Any]:
        """Changes of the default parameters in one draw: numbers, or lists of numbers."""
        return {**self.config["parameter_changes"], **self.draw_changes[draw]}

    @property
    def keeps_births(self) -> bool:
        """True when every birth is kept, for the comparison of births between arms."""
        return self.kind == "scenario"

    @property
    def completes_cohorts(self) -> bool:
        """True when every arm lives on until the women of the horizon are 50."""
        return self.keeps_births and bool(self.config.get("complete_cohorts", False))

    @property
    def people(self) -> int:
        """Residents simulated at the founding."""
        return int(round(self.scale * founding_people(self.city, self.config["start"])))

    def yaml_text(self) -> str:
        """The resolved config as a person could have written it."""
        return yaml.safe_dump(self.config, allow_unicode=True, sort_keys=False)


def founding_people(city: Any, start: str) -> float:
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
    model = MODELS[_checked_kind(path, written)]
    fields = model.model_fields
    strange = [key for key in written if key not in fields]
    problems = [unknown("key", key, fields) for key in strange[:MOST_PROBLEMS]]
    if len(strange) > MOST_PROBLEMS:
        problems.append(tr("and {count} more").format(count=len(strange) - MOST_PROBLEMS))
    known = {key: value for key, value in written.items() if key in fields}
    config: Config | None = None
    try:
        config = model.model_validate(known)
    except ValidationError as error:
        problems += pydantic_problems(error)
    raw = config.model_dump(by_alias=True) if config else known
    study = _resolve(path, with_package_paths(raw, path), config, problems)
    if problems or study is None:
        raise InputError(one_message(path, problems))
    return study


def _checked_kind(path: Path, written: dict[str, Any]) -> str:
    kind = written.get("kind")
    if kind in KINDS:
        return str(kind)
    if kind is None:
        raise InputError(tr("{path}: kind: missing; write one of: {kinds}").format(path=path, kinds=", ".join(KINDS)))
    raise InputError(
        tr("{path}: kind: found {kind}, did you mean {nearest!r}? allowed: {kinds}").format(
            path=path, kind=shown(kind), nearest=nearest(kind, KINDS), kinds=", ".join(KINDS)
        )
    )


def _resolve(path: Path, raw: dict[str, Any], config: Config | None, problems: list[str]) -> Study | None:
    """Check names and months against city, catalogue, register and parameters; fill in what was left out."""
    catalogue = load_catalogue()
    city_name = raw.get("city")
    city = None
    if isinstance(city_name, str):
        city = attempt(problems, lambda: load_city(_city_reference(city_name, path)), "city")
    parameters = attempt(problems, lambda: _parameters(raw.get("parameter_changes")), "parameter_changes")
    fitted = _fitted(raw, city, parameters, problems)
    start = raw.get("start", STARTS[0])
    start_month = month_index(start) if start in STARTS else month_index(STARTS[0])
    end_month = _month(raw.get("end"), "end", problems)
    written_branch = raw.get("branch")
    branch = _month(written_branch, "branch", problems) if written_branch is not None else None
    is_scenario = config is None or isinstance(config, ScenarioConfig)
    core = CORE_OUTPUTS if is_scenario else ()
    outputs = _outputs(raw.get("outputs", ("all",)), core, problems)
    timelines: Mapping[str, Timeline] = {}
    planned: PlannedKind | None = None
    if is_scenario:
        branch, timelines = _scenario_arms(raw, catalogue, branch, end_month, problems)
    else:
        branch = branch if branch is not None else month_index(LAST_LAW_MONTH)
        if parameters is not None:
            planned = resolve_planned(path, config, catalogue, parameters, fitted, branch, end_month, problems)
    _check_span(start_month, branch, end_month, problems)
    if config is not None and end_month is not None:
        check_years(config, branch, end_month, problems)
    if city is not None:
        _check_size(raw, city, start, problems)
    if problems or city is None or parameters is None or end_month is None:
        return None
    complete = {**raw, "city": str(_city_reference(str(raw["city"]), path)), "branch": month_label(branch)}
    complete |= {"hold": sorted(raw["hold"]), "outputs": list(raw["outputs"])}
    if planned is None:
        complete["scenarios"] = complete_scenarios(raw["scenarios"], catalogue)
        return Study(
            path.stem, complete, city, catalogue, parameters, timelines, start_month, branch, end_month, outputs,
            draw_changes=fitted or ({},),
        )  # fmt: skip
    return Study(
        path.stem, _plain({**complete, **planned.config}), city, catalogue, parameters, planned.timelines,
        start_month, branch, end_month, outputs, planned.groups, planned.plan, planned.draw_changes,
    )  # fmt: skip


def _scenario_arms(
    raw: dict[str, Any], catalogue: Catalogue, branch: int | None, end: int | None, problems: list[str]
) -> tuple[int, dict[str, Timeline]]:
    """The month in which scenarios part, and the timeline of every arm, the baseline first."""
    scenarios = raw.get("scenarios")
    scenarios = scenarios if isinstance(scenarios, dict) else {}
    check_names(scenarios, problems)
    check_packages(scenarios, problems)
    default_branch = branch if branch is not None else month_index(LAST_LAW_MONTH)
    timelines = timelines_of(scenarios, catalogue, default_branch, problems)
    if branch is None:
        branch = min([default_branch, *(first_known(t) for t in timelines.values())])
        timelines = timelines_of(scenarios, catalogue, branch, [])
    check_timelines(branch, end, timelines, problems)
    every = {BASELINE_SCENARIO: timeline_for(catalogue), **timelines}
    check_interactions(raw.get("interactions") or (), scenarios, every, problems)
    return branch, every


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


def _fitted(
    raw: dict[str, Any], city: Any, parameters: Parameters | None, problems: list[str]
) -> tuple[Mapping[str, Any], ...]:
    """Draws of the city's fit; none unless the config asks for them."""
    if raw.get("parameters") != "fitted" or city is None or parameters is None:
        return ()
    by_hand = raw.get("parameter_changes") or {}
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


def _check_size(raw: dict[str, Any], city: Any, start: Any, problems: list[str]) -> None:
    scale = raw.get("scale", 0.05)
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


def _plain(value: Any) -> Any:
    """Tuples as lists, so that YAML writes what a person could have written."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
