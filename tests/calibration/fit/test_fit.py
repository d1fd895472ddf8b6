"""The fit: the same numbers on workers and after a stop, and a city that knows its own numbers again."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

import calibration.fit.calibrate as calibrate_module
import calibration.fit.smc as fit_module
from abm.core.parameters import Parameters
from calibration.fit.calibrate import predict_again
from calibration.fit.fit_file import FitFile
from calibration.fit.fit_folder import FitFolder
from calibration.fit.posterior import histories_of
from calibration.fit.refine import draws_brought_to_data
from calibration.fit.smc import acceptance, accepted_particles, ended_early, refine, run_fit
from calibration.fit.workers import calls_in_order, here
from calibration.targets.history import run_history
from calibration.targets.predict import predicted
from calibration.targets.read import Target, load_targets, observed_as
from experiments.context.fit_tables import FitTables

LABEL = {"en": "x", "zh": "x"}
SILENT = Console(file=io.StringIO())
STEPS = ("predictions", "outlook")
STATS = ("births_2020", "second_share_2021", "never_married_women_25_29_2020", "mean_age_first_birth_2020")


def fit_of(levels: dict[str, Any], **sizes: Any) -> FitFile:
    file = {
        "kind": "calibrate", "title": LABEL, "city": "toytown", "scale": 1, "population": 24, "generations": 3,
        "founding_seeds": 2, "refinements": 1, "refinement_size": 100, "levels": levels,
        "moved_from": {name: list(Parameters.load().list(name)) for name in ("wish_by_order", "marriage_drift")},
    }  # fmt: skip
    return FitFile.model_validate({**file, **sizes})


WIDE = {"low": -2.0, "high": 2.0}
TWO = {
    "wish": {"parameter": "wish_by_order", "how": "add", "items": [1], "prior": WIDE, "label": LABEL},
    "marriage": {"parameter": "marriage_drift", "how": "multiply", "prior": {"low": 0.5, "high": 1.5}, "label": LABEL},
}  # fmt: skip


@pytest.fixture(scope="module")
def targets() -> tuple[Target, ...]:
    """Four targets, one of them held back."""
    return tuple(target for target in load_targets() if target.id in STATS)


def quick_history(changes: dict[str, Any], seed: int, scale: float, city: str) -> tuple[float, float]:
    """In place of a history: two numbers that follow from the parameters."""
    return changes["wish_by_order"][1], changes["marriage_drift"][3]


def quick_prediction(history: tuple[float, float], targets: Any) -> pd.Series:
    """In place of the city: statistics linear in both numbers."""
    wish, marriage = history
    return pd.Series(
        {t.id: t.observed + t.sd * (place + 1) * (wish - marriage * place) for place, t in enumerate(targets)}
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fit without a city."""
    monkeypatch.setattr(fit_module, "run_history", quick_history)
    monkeypatch.setattr(fit_module, "predicted", quick_prediction)


def particles_in(folder: Path, fit: FitFile, targets: tuple[Target, ...], in_order: Any = here) -> pd.DataFrame:
    history = run_fit(fit, targets, FitFolder(folder, fit, targets), in_order, SILENT)
    return accepted_particles(history, fit, targets)


@pytest.mark.long
def test_a_fit_that_was_stopped_ends_as_one_that_was_not(tmp_path: Path, quick: None, targets: Any) -> None:
    """Stopped in the second generation; what was lived is not lived again, and a line cut off is forgotten."""
    fit = fit_of(TWO)
    whole = particles_in(tmp_path / "whole", fit, targets)

    class Stopped(Exception):
        pass

    def until(number: int) -> Any:
        left = [number]

        def in_order(*asked: Any) -> Iterator[Any]:
            for found in here(*asked):
                if left[0] == 0:
                    raise Stopped
                left[0] -= 1
                yield found

        return in_order

    with pytest.raises(Stopped):
        particles_in(tmp_path / "stopped", fit, targets, until(85))
    kept = tmp_path / "stopped" / "evaluations.csv"
    lived = kept.read_text().count("\n") - 1
    kept.write_text(kept.read_text() + "1,0,3.5,0.2")
    assert lived == 85
    folder = FitFolder(tmp_path / "stopped", fit, targets)
    assert len(folder.known()) == lived
    pd.testing.assert_frame_equal(particles_in(tmp_path / "stopped", fit, targets), whole)
    again = FitFolder(tmp_path / "stopped", fit, targets).evaluations()
    assert not again.duplicated(list(fit.names)).any() and len(again) > lived


@pytest.mark.long
def test_a_finished_fit_is_not_run_again(tmp_path: Path, quick: None, targets: Any) -> None:
    fit = fit_of(TWO)
    first = particles_in(tmp_path, fit, targets)

    def never(*asked: Any) -> Iterator[Any]:
        raise AssertionError("a history was asked for")
        yield

    pd.testing.assert_frame_equal(particles_in(tmp_path, fit, targets, never), first)


