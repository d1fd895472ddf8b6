"""The report: one self-contained page in English and Chinese, and its tables and figures as files."""

from __future__ import annotations

from pathlib import Path

from results.content.words import LANGUAGES, Text
from results.folder.damage import refuse_damage, said_if_not_ours
from results.folder.store import CONTEXT, RunFolder
from results.forecast.report import write_forecast_report
from results.optimise.report import write_optimise_report
from results.scenario.report import write_scenario_report
from results.sensitivity.report import write_sensitivity_report

WRITERS = {
    "scenario": write_scenario_report, "sensitivity": write_sensitivity_report, "forecast": write_forecast_report,
    "optimise": write_optimise_report, "sweep": write_sensitivity_report, "sobol": write_sensitivity_report,
}  # fmt: skip
"""Reports by the name that a run's context gives, in older folders that of its kind: (folder, language) -> path of the
page and its first answer."""


def write_report(folder: RunFolder, lang: str = "en") -> Path:
    """Write ``report.html`` (opening in ``lang``), ``figures/*.svg`` and ``tables/*.csv``; returns the page's path.

    Raises RunFolderError when the run has no merged series yet, StoreError when the folder cannot be written.
    """
    return write_report_of_kind(folder, lang)[0]


def write_report_of_kind(folder: RunFolder, lang: str = "en") -> tuple[Path, Text]:
    """Write the report of whatever kind of run this is; returns the page's path and its first answer.

    Raises RunFolderError that names what is broken in the folder; the report that stands there stays as it is then.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"--lang: found {lang!r}, allowed: {', '.join(LANGUAGES)}")
    refuse_damage(folder)
    with said_if_not_ours(folder):
        context = folder.read_json(CONTEXT)
        name = str(context.get("report", context.get("kind", "scenario")))
        return WRITERS.get(name, write_scenario_report)(folder, lang)
