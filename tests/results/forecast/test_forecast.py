"""Forecasts: bands against cases worked out by hand, and a report from a made-up run."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.runner import execute, start_run
from experiments.study.study import read_study
from policies.clock import month_index, year_of
from results.forecast.data import ForecastData
from results.report import write_report_of_kind
from tests.results.reading import words_of

Write = Callable[..., Path]
COUNTIES = ("north", "south")
UNCERTAINTY = {"draws": 5, "parameters": {"present_weight_rho": None}}


class Aging:
    """A city that shrinks by a share that grows with rho, and by chance of the seed."""

    def __init__(self, city: Any, *, scale: float, seed: int, start: str, parameters: Any, timeline: Any, **_: Any):
        self.scale, self.seed, self.rho = scale, seed, parameters["present_weight_rho"]
        self.timeline, self.month = timeline, month_index(start)

    def run_until_month(self, month: int) -> None:
        self.month = month

    def saved(self) -> dict[str, Any]:
        return dict(vars(self))

    def fork(self, timeline: Any = None, hold: Any = None, **_: Any) -> Aging:
        branch = object.__new__(Aging)
        branch.__dict__.update(self.__dict__, timeline=timeline)
        return branch

    def let_go(self) -> None:
        """It holds nobody."""

    def rows(self) -> pd.DataFrame:
        found = []
        for year in range(2021, year_of(self.month - 1) + 1):
            size = 1000 * (1 - 0.1 * self.rho * max(year - 2026, 0)) + self.seed
            for group in ("all", *(f"county:{name}" for name in COUNTIES)):
                part = 1.0 if group == "all" else 0.5
                for name in ("population", "births", "deaths", "school_entrants"):
                    found.append((year, name, group, size * part))
                for name in ("share_16_59", "dependency_ratio", "urban_share"):
                    found.append((year, name, group, 0.5))
            found.append((year, "tfr", "all", 1.0))
            for age in range(0, 90, 5):
                label = f"{age}-{age + 4}" if age < 85 else "85+"
                found += [(year, "population", f"age:{label};sex:{sex}", size / 36) for sex in ("male", "female")]
        frame = pd.DataFrame(found, columns=["year", "indicator", "group", "value"])
        return frame.assign(month=pd.array([pd.NA] * len(frame), dtype="Int32"))


@pytest.fixture
def forecast(write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ForecastData]:
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", Aging)
    keys = {"factors": None, "samples": None, "replicate_seeds": None, "replicate_rows": None}
    config = write_study(
        **keys, kind="forecast", end="2040-12", seeds=3, uncertainty=UNCERTAINTY, report_years=[2035, 2040]
    )
    study = read_study(config)
    folder, design = start_run(study, tmp_path / "runs")
    assert len(design) == 15
    assert execute(study, folder, design, LineReporter()) == []
    return folder, ForecastData.read(folder)


def test_bands_hold_seeds_and_draws(forecast: tuple[Any, ForecastData]) -> None:
    _, data = forecast
    values = data.values("population").loc[2040].to_numpy()
    rho = [card["values"] for card in data.context["plan"]["uncertain"]][0]
    expected = sorted(1000 * (1 - 1.4 * r) + seed for r in rho for seed in (1, 2, 3))
    np.testing.assert_allclose(sorted(values), expected)
    band = data.at(2040, "population")
    assert band is not None
    assert band["median"] == pytest.approx(np.median(expected))
    assert band["low80"] == pytest.approx(np.quantile(expected, 0.1))
    assert band["high95"] == pytest.approx(np.quantile(expected, 0.975))
    assert data.report_years == [2035, 2040]


def test_spread_is_split_between_draws_and_chance(forecast: tuple[Any, ForecastData]) -> None:
    """Seeds differ by one person (variance 1), draws by hundreds."""
    table = forecast[1].sources_of_spread.set_index(["indicator", "year"])["share_between_draws"]
    assert table[("population", 2040)] > 0.999
    moved = forecast[1].moved_by.set_index("parameter")["correlation"]
    assert moved["present_weight_rho"] == pytest.approx(-1.0)


def test_the_report_answers_in_both_languages(forecast: tuple[Any, ForecastData]) -> None:
    page, lead = write_report_of_kind(forecast[0], "zh")
    text = words_of(page)
    assert re.findall(r'<section id="(\w+)">', text) == [
        "people", "structure", "counties", "spread", "definitions", "reproduce",
    ]  # fmt: skip
    assert lead["en"].startswith("Under current law") and "2040" in lead["zh"]
    assert text.count('<span data-l="en">') == text.count('<span data-l="zh">')
    figures = {p.name for p in (page.parent / "figures").iterdir()}
    assert figures == {
        f"{n}.{lang}.svg" for n in ("residents", "pyramids", "structure", "counties") for lang in ("en", "zh")
    }
    bands = pd.read_csv(page.parent / "tables" / "bands_county.csv")
    assert set(bands["county"]) == set(COUNTIES)
    assert (bands["low95"] <= bands["low80"]).all() and (bands["high80"] <= bands["high95"]).all()
