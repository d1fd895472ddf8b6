"""What `cradle check` says of a config that is fine: what a run of it would take, and what its answer will lack."""

from __future__ import annotations

from pathlib import Path

from experiments.run.compiled_once import is_compiled
from experiments.run.machine import cores, free_megabytes
from experiments.run.progress import clock_text
from experiments.run.run_table import estimate, most_packages
from experiments.study.config import BASELINE_SCENARIO
from experiments.study.study import Study
from policies.clock import month_label
from policies.messages import tr
from policies.timeline import Timeline

FEWEST = 5
"""Fewest independent replicates that give an interval in a report (the same as `results.analysis.compare.FEWEST`)."""
MOST_NAMES = 12
MONTHS_TO_COMPLETE = 12 * 35
"""Months after the end until the youngest women of the horizon are 50."""
SECONDS_TO_START_RAY, MEGABYTES_OF_RAY = 6.0, 700.0
"""What Ray takes beside its workers: its servers and the process that hands out the work."""
MEGABYTES_OF_A_REPORT = 600.0
"""A process that writes a report, its figures included; the people of the runs are gone by then."""
FAR_AHEAD = 12 * 100
"""Months ahead within which what people expect is compared."""


def check_lines(study: Study, config: Path, workers: int | None = None) -> list[str]:
    """What a run of the study would take, a line each, and after it the warnings."""
    size = estimate(study)
    together, there = min(workers or 1, size.runs), cores()
    on_ray = (workers or 1) > 1
    seconds = size.seconds / min(together, there) + (SECONDS_TO_START_RAY if on_ray else 0.0)
    megabytes = max(size.memory_megabytes * together + (MEGABYTES_OF_RAY if on_ray else 0.0), MEGABYTES_OF_A_REPORT)
    one, several = (
        tr("  time       about {time} on {count} process"),
        tr("  time       about {time} on {count} processes"),
    )
    time = one if together == 1 else several
    lines = [
        tr("{config}: fine").format(config=config),
        tr("  scenarios  {names}").format(names=_names(list(study.timelines))),
        tr("  months     {months}, {start} to {end}, scenarios part in {branch}").format(
            months=size.months,
            start=study.config.start,
            end=study.config.end,
            branch=month_label(study.branch_month),
        ),
        tr("  people     {people:,} ({percent:g} % of residents)").format(
            people=size.people, percent=100 * study.config.scale
        ),
        _runs_line(study, size.runs),
        time.format(time=clock_text(seconds), count=together),
        tr("  memory     about {megabytes:,.0f} MB").format(megabytes=megabytes),
        tr("  disk       about {megabytes:,.0f} MB").format(megabytes=size.disk_megabytes),
    ]
    if not is_compiled():
        lines.insert(6, tr("  compiling  two to four minutes before it, once on this machine"))
    told = warnings(study) + machine_warnings(megabytes, workers or 1, free_megabytes(), there)
    return lines + [tr("  warning    {warning}").format(warning=warning) for warning in told]


def _runs_line(study: Study, runs: int) -> str:
    """How many runs, of how many seeds, scenarios and draws."""
    parts = [tr("1 seed") if study.seeds == 1 else tr("{count} seeds").format(count=study.seeds)]
    if study.kind.is_search:
        parts.append(tr("at most {count} packages").format(count=1 + most_packages(study)))
    else:
        parts.append(tr("{count} scenarios").format(count=len(study.timelines)))
    if study.has_draw_by_seed:
        parts.append(tr("each seed on a draw of its own of the {count} of the fit").format(count=study.draws))
    elif study.draws > 1:
        parts.append(tr("{count} parameter draws").format(count=study.draws))
    line = tr("  runs       at most {runs} ({parts})") if study.kind.is_search else tr("  runs       {runs} ({parts})")
    return line.format(runs=runs, parts=tr(", ").join(parts))


def warnings(study: Study) -> list[str]:
    """What makes the answer of a study weak or empty, a sentence each."""
    count = replicates(study)
    found = []
    if count == 1:
        found.append(tr("one seed: what a policy does is not told apart from chance, and no interval will be given"))
    elif count < FEWEST:
        found.append(
            tr("{count} independent replicates: fewer than {fewest}, so no intervals will be given").format(
                count=count, fewest=FEWEST
            )
        )
    found += [
        tr("scenario {name} is equal to current law over the whole run").format(name=name)
        for name in equal_to_current_law(study)
    ]
    return found


def machine_warnings(needed: float, workers: int, free: float, there: int) -> list[str]:
    """What the machine does not have, a sentence each: ``needed`` and ``free`` are megabytes, ``there``
    are cores."""
    found = []
    if needed > free:
        memory = tr(
            "a run needs about {needed:,.0f} MB of memory, and this machine has {free:,.0f} MB free: fewer --workers "
            "or a smaller --scale need less"
        )
        found.append(memory.format(needed=needed, free=free))
    if workers > there:
        many = tr("--workers: {workers} processes on {cores} cores: those above take memory and save no time")
        found.append(many.format(workers=workers, cores=there))
    return found


def replicates(study: Study) -> int:
    """Independent replicates: parameter draws where a run has several (seeds of one draw are averaged), else seeds."""
    if study.has_draw_by_seed:
        return min(study.seeds, study.draws)
    return study.draws if study.draws > 1 else study.seeds


def equal_to_current_law(study: Study) -> list[str]:
    """Scenarios whose law, and what is known of it ahead, is that of the baseline in every month of the run."""
    if not study.kind.compares_arms:
        return []
    law = study.timelines[BASELINE_SCENARIO]
    end = study.end_month + (MONTHS_TO_COMPLETE if study.completes_cohorts else 0)
    return [
        name
        for name, timeline in study.timelines.items()
        if name != BASELINE_SCENARIO and same_law(timeline, law, study.start_month, end)
    ]


def same_law(one: Timeline, other: Timeline, start: int, end: int) -> bool:
    """Whether two timelines agree from one month to another in what holds and in what is expected for later."""
    turning = {month for law in (one, other) for month in law.change_months(start, end + FAR_AHEAD)}
    months = sorted({start} | {month for month in turning if month <= end})
    return all(
        one.at(month) == other.at(month)
        and all(one.expected(month, ahead) == other.expected(month, ahead) for ahead in {month} | turning)
        for month in months
    )


def _names(names: list[str]) -> str:
    """Names in one line; of a long design the first few."""
    shown = ", ".join(names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return shown
    return tr("{names} and {count} more").format(names=shown, count=len(names) - MOST_NAMES)
