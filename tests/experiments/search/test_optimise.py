"""The search for a package, on a function whose answer is known; an honest no; resume by run id."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.resume import take_up
from experiments.run.run_table import estimate, most_packages
from experiments.run.runner import execute, start_run
from experiments.search.optimise import candidate_name, rounded, search
from experiments.study.study import Study, read_study
from policies.errors import InputError
from results.folder.store import RunFolder
from results.optimise.data import SearchData
from results.report import write_report_of_kind
from tests.experiments.known_functions import LEVERS, model_of
from tests.results.reading import words_of

Write = Callable[..., Path]
FACTORS = {name: {"fields": [field]} for name, field in zip("ab", LEVERS, strict=False)}
CONFIG = {
    "kind": "optimise", "samples": None, "replicate_seeds": None, "replicate_rows": None, "factors": FACTORS,
    "seeds": 1, "end": "2028-12", "population": 16, "generations": 8,
}  # fmt: skip
CHEAPEST = 10e6 * (1 - math.sqrt(0.2))
"""Least cost of a TFR of 1.4: a alone, at the dose where 1 + 0.5 (1 - (1 - a)^2) = 1.4."""


def tfr(u: np.ndarray) -> float:
    """The first measure has falling returns, the second little effect."""
    return float(1 + 0.5 * (1 - (1 - u[0]) ** 2) + 0.1 * u[1])


def yuan(u: np.ndarray) -> float:
    return float(10e6 * (u[0] + u[1]))


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(tfr, cost=yuan))


def run(study: Study, folder: RunFolder, design: pd.DataFrame) -> list[dict[str, str]]:
    return execute(study, folder, design, LineReporter())


def searched(config: Path, out: Path) -> tuple[RunFolder, SearchData]:
    study = read_study(config)
    folder, _ = start_run(study, out)
    failures, design = search(study, folder, run)
    assert failures == [] and design["run_id"].is_unique
    return folder, SearchData.read(folder)


@pytest.mark.long
def test_the_cheapest_package_is_found(write_study: Write, tmp_path: Path) -> None:
    config = write_study(**{**CONFIG, "generations": 20}, target={"tfr": 1.4, "year": 2028, "probability": 0.8})
    folder, data = searched(config, tmp_path)
    found = data.row(data.chosen["cheapest"])
    assert found["tfr"] >= 1.4 and CHEAPEST <= found["cost"] <= 1.1 * CHEAPEST
    assert data.missing is None, "nothing is missing where the target is reached"
    costs = data.front["cost"].to_numpy()
    assert (np.diff(costs) >= 0).all() and (np.diff(data.front["tfr_assured"]) > 0).all()
    page, lead = write_report_of_kind(folder)
    assert "whose mean TFR reaches 1.4 in 2028 costs 5." in lead["en"] and "no probability is given" in lead["en"]
    assert {p.stem for p in (page.parent / "tables").iterdir()} >= {"packages", "front", "package_cheapest"}


def test_the_most_births_for_a_budget(write_study: Write, tmp_path: Path) -> None:
    """With 12 million the optimum is a = 0.9 and b = 0.3: equal returns."""
    _, data = searched(write_study(**CONFIG, budget=12e6), tmp_path)
    best = data.row(data.chosen["best"])
    assert best["cost"] <= 12e6
    assert best["births"] >= 0.97 * 3 * (tfr(np.array([0.9, 0.3])) - 1)


def test_out_of_reach_is_said_with_how_far_and_what_is_missing(write_study: Write, tmp_path: Path) -> None:
    config = write_study(**{**CONFIG, "generations": 2}, target={"tfr": 2.1, "year": 2028, "probability": 0.8})
    folder, data = searched(config, tmp_path)
    assert data.chosen == {}
    assert data.farthest["tfr"] == pytest.approx(1.6) and data.farthest["scenario"] == "best-bounds"
    assert data.missing is not None
    assert set(data.missing["scenario"]) == {f"missing-{n}" for n in ("money", "wanted", "marriage", "all")}
    page, lead = write_report_of_kind(folder, "zh")
    assert "No package tried reaches a TFR of 2.1 in 2028 even on average" in lead["en"]
    text = words_of(page)
    assert "还缺什么" in text and "the mean TFR of 2028 is 1.60, 0.50 short of 2.1" in text


def test_marriage_is_supposed_by_parameters_of_other_draws(write_study: Write, tmp_path: Path) -> None:
    uncertainty = {"draws": 2, "parameters": {"marriage_drift": {"items": [5], "low": 0.8, "high": 1.2}}}
    keys = {**CONFIG, "generations": 1, "uncertainty": uncertainty}  # the supposition makes both draws the same
    _, data = searched(write_study(**keys, target={"tfr": 2.1, "year": 2028}), tmp_path)
    draws = data.design.groupby("scenario")["draw"].apply(set)
    assert draws["best-bounds"] == {0, 1} and draws["missing-marriage"] == {2} and draws["missing-money"] == {0, 1}


def test_an_interrupted_search_goes_on_where_it_was(write_study: Write, tmp_path: Path) -> None:
    config = write_study(**CONFIG, target={"tfr": 1.4, "year": 2028})
    _, whole = searched(config, tmp_path / "whole")
    study = read_study(config)
    folder, _ = start_run(study, tmp_path / "stopped")
    calls: list[int] = []

    def stops(study: Study, folder: RunFolder, design: pd.DataFrame) -> Any:
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return run(study, folder, design)

    with pytest.raises(KeyboardInterrupt):
        search(study, folder, stops)
    assert folder.read_json("manifest.json")["status"] == "interrupted"
    kept = {p.name: p.stat().st_mtime_ns for p in (folder.path / "parts").iterdir()}
    again = read_study(folder.file("config.yaml"))
    assert len(take_up(folder, again)) >= len(kept)
    search(again, folder, run)
    assert folder.read_json("manifest.json")["status"] == "complete"
    now = {p.name: p.stat().st_mtime_ns for p in (folder.path / "parts").iterdir()}
    assert kept.items() <= now.items() and len(now) > len(kept)
    pd.testing.assert_frame_equal(SearchData.read(folder).packages, whole.packages)


def test_a_search_is_not_continued_with_other_sources(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = searched(write_study(**{**CONFIG, "generations": 1}, budget=1e7), tmp_path)
    monkeypatch.setattr("experiments.run.tasks.source_hash", lambda: "other")
    with pytest.raises(InputError, match="have changed since this search began"):
        take_up(folder, read_study(folder.file("config.yaml")))


def test_a_search_in_which_nothing_runs_ends_with_its_failures(
    write_study: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: np.ndarray) -> float:
        raise ValueError("nothing works")

    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(broken))
    study = read_study(write_study(**CONFIG, budget=1e7))
    folder, _ = start_run(study, tmp_path / "runs")
    failures, design = search(study, folder, run)
    assert len(failures) == len(design) == 3 and "nothing works" in failures[0]["message"]


def test_near_equal_doses_are_one_candidate() -> None:
    one, two = rounded(np.array([0.501, 0.3])), rounded(np.array([0.499, 0.3]))
    assert candidate_name(one) == candidate_name(two) != candidate_name(rounded(np.array([0.53, 0.3])))


def test_a_search_needs_a_question(write_study: Write) -> None:
    with pytest.raises(InputError, match="give target"):
        read_study(write_study(**CONFIG))


def test_the_check_counts_every_package_that_may_be_met(write_study: Write) -> None:
    study = read_study(write_study(**{**CONFIG, "seeds": 3}, target={"tfr": 1.4, "year": 2028, "probability": 0.8}))
    assert most_packages(study) == 16 * 8 + 2 + 1 + 4
    assert estimate(study).runs == 3 * (1 + most_packages(study))
