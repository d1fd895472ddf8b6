"""Ishigami and Sobol's G through config, design, runner, run folder and analysis: their indices are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.resume import take_up
from experiments.run.runner import execute, start_run
from experiments.study.study import read_study
from results.folder.store import RunFolder
from results.sensitivity.data import StudyData
from tests.experiments.known_functions import LEVERS, g_indices, ishigami, ishigami_indices, model_of, sobol_g

Write = Callable[..., Path]
SAMPLES = {3: 128, 4: 256}
"""Base rows by number of inputs; the G function has the longer tails."""


def run(
    monkeypatch: pytest.MonkeyPatch, model: type, config: Path, out: Path, resumed: bool = False
) -> tuple[RunFolder, StudyData]:
    """Run a config on a stand-in; ``resumed`` first stops half-way."""
    monkeypatch.setenv("CRADLE_CACHE", str(out / "cache"))
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model)
    study = read_study(config)
    folder, design = start_run(study, out)
    if resumed:
        execute(study, folder, design.iloc[: len(design) // 2], LineReporter())
        design = take_up(folder, study)
    assert execute(study, folder, design, LineReporter()) == []
    return folder, StudyData.read(folder)


def factors(count: int) -> dict:
    names = list(LEVERS)[:count]
    return {f"x{i + 1}": {"fields": [field]} for i, field in enumerate(names)}


@pytest.mark.parametrize(
    ("function", "count", "known"),
    [(ishigami, 3, ishigami_indices()), pytest.param(sobol_g, 4, g_indices(), marks=pytest.mark.long)],
)
def test_known_indices_come_back(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: Callable, count: int, known: tuple
) -> None:
    """Deterministic; the limits are several times the error of so many base rows."""
    config = write_study(
        factors=factors(count),
        samples=SAMPLES[count],
        replicate_seeds=1,
        replicate_rows=0,
        end="2026-12",
        outcome="tfr",
    )
    _, data = run(monkeypatch, model_of(function), config, tmp_path / "runs", resumed=count == 3)
    found = data.indices("tfr")
    np.testing.assert_allclose(found.first, known[0], atol=0.12)
    np.testing.assert_allclose(found.total, known[1], atol=0.08)
    assert (found.total_low <= found.total).all() and (found.total <= found.total_high).all()
    inside = (found.total_low <= known[1]) & (np.array(known[1]) <= found.total_high)
    assert inside.sum() >= count - 1
    strongest = found.table()["factor"].tolist()
    assert strongest == [f"x{i + 1}" for i in np.argsort(-np.array(known[1]), kind="stable")]
    table = data.convergence
    assert sorted(table["base_rows"].unique())[:5] == [8, 16, 32, 64, 128]
    last = table[table["base_rows"] == SAMPLES[count]].sort_values("factor")
    np.testing.assert_allclose(last["total"], found.total)


def test_interactions_of_ishigami(write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write_study(
        factors=factors(3), samples=64, second_order=True, replicate_seeds=1, replicate_rows=0, end="2026-12",
        outcome="tfr",
    )  # fmt: skip
    _, data = run(monkeypatch, model_of(ishigami), config, tmp_path / "runs")
    second = data.indices("tfr").second
    assert second is not None
    assert second[0, 2] == pytest.approx(ishigami_indices()[1][2], abs=0.12)
    assert abs(second[0, 1]) < 0.12 and abs(second[1, 2]) < 0.12


def test_noise_put_in_comes_out(write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise of standard deviation 2 beside Ishigami's variance of 13.84; chi-square interval at 95 %, fixed seeds."""
    config = write_study(
        factors=factors(3), samples=32, replicate_seeds=5, replicate_rows=60, end="2026-12", outcome="tfr"
    )
    _, data = run(monkeypatch, model_of(ishigami, noise=2.0), config, tmp_path / "runs")
    noise = data.noise
    assert noise is not None and (noise.rows, noise.seeds) == (60, 5)
    assert noise.variance == pytest.approx(4.0, rel=0.2)
    assert noise.share_low < 4 / 17.84 < noise.share_high


def test_a_missing_run_is_refused_by_name(write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write_study(
        factors=factors(3), samples=8, replicate_seeds=1, replicate_rows=0, end="2026-12", outcome="tfr"
    )
    folder, data = run(monkeypatch, model_of(ishigami), config, tmp_path / "runs")
    series = folder.read_table("series.parquet")
    lost = str(data.sample["run_id"].iloc[7])
    folder.write_table(series[series["run_id"].astype(str) != lost], "series.parquet")
    problem = StudyData.read(folder).problem_with_sample
    assert "row-00007" in problem and lost in problem and "cradle resume" in problem


def test_rows_are_put_back_in_order(write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = write_study(
        factors=factors(3), samples=8, replicate_seeds=1, replicate_rows=0, end="2026-12", outcome="tfr"
    )
    folder, data = run(monkeypatch, model_of(ishigami), config, tmp_path / "runs")
    expected = data.indices("tfr").total
    series, design = folder.read_table("series.parquet"), folder.read_table("design.parquet")
    folder.write_table(series.iloc[::-1].reset_index(drop=True), "series.parquet")
    folder.write_table(pd.concat([design.iloc[5:], design.iloc[:5]], ignore_index=True), "design.parquet")
    np.testing.assert_array_equal(StudyData.read(folder).indices("tfr").total, expected)
