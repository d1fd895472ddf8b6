"""The runner on a stand-in for the model: whole parts, failures, resume, Ctrl-C, the same numbers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.resume import take_up
from experiments.run.runner import execute, noted_if_stopped, start_run
from experiments.study.study import Study, read_study
from policies.errors import InputError
from results.folder.store import RunFolder, StoreError

Write = Callable[..., Path]
pytestmark = pytest.mark.usefixtures("fake_model")


def run(study: Study, out: Path) -> tuple[RunFolder, list[dict[str, str]]]:
    folder, design = start_run(study, out)
    return folder, execute(study, folder, design, LineReporter())


def test_a_run_folder_is_complete(write_config: Write, tmp_path: Path) -> None:
    folder, failures = run(read_study(write_config()), tmp_path / "runs")
    assert failures == []
    names = {p.name for p in folder.path.iterdir()}
    assert names >= {
        "manifest.json",
        "config.yaml",
        "design.parquet",
        "parts",
        "births",
        "series.parquet",
        "failures.jsonl",
        "context.json",
    }
    manifest = json.loads((folder.path / "manifest.json").read_text())
    assert manifest["status"] == "complete"
    assert manifest["runs"] == {"asked": 4, "finished": 4, "failed": 0}
    assert manifest["seeds"] == [1, 2] and manifest["versions"]["numpy"] and len(manifest["data_hash"]) >= 16
    series = pd.read_parquet(folder.path / "series.parquet")
    assert list(series.columns)[:9] == [
        "run_id",
        "scenario",
        "seed",
        "draw",
        "year",
        "month",
        "indicator",
        "group",
        "value",
    ]
    assert set(series["scenario"]) == {"current_law", "voucher"}
    assert (series.loc[series["indicator"] == "tfr", "unit"] == "children per woman").all()
    assert len(list((folder.path / "parts").glob("*.parquet"))) == 4


def test_arms_share_their_history_and_births_are_kept_from_the_branch_on(write_config: Write, tmp_path: Path) -> None:
    study = read_study(write_config())
    folder, _ = run(study, tmp_path / "runs")
    series = folder.read_table("series.parquet")
    tfr = series[series["indicator"] == "tfr"].pivot(index=["seed", "year"], columns="scenario", values="value")
    past = tfr.index.get_level_values("year") < 2026
    assert (tfr.loc[past, "voucher"] == tfr.loc[past, "current_law"]).all()
    assert (tfr.loc[~past, "voucher"] > tfr.loc[~past, "current_law"]).any()
    births = folder.read_births(folder.read_table("design.parquet"))
    assert births["month"].min() >= study.branch_month


def test_the_same_config_gives_the_same_numbers(write_config: Write, tmp_path: Path) -> None:
    study = read_study(write_config())
    first, second = (run(study, tmp_path / name)[0].read_table("series.parquet") for name in ("one", "two"))
    pd.testing.assert_frame_equal(first, second)


def test_outputs_keep_what_was_asked_and_the_core(write_config: Write, tmp_path: Path) -> None:
    folder, _ = run(read_study(write_config(outputs=["births", "ledger"])), tmp_path)
    assert set(folder.read_table("series.parquet")["indicator"]) == {"tfr", "tfr_census", "births", "cost"}


def test_a_failing_arm_is_written_down_and_the_run_goes_on(write_config: Write, tmp_path: Path) -> None:
    scenarios = {
        "unlucky": {"changes": {"childcare_voucher.amount": {"2027-01": 1313}}},
        "voucher": {"changes": {"childcare_voucher.amount": {"2027-01": 800}}},
    }
    folder, failures = run(read_study(write_config(scenarios=scenarios)), tmp_path)
    assert len(failures) == 2
    assert failures == folder.read_failures()
    assert (
        failures[0]["stage"] == "scenario"
        and failures[0]["error"] == "ValueError"
        and "unlucky" in failures[0]["message"]
    )
    assert set(folder.read_table("series.parquet")["scenario"]) == {"current_law", "voucher"}
    assert folder.read_json("manifest.json")["status"] == "failed"


def test_a_failing_history_fails_every_arm_of_the_seed(write_config: Write, tmp_path: Path) -> None:
    folder, failures = run(read_study(write_config(seeds=13)), tmp_path)
    assert [row["stage"] for row in failures] == ["history", "history"]
    assert folder.read_json("manifest.json")["runs"] == {"asked": 26, "finished": 24, "failed": 2}


def test_no_run_finished_is_said(write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("nothing works")

    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", broken)
    folder, failures = run(read_study(write_config()), tmp_path)
    assert len(failures) == 4 and not folder.has_series()


class Interrupting(LineReporter):
    """Presses Ctrl-C after some finished runs."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.left = after

    def run_done(self, failed: bool = False) -> None:
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt


def test_ctrl_c_leaves_a_run_that_resume_continues(write_config: Write, tmp_path: Path) -> None:
    study = read_study(write_config(seeds=3))
    whole = run(study, tmp_path / "whole")[0].read_table("series.parquet")
    folder, design = start_run(study, tmp_path / "stopped")
    with pytest.raises(KeyboardInterrupt):
        execute(study, folder, design, Interrupting(after=3))
    assert folder.read_json("manifest.json")["status"] == "interrupted"
    assert folder.read_json("manifest.json")["runs"]["finished"] == 3
    stopped = folder.read_json("manifest.json")["interrupted"]
    assert (stopped["finished"], stopped["asked"]) == (3, 6) and stopped["when"].startswith("20")
    kept = {p.name: p.stat().st_mtime_ns for p in (folder.path / "parts").glob("*.parquet")}
    again = read_study(folder.file("config.yaml"))
    assert execute(again, folder, take_up(folder, again), LineReporter()) == []
    assert {p.name: p.stat().st_mtime_ns for p in (folder.path / "parts").glob("*.parquet")}.items() >= kept.items()
    pd.testing.assert_frame_equal(folder.read_table("series.parquet"), whole)
    manifest = folder.read_json("manifest.json")
    assert manifest["status"] == "complete" and "interrupted" not in manifest


def test_what_stops_before_the_first_run_is_noted_and_what_fails_later_is_not(
    write_config: Write, tmp_path: Path
) -> None:
    study = read_study(write_config())
    folder, design = start_run(study, tmp_path)
    with pytest.raises(KeyboardInterrupt), noted_if_stopped(folder):
        raise KeyboardInterrupt
    assert folder.read_json("manifest.json")["status"] == "interrupted"
    with pytest.raises(ValueError, match="report"), noted_if_stopped(folder):
        execute(study, folder, design, LineReporter())
        raise ValueError("the report cannot be made")
    assert folder.read_json("manifest.json")["status"] == "complete"


def test_resume_refuses_parts_made_by_other_sources(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = read_study(write_config())
    folder, _ = run(study, tmp_path)
    monkeypatch.setattr("experiments.run.tasks.source_hash", lambda: "other sources")
    with pytest.raises(InputError, match="have changed since this run began"):
        take_up(folder, read_study(folder.file("config.yaml")))


def test_a_disk_that_fills_up_stops_with_one_message_and_keeps_the_rest(
    write_config: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = read_study(write_config())
    folder, design = start_run(study, tmp_path)
    write = RunFolder.write_part
    calls = []

    def fills_up(self: RunFolder, *args: object) -> None:
        calls.append(args)
        if len(calls) > 2:
            raise StoreError(f"cannot write {self.path}: the disk is full")
        write(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(RunFolder, "write_part", fills_up)
    with pytest.raises(StoreError, match="disk is full"):
        execute(study, folder, design, LineReporter())
    assert len(folder.finished()) == 2
