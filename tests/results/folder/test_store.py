"""The run folder: whole files or none, clear messages."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pandas as pd
import pytest

from results.folder import store
from results.folder.store import MANIFEST, RunFolder, RunFolderError, StoreError, write_whole


def rows(run_id: str) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "run_id": [run_id],
            "scenario": ["base"],
            "seed": [1],
            "draw": [0],
            "year": [2026],
            "indicator": ["tfr"],
            "group": ["all"],
            "value": [1.0],
        }
    )
    return frame.assign(month=pd.array([pd.NA], dtype="Int32"))


def log() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mother_id": [1],
            "mother_birth_month": [1200],
            "month": [1530],
            "order": [1],
            "paid": [True],
            "fifth": [0],
            "hukou": 1,
            "weight": [20.0],
        }
    )


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def breaks(path: Path) -> None:
        path.write_text("half")
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_whole(target, breaks)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"], "nothing hidden stays behind"


def test_a_full_disk_gives_one_clear_message(tmp_path: Path) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreError, match="disk is full"):
        write_whole(tmp_path / "a.txt", full)


def test_a_file_in_the_way_gives_one_clear_message(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(StoreError, match="cannot write"):
        RunFolder.create(tmp_path / "runs" / "one")


def test_parts_tell_what_is_finished_and_unreadable_ones_are_set_aside(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path)
    folder.write_part([("one", rows("one"), log())])
    (tmp_path / "parts" / "two.parquet").write_bytes(b"not parquet")
    assert folder.finished() == {"one"} and (tmp_path / "parts" / "two.parquet").is_file(), "who looks changes nothing"
    assert folder.mend() == ["parts/two.parquet"] and (tmp_path / "parts" / "two.unreadable").is_file()


def test_several_runs_in_a_part_and_a_run_in_two_parts_counts_once(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path)
    folder.write_part([(name, rows(name), log()) for name in ("two", "one")])
    folder.write_part([(name, rows(name).assign(value=2.0), log()) for name in ("a", "one")])
    folder.write_part([("no_births", rows("no_births"), None)])
    assert folder.finished() == {"one", "two", "a", "no_births"}
    names = ["one", "two", "a", "no_births", "missing"]
    design = pd.DataFrame({"run_id": names, "scenario": "base", "seed": 1})
    assert list(folder.merge(design, {})["run_id"]) == names[:4], "in design order, each once"
    births = folder.read_births(design)
    assert list(births["run_id"]) == names[:3]
    (tmp_path / "parts" / "a.parquet").unlink()
    assert folder.finished() == {"one", "two", "no_births"}, "births without their part are not a finished run"
    assert list(folder.read_births(design)["run_id"]) == ["one", "two"]


def test_merge_adds_unit_and_labels(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path)
    folder.write_part([("one", rows("one"), log())])
    design = pd.DataFrame({"run_id": ["one", "missing"], "scenario": ["base", "base"], "seed": [1, 2]})
    merged = folder.merge(design, {"tfr": {"unit": "children per woman", "label_en": "TFR", "label_zh": "总和生育率"}})
    assert merged.iloc[0]["unit"] == "children per woman" and merged.iloc[0]["label_zh"] == "总和生育率"
    assert pd.read_parquet(folder.file("series.parquet"))["month"].isna().all()
    with pytest.raises(RunFolderError, match="no run has finished"):
        folder.merge(design.iloc[1:], {})


def test_a_word_that_is_no_run_gets_the_runs_there_are_and_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match="there are no runs in"):
        RunFolder.find("suining", tmp_path / "runs")
    for name in ("suining_example-1a2b3c4d", "toytown-5e6f7a8b"):
        RunFolder.create(tmp_path / "runs" / name).write_json(MANIFEST, {})
    with pytest.raises(RunFolderError) as caught:
        RunFolder.find("suining_exampel", tmp_path / "runs")
    assert "did you mean 'suining_example-1a2b3c4d'? runs in" in str(caught.value)
    assert "toytown-5e6f7a8b" in str(caught.value) and "是否指" in caught.value.said_in("zh")
    for word in ("x" * 100_000, "x" * 900, "a\0b"):
        with pytest.raises((RunFolderError, OSError)) as refused:
            RunFolder.find(word, tmp_path / "runs")
        assert isinstance(refused.value, RunFolderError) and len(str(refused.value).encode()) < 2000


def test_find_takes_a_path_a_name_or_the_only_run_inside(tmp_path: Path) -> None:
    for name in ("first", "second"):
        RunFolder.create(tmp_path / "runs" / name).write_json(store.MANIFEST, {})
    assert RunFolder.find(tmp_path / "runs" / "first").path.name == "first"
    assert RunFolder.find("second", tmp_path / "runs").path.name == "second"
    with pytest.raises(RunFolderError, match="holds 2 runs"):
        RunFolder.find(tmp_path / "runs")
    RunFolder.create(tmp_path / "other" / "only").write_json(store.MANIFEST, {})
    assert RunFolder.find(tmp_path / "other", Path("results") / "runs").path.name == "only", "an absolute path"
    with pytest.raises(RunFolderError, match="no such run folder"):
        RunFolder.find(tmp_path / "nowhere")


def test_failures_are_one_json_object_a_line(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path)
    row = {"run_id": "x", "stage": "history", "error": "ValueError", "message": "第一行\n第二行"}
    folder.write_failures([row, row])
    lines = folder.file("failures.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == folder.read_failures() == [row, row]
