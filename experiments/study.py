"""A study: a config read, checked all at once, with every default filled in.

Everything wrong with a config comes back in one InputError: file, key, what was found, what is allowed, and the
nearest valid name. A run folder keeps the complete config.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from abm.city import load_city
from abm.indicators import REGISTER
from abm.parameters import Parameters
from experiments.config import (
    BASELINE,
    BASELINE_SCENARIO,
    CORE_OUTPUTS,
    KINDS,
    KINDS_OF_THIS_RELEASE,
    LAST_END,
    LAST_LAW_MONTH,
    LEAST_PEOPLE,
    OUTPUT_SETS,
    STARTS,
    ScenarioConfig,
)
from policies.catalogue import Catalogue, load_catalogue
from policies.clock import month_index, month_label
from policies.errors import InputError, nearest
from policies.packages import load_package, package_names
from policies.timeline import Timeline, timeline_for
from policies.validation import read_yaml, validation_message


@dataclass(frozen=True)
class Study:
    """A checked config with every default filled in, its city and its timelines."""

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

    @property
    def draws(self) -> int:
        """Parameter draws; 1 when only one set of parameters is used."""
        return 1

    def parameter_changes_of(self, draw: int) -> dict[str, Any]:
        """Changes of the default parameters in one draw."""
        return dict(self.config["parameter_changes"])

    @property
    def keeps_births(self) -> bool:
        """True when every birth is kept, for the comparison of births between arms."""
        return bool(self.config["kind"] == "scenario")

    @property
    def scale(self) -> float:
        return float(self.config["scale"])

    @property
    def seeds(self) -> int:
        return int(self.config["seeds"])

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


def read_study(path: Path | str, *, scale: float | None = None, seeds: int | None = None) -> Study:
    """Read and check a config file; ``scale`` and ``seeds`` given on the command line win over the file.

    Raises InputError with everything that is wrong, one problem a line.
    """
    path = Path(path)
    written = read_yaml(path)
    if scale is not None:
        written["scale"] = scale
    if seeds is not None:
        written["seeds"] = seeds
    _refuse_other_kinds(path, written)
    problems: list[str] = _unknown_keys(written)
    config: ScenarioConfig | None = None
    try:
        config = ScenarioConfig.model_validate({k: v for k, v in written.items() if k in ScenarioConfig.model_fields})
    except ValidationError as error:
        problems += _pydantic_problems(error)
    raw = config.model_dump() if config else {k: v for k, v in written.items() if k in ScenarioConfig.model_fields}
    study = _resolve(path, _with_package_paths(raw, path), problems)
    if problems or study is None:
        raise InputError(_message(path, problems))
    return study


def _pydantic_problems(error: ValidationError) -> list[str]:
    """One line a problem, in the words of ``policies.validation``."""
    singles = (ValidationError.from_exception_data("config", [problem]) for problem in _line_errors(error))
    return [validation_message(single) for single in singles]


def _line_errors(error: ValidationError) -> list[Any]:
    """The problems of an error as pydantic takes them back (a ValueError keeps its own object)."""
    lines = []
    for problem in error.errors():
        line = {"type": problem["type"], "loc": problem["loc"], "input": problem["input"]}
        if "ctx" in problem:
            line["ctx"] = problem["ctx"]
        lines.append(line)
    return lines


def _message(path: Path, problems: list[str]) -> str:
    unique = list(dict.fromkeys(problems))
    if len(unique) == 1:
        return f"{path}: {unique[0]}"
    return f"{path}: {len(unique)} problems\n" + "\n".join(f"  - {problem}" for problem in unique)


def _refuse_other_kinds(path: Path, written: dict[str, Any]) -> None:
    kind = written.get("kind")
    if kind in KINDS_OF_THIS_RELEASE:
        return
    if kind in KINDS:
        raise InputError(f"{path}: kind: {kind} is not in this release; allowed: {', '.join(KINDS_OF_THIS_RELEASE)}")
    if kind is None:
        raise InputError(f"{path}: kind: missing; write kind: scenario")
    raise InputError(
        f"{path}: kind: found {kind!r}, did you mean {nearest(kind, KINDS)!r}? allowed: {', '.join(KINDS)}"
    )


def _unknown_keys(written: dict[str, Any]) -> list[str]:
    """Keys nobody reads, at the top and inside scenarios, each with the nearest key."""
    problems = []
    for key in written:
        if key not in ScenarioConfig.model_fields:
            problems.append(_unknown("key", key, ScenarioConfig.model_fields))
    return problems


def _unknown(what: str, found: object, allowed: Iterable[str], where: str = "") -> str:
    names = sorted(allowed)
    head = f"{where}: " if where else ""
    listing = ", ".join(names) if len(names) <= 30 else f"{len(names)} names"
    return f"{head}unknown {what} {str(found)!r}; did you mean {nearest(found, names)!r}? allowed: {listing}"


def _attempt[T](problems: list[str], call: Callable[[], T], where: str = "") -> T | None:
    """Call, and keep the message of an InputError among the problems."""
    try:
        return call()
    except InputError as error:
        text = str(error)
        problems.append(text if not where or text.startswith(where) else f"{where}: {text}")
        return None


def _resolve(path: Path, raw: dict[str, Any], problems: list[str]) -> Study | None:
    """Check names and months against city, catalogue, register and parameters; fill in what was left out."""
    catalogue = load_catalogue()
    city_name = raw.get("city")
    city = None
    if isinstance(city_name, str):
        city = _attempt(problems, lambda: load_city(_city_reference(city_name, path)), "city")
    parameters = _attempt(problems, lambda: _parameters(raw.get("parameter_changes")), "parameter_changes")
    outputs = _outputs(raw.get("outputs", ("all",)), problems)
    start = raw.get("start", STARTS[0])
    start_month = month_index(start) if start in STARTS else month_index(STARTS[0])
    end_month = _month(raw.get("end"), "end", problems)
    written_branch = raw.get("branch")
    branch = _month(written_branch, "branch", problems) if written_branch is not None else None
    scenarios = raw.get("scenarios")
    scenarios = scenarios if isinstance(scenarios, dict) else {}
    _scenario_names(scenarios, problems)
    _packages(scenarios, problems)
    default_branch = branch if branch is not None else month_index(LAST_LAW_MONTH)
    timelines = _timelines(scenarios, catalogue, default_branch, problems)
    if branch is None:
        branch = min([default_branch, *(_first_known(t) for t in timelines.values())])
        timelines = _timelines(scenarios, catalogue, branch, [])
    _check_months(start_month, branch, end_month, timelines, problems)
    if city is not None:
        _check_size(raw, city, start, problems)
    if problems or city is None or parameters is None or end_month is None:
        return None
    config = _complete(raw, path, branch, scenarios)
    timelines = {BASELINE_SCENARIO: timeline_for(catalogue), **timelines}
    return Study(path.stem, config, city, catalogue, parameters, timelines, start_month, branch, end_month, outputs)


def _city_reference(name: str, path: Path) -> str | Path:
    """A city's name, or the folder written in the config (relative to the config file)."""
    if "/" not in name and "\\" not in name:
        return name
    folder = Path(name)
    return folder if folder.is_absolute() else (path.parent / folder).resolve()