def test_draws_lived_anew_go_on_where_they_were_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, targets: Any
) -> None:
    """A step that is finished is not made again for the same draws; for other draws it is."""
    fit = fit_of(TWO)
    folder = FitFolder(tmp_path, fit, targets)
    job = calibrate_module.FitJob(tmp_path / "fit.yaml", fit, targets, folder, {"source_hash": "now"})
    made, stops = [], ["outlook"]

    def two_steps(job: Any, drawn: pd.DataFrame, in_order: Any, keep: Any) -> dict[str, pd.DataFrame]:
        def make(name: str) -> pd.DataFrame:
            if name in stops:
                stops.remove(name)
                raise KeyboardInterrupt
            made.append(name)
            return drawn + 1.0

        return {name: keep(name, partial(make, name)) for name in STEPS}

    monkeypatch.setattr(calibrate_module, "tables_of_draws", two_steps)
    drawn = pd.DataFrame({name: [0.25, 0.5] for name in fit.names})
    shipped = FitTables({"source_hash": "then"}, {"draws": drawn})
    with pytest.raises(KeyboardInterrupt):
        predict_again(job, shipped, here, SILENT)
    found = predict_again(job, shipped, here, SILENT)
    assert made == ["predictions", "outlook"]
    pd.testing.assert_frame_equal(found.tables["predictions"], drawn + 1.0)
    assert found.how == {"source_hash": "now", "fit_source_hash": "then"}
    other = predict_again(job, FitTables(shipped.how, {"draws": drawn * 2.0}), here, SILENT)
    pd.testing.assert_frame_equal(other.tables["outlook"], drawn * 2.0 + 1.0)


@pytest.mark.long
def test_particles_come_nearer_and_the_trace_tells_it(tmp_path: Path, quick: None, targets: Any) -> None:
    """Nearer in standard deviations of the targets: tolerances have a scale of their own in every generation."""
    fit = fit_of(TWO, generations=4)
    history = run_fit(fit, targets, FitFolder(tmp_path, fit, targets), here, SILENT)
    trace = acceptance(history)
    assert list(trace["generation"]) == [0, 1, 2, 3] and (trace["accepted"] == fit.population).all()
    table = accepted_particles(history, fit, targets, last=4)
    fitted = [target for target in targets if target.use == "fit"]
    away = np.mean([((table[target.id] - target.observed) / target.sd).abs() for target in fitted], axis=0)
    assert away[table["generation"] == 3].mean() < 0.8 * away[table["generation"] == 0].mean()
    assert not ended_early(history, fit) and ended_early(history, fit_of(TWO, least_acceptance=0.99))


@pytest.mark.long
def test_the_same_particles_on_ray(tmp_path: Path, targets: Any) -> None:
    """Draws of the prior and a generation moved from them, in toytown itself: alone and on two workers, to the last
    digit."""
    fit = fit_of(TWO, population=8, generations=1, scale=0.2)
    alone = particles_in(tmp_path / "serial", fit, targets)
    with calls_in_order(2, "ray", None) as in_order:
        together = particles_in(tmp_path / "ray", fit, targets, in_order)
    pd.testing.assert_frame_equal(together, alone)


@pytest.mark.long
def test_a_city_knows_its_own_numbers_again(tmp_path: Path) -> None:
    """Toytown's own output at known levels is fitted: both levels lie within the draws' central 95 %, and the draws
    have left a part of the prior. Seeds are fixed; of right fits a tenth miss one of two 95 % intervals."""
    fit = fit_of(TWO, population=32, generations=1, draws=40, steps=2, scale=0.3)
    known = {"wish": 0.8, "marriage": 1.2}
    changes = fit_module.parameter_changes(fit, [known[name] for name in fit.names])
    chosen = [t for t in load_targets() if t.use == "fit" and t.kind.group in ("births", "timing", "marriage")]
    runs = [predicted(run_history(changes, seed, 0.3, "toytown"), chosen) for seed in (11, 12, 13)]
    usual = pd.DataFrame(runs).mean()
    able = [t for t in chosen if np.isfinite(usual[t.id])]
    own = observed_as(able, usual.to_dict())
    folder = FitFolder(tmp_path, fit, own)
    run_fit(fit, own, folder, here, SILENT)
    refine(fit, own, folder, here, SILENT)
    drawn = draws_brought_to_data(histories_of(folder.evaluations(), fit, own), fit, own, here, SILENT).iloc[:-1]
    for name, value in known.items():
        low, high = drawn[name].quantile([0.025, 0.975])
        prior = fit.prior(name)
        assert low <= value <= high, (name, low, high)
        assert high - low < 0.8 * (prior.high - prior.low)
