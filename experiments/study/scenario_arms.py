"""The arms of a scenario config: names, packages, and the timeline of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from experiments.study.config import (
    BASELINE,
    BASELINE_SCENARIO,
    LAST_LAW_MONTH,
    BilingualTitle,
    Interaction,
    Scenario,
)
from experiments.study.problems import attempt, unknown
from policies.catalogue import Catalogue
from policies.clock import month_index, month_label
from policies.errors import shown
from policies.messages import tr
from policies.packages import load_package, package_names
from policies.timeline import Timeline, timeline_for

_NAME = re.compile(r"[A-Za-z0-9_-]*[A-Za-z0-9][A-Za-z0-9_-]*")
LONGEST_NAME = 60
MOST_FIELDS = 5


def package_path(written: str, config: Path) -> str:
    """A package's name, or the full path of its file, which is given relative to the config file."""
    return str((config.parent / written).resolve()) if _is_file(written) else written


def is_name(name: object) -> bool:
    """True for what can be part of a file's name on every machine: ASCII letters, digits, - and _, not many."""
    return isinstance(name, str) and len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None


def check_names(scenarios: Iterable[str], problems: list[str]) -> None:
    """Names that can be file names, and none that is the baseline's."""
    for name in scenarios:
        if not is_name(name):
            said = tr("{where}: a name is made of at most {most} letters, digits, - and _ (the label may be Chinese)")
            problems.append(said.format(where=f"scenarios: {shown(name)}", most=LONGEST_NAME))
        elif name in (BASELINE_SCENARIO, BASELINE):
            problems.append(
                tr("scenarios: {name!r} is the baseline, which is always run; choose another name").format(name=name)
            )


def check_packages(scenarios: Mapping[str, Scenario], problems: list[str]) -> None:
    """Packages that exist, and arms that change something."""
    for name, scenario in scenarios.items():
        package = scenario.package
        if isinstance(package, str) and not _package_exists(package):
            problems.append(unknown("package", package, package_names(), f"scenarios.{name}.package"))
        elif not package and not scenario.changes:
            problems.append(tr("scenarios.{name}: nothing changes; give a package, changes, or both").format(name=name))


def check_interactions(
    pairs: Iterable[Interaction], scenarios: Collection[str], timelines: Mapping[str, Timeline], problems: list[str]
) -> None:
    """Pairs of scenarios that there are, and with each the one that holds the changes of both and no others."""
    for pair in pairs:
        alone = pair.alone if isinstance(pair.alone, list | tuple) else ()
        names = [name for name in (*alone, pair.together) if isinstance(name, str)]
        strange = [name for name in names if name not in scenarios]
        problems += [unknown("scenario", name, scenarios, "interactions") for name in strange]
        if len(names) == 3 and not strange and all(name in timelines for name in names):
            problems += _not_both((names[0], names[1]), names[2], timelines)


def _not_both(alone: tuple[str, str], together: str, timelines: Mapping[str, Timeline]) -> list[str]:
    """What of two scenarios the third lacks, or has of its own: their interaction is what the three differ by."""
    where = f"interactions: {together}"
    if len({*alone, together}) < 3:
        return [tr("{where}: alone and together name the same scenario twice").format(where=where)]
    law, both = timelines[BASELINE_SCENARIO], timelines[together]
    found, own = [], set(both.changed_fields(law))
    for part in alone:
        changed = timelines[part].changed_fields(law)
        own -= set(changed)
        differs = sorted(set(changed) & set(both.changed_fields(timelines[part])))
        if differs:
            said = tr("{where}: {field}: not as in {part}; together holds the changes of both")
            found.append(said.format(where=where, field=", ".join(differs[:MOST_FIELDS]), part=part))
    if own:
        said = tr("{where}: {field}: changes in neither {one} nor {other}; together holds the changes of both alone")
        fields = ", ".join(sorted(own)[:MOST_FIELDS])
        found.append(said.format(where=where, field=fields, one=alone[0], other=alone[1]))
    return found


def timelines_of(
    scenarios: Mapping[str, Scenario], catalogue: Catalogue, start: int, problems: list[str]
) -> dict[str, Timeline]:
    """Timeline of every scenario, its undated changes in force from ``start``; one problem a wrong change."""
    made = {}
    for name, scenario in scenarios.items():
        where = f"scenarios.{name}.changes"
        changes, package = scenario.changes or {}, scenario.package
        known_package = package if isinstance(package, str) and _package_exists(package) else None
        if isinstance(changes, dict):
            wrong = [
                field
                for field, value in changes.items()
                if attempt(problems, partial(_trial, catalogue, {field: value}, start, where)) is None
            ]
            changes = {field: value for field, value in changes.items() if field not in wrong}
        make = partial(timeline_for, catalogue, known_package, changes, start=start, name=name, where=where)
        timeline = attempt(problems, make)
        if timeline is not None:
            made[str(name)] = timeline
    return made


def _trial(catalogue: Catalogue, changes: dict[str, Any], start: int, where: str) -> Timeline:
    return timeline_for(catalogue, None, changes, start=start, where=where)


def _package_exists(package: str) -> bool:
    return package in package_names() or _is_file(package)


def _is_file(package: str) -> bool:
    return package.endswith((".yaml", ".yml"))


def first_known(timeline: Timeline) -> int:
    """First month in which anything of a scenario's changes is in force or known."""
    months = [min(change.from_month, change.announced_month) for change in timeline.changes]
    if timeline.law_of is not None:
        months.append(timeline.law_of + 1)
    return min(months, default=month_index(LAST_LAW_MONTH))


def check_timelines(branch: int, end: int | None, timelines: dict[str, Timeline], problems: list[str]) -> None:
    """No change known before scenarios part, none in force after the end."""
    for name, timeline in timelines.items():
        for change in timeline.changes:
            known = min(change.from_month, change.announced_month)
            if known < branch:
                problems.append(
                    tr(
                        "scenarios.{name}: {field} is known in {known}, before scenarios part in {branch}; set "
                        "branch to {known} or earlier"
                    ).format(name=name, field=change.field, known=month_label(known), branch=month_label(branch))
                )
            if end is not None and change.from_month > end:
                problems.append(
                    tr("scenarios.{name}: {field} changes in {from_month}, after the end {end}").format(
                        name=name, field=change.field, from_month=month_label(change.from_month), end=month_label(end)
                    )
                )


def labelled(name: str, scenario: Scenario, catalogue: Catalogue) -> Scenario:
    """An arm with a label: its own, else that of its package where it is nothing more, else its name."""
    label = scenario.label
    if label is None and scenario.package and not scenario.changes:
        label = BilingualTitle.model_construct(**load_package(scenario.package, catalogue).label.model_dump())
    if label is None:
        label = BilingualTitle.model_construct(en=name.replace("_", " "), zh=name.replace("_", " "))
    return scenario.model_copy(update={"label": label})