def _with_package_paths(raw: dict[str, Any], path: Path) -> dict[str, Any]:
    """The config with package files written as full paths (they are given relative to the config file)."""
    scenarios = raw.get("scenarios")
    if not isinstance(scenarios, dict):
        return raw
    full: dict[str, Any] = {}
    for name, scenario in scenarios.items():
        package = scenario.get("package") if isinstance(scenario, dict) else None
        if isinstance(package, str) and package.endswith((".yaml", ".yml")):
            scenario = {**scenario, "package": str((path.parent / package).resolve())}
        full[name] = scenario
    return {**raw, "scenarios": full}


def _parameters(changes: Any) -> Parameters:
    if changes is None:
        return Parameters.load()
    if not isinstance(changes, dict):
        raise InputError(f"expected names and numbers, found {changes!r}")
    return Parameters.load().replace(**{str(name): value for name, value in changes.items()})


def _outputs(written: Any, problems: list[str]) -> tuple[str, ...]:
    """Names of the indicators to keep; ``all`` gives every name of the register."""
    if not isinstance(written, list | tuple) or not written:
        problems.append(f"outputs: expected a list such as [tfr, births, ledger] or [all], found {written!r}")
        return ()
    kept: set[str] = set(CORE_OUTPUTS) & set(REGISTER)
    for name in written:
        if name == "all":
            kept |= set(REGISTER)
        elif name in OUTPUT_SETS:
            kept |= set(OUTPUT_SETS[name]) & set(REGISTER)
        elif name in REGISTER:
            kept.add(str(name))
        else:
            problems.append(_unknown("indicator", name, [*REGISTER, *OUTPUT_SETS, "all"], "outputs"))
    return tuple(sorted(kept))


def _month(written: Any, key: str, problems: list[str]) -> int | None:
    if written is None:
        return None
    return _attempt(problems, lambda: month_index(written), key)


def _scenario_names(scenarios: dict[str, Any], problems: list[str]) -> None:
    for name in scenarios:
        if not isinstance(name, str) or not name.replace("_", "").replace("-", "").isalnum() or not name.isascii():
            problems.append(
                f"scenarios: {name!r}: a name is made of letters, digits, - and _ (the label may be Chinese)"
            )
        elif name in (BASELINE_SCENARIO, BASELINE):
            problems.append(f"scenarios: {name!r} is the baseline, which is always run; choose another name")


