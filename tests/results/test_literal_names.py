"""Names are drawn as people wrote them: a dollar, a low line, a backslash or braces are no mathematics in a figure."""

from __future__ import annotations

import html
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.run.progress import LineReporter
from experiments.run.runner import execute, start_run
from experiments.study.study import read_study
from results.content.blocks import FigureRef, both
from results.content.figures import make_figures, named_in
from results.scenario.data import RunData
from results.scenario.figures.bars import additional_births, cost_by_lever
from results.scenario.figures.births_cost import births_cost
from results.scenario.figures.city_plan import plan_scoreboard
from results.scenario.figures.gains import county_map, who_gains
from results.scenario.figures.paths import tfr_path
from results.sensitivity.data import StudyData
from results.sensitivity.report import sections_of
from tests.experiments.known_functions import LEVERS, model_of
from tests.results.sample_run import write_sample_run

WRITTEN = r"_$x_1^2$\alpha{a}%s&<b>"
"""No space, so that no line is broken within; matplotlib would draw the first half as mathematics."""
Write = Callable[..., Path]


def drawn(made: dict[str, dict[str, str]]) -> dict[str, int]:
    """How often each figure (in both languages) holds the name, letter by letter."""
    return {name: min(html.unescape(text).count(WRITTEN) for text in texts.values()) for name, texts in made.items()}


def renamed(label: object) -> object:
    """The label of a mapping with the name in place of every language."""
    return dict.fromkeys(label, WRITTEN) if isinstance(label, dict) else label


NAMED = (births_cost, tfr_path, additional_births, cost_by_lever, who_gains, county_map, plan_scoreboard)
"""Figures with scenarios or counties at points, lines, rows, bars, legends and panels."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    """A run of two scenarios."""
    return RunData.read(write_sample_run(tmp_path_factory.mktemp("run"), ["current_law", "package"], seeds=5))


def test_figures_of_scenarios_hold_names_as_they_are_written(data: RunData, monkeypatch: pytest.MonkeyPatch) -> None:
    for scenario in data.context["scenarios"]:
        scenario["label"] = renamed(scenario["label"])
    counties = data.context["city"]["counties"]
    data.context["city"]["counties"] = {name: renamed(label) for name, label in counties.items()}
    monkeypatch.setattr("results.content.figures.LANGUAGES", ("zh",))
    made = make_figures(data, [FigureRef(maker, both("", "")) for maker in NAMED])
    found = drawn(made)
    assert set(found) == {maker.__name__ for maker in NAMED} and all(found.values()), found
    assert {name: texts["zh"].count("alpha") for name, texts in made.items()} == found, "each time whole"


def test_a_name_that_mathematics_cannot_read_breaks_no_figure(data: RunData) -> None:
    r"""``$\frac$`` is refused by matplotlib's reader of mathematics."""
    for scenario in data.context["scenarios"]:
        scenario["label"] = {"en": r"$\frac$", "zh": r"$\frac{$ $"}
    made = make_figures(data, [FigureRef(tfr_path, both("", ""))])["tfr_path"]
    assert r"$\frac$" in html.unescape(made["en"]) and r"$\frac{$ $" in html.unescape(made["zh"])


@pytest.mark.parametrize("changes", [{"second_order": True}, {"kind": "sweep", "method": "grid", "points": 3}])
def test_figures_of_factors_hold_names_as_they_are_written(
    changes: dict, write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(
        "experiments.run.seed_task.FamilyModel", model_of(lambda u: float(u[0] + 0.3 * u[1]), noise=0.02)
    )
    label = {"en": WRITTEN, "zh": WRITTEN}
    factors = {f"x{i}": {"fields": [field], "label": label} for i, field in enumerate(list(LEVERS)[:2])}
    keys = {"factors": factors, "samples": 16, "end": "2028-12", **changes}
    if keys.get("kind") == "sweep":
        keys = {"replicate_seeds": None, "replicate_rows": None, "seeds": 3, **keys, "samples": None}
    study = read_study(write_study(**keys))
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    monkeypatch.setattr("results.content.figures.LANGUAGES", ("zh",))
    data = StudyData.read(folder)
    found = drawn(make_figures(data, named_in(sections_of(data))))
    assert found and all(count >= 2 for count in found.values()), found