def _packages(scenarios: dict[str, Any], problems: list[str]) -> None:
    for name, scenario in scenarios.items():
        package = scenario.get("package") if isinstance(scenario, dict) else None
        if isinstance(package, str) and not package.endswith((".yaml", ".yml")) and package not in package_names():
            problems.append(_unknown("package", package, package_names(), f"scenarios.{name}.package"))
        elif isinstance(scenario, dict) and not package and not scenario.get("changes"):
            problems.append(f"scenarios.{name}: nothing changes; give a package, changes, or both")


def _timelines(scenarios: dict[str, Any], catalogue: Catalogue, start: int, problems: list[str]) -> dict[str, Timeline]:
    """Timeline of every scenario, its undated changes in force from ``start``; one problem a wrong change."""
    made = {}
    for name, scenario in scenarios.items():
        if not isinstance(scenario, dict):
            continue
        where = f"scenarios.{name}.changes"
        changes = scenario.get("changes") or {}
        package = scenario.get("package")
        known_package = package if isinstance(package, str) and _package_exists(package) else None
        if isinstance(changes, dict):
            wrong = [
                field
                for field, value in changes.items()
                if _attempt(problems, partial(_trial, catalogue, {field: value}, start, where)) is None
            ]
            changes = {field: value for field, value in changes.items() if field not in wrong}
        make = partial(timeline_for, catalogue, known_package, changes, start=start, name=name, where=where)
        timeline = _attempt(problems, make)
        if timeline is not None:
            made[str(name)] = timeline
    return made


def _trial(catalogue: Catalogue, changes: dict[str, Any], start: int, where: str) -> Timeline:
    return timeline_for(catalogue, None, changes, start=start, where=where)


def _package_exists(package: str) -> bool:
    return package in package_names() or package.endswith((".yaml", ".yml"))


def _first_known(timeline: Timeline) -> int:
    """First month in which anything of a scenario's changes is in force or known."""
    months = [min(change.from_month, change.announced_month) for change in timeline.changes]
    if timeline.law_of is not None:
        months.append(timeline.law_of + 1)
    return min(months, default=month_index(LAST_LAW_MONTH))


def _check_months(
    start: int, branch: int, end: int | None, timelines: dict[str, Timeline], problems: list[str]
) -> None:
    first, last = month_label(start + 1), month_label(month_index(LAST_END))
    if end is not None and not start < end <= month_index(LAST_END):
        problems.append(f"end: found {month_label(end)}; allowed {first} to {last}")
    if end is not None and not start < branch <= end:
        problems.append(
            f"branch: scenarios part in {month_label(branch)}; it must lie after the start {month_label(start)} and"
            f" not after the end {month_label(end)}"
        )
    for name, timeline in timelines.items():
        for change in timeline.changes:
            known = min(change.from_month, change.announced_month)
            if known < branch:
                problems.append(
                    f"scenarios.{name}: {change.field} is known in {month_label(known)}, before scenarios part in"
                    f" {month_label(branch)}; set branch to {month_label(known)} or earlier"
                )
            if end is not None and change.from_month > end:
                problems.append(
                    f"scenarios.{name}: {change.field} changes in {month_label(change.from_month)}, after the end"
                    f" {month_label(end)}"
                )


def _check_size(raw: dict[str, Any], city: Any, start: Any, problems: list[str]) -> None:
    scale = raw.get("scale", 0.05)
    if start not in STARTS or isinstance(scale, bool | str) or not isinstance(scale, int | float):
        return
    total = founding_people(city, start)
    if 0 < scale <= 1 and scale * total < min(LEAST_PEOPLE, total) - 0.5:
        least = math.ceil(10_000 * LEAST_PEOPLE / total) / 10_000
        problems.append(
            f"scale: found {scale}, which leaves {scale * total:.0f} people; at least {LEAST_PEOPLE:,} are needed, so"
            f" allowed {least} to 1"
        )


def _complete(raw: dict[str, Any], path: Path, branch: int, scenarios: dict[str, Any]) -> dict[str, Any]:
    """The config with every default filled in, as plain YAML values."""
    config = {key: raw[key] for key in ScenarioConfig.model_fields}
    reference = _city_reference(str(raw["city"]), path)
    config["city"] = str(reference)
    config["branch"] = month_label(branch)
    config["hold"] = sorted(raw["hold"])
    config["outputs"] = list(raw["outputs"])
    catalogue = load_catalogue()
    config["scenarios"] = {}
    for name, scenario in scenarios.items():
        label = scenario.get("label")
        if label is None and scenario.get("package"):
            label = load_package(scenario["package"], catalogue).label.model_dump()
        if label is None or (scenario.get("changes") and scenario.get("package") and scenario.get("label") is None):
            label = {"en": name.replace("_", " "), "zh": name.replace("_", " ")}
        config["scenarios"][name] = {
            "label": label, "package": scenario.get("package"), "changes": scenario.get("changes") or {}
        }  # fmt: skip
    return config
