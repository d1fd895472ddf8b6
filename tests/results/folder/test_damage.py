"""A report of a damaged run folder is refused in one message that names the file and what to do; nothing is written."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from results.folder.checksums import SUMS
from results.folder.damage import refuse_damage
from results.folder.store import CONTEXT, DESIGN, FAILURES, MANIFEST, SERIES, RunFolder, RunFolderError
from results.report import write_report
from tests.results.sample_run import write_sample_run

READ = (MANIFEST, CONTEXT, DESIGN, SERIES, FAILURES, "parts/voucher-1.parquet", "births/voucher-1.parquet")
Damage = Callable[[Path], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_sample_run(tmp_path_factory.mktemp("made") / "run", ["current_law", "voucher"], seeds=2)
    folder.write_failures([{"run_id": "x", "stage": "history", "error": "ValueError", "message": "no"}])
    folder.sums.tidy()
    return folder.path


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> RunFolder:
    """A folder of the test's own."""
    return RunFolder(shutil.copytree(made, tmp_path / "run"))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[random.Random(path.name).randrange(len(content))] ^= 4
    path.write_bytes(bytes(content))


def in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwritten(path: Path) -> None:
    path.write_bytes(b"text\n" * 50)


DAMAGES: dict[str, Damage] = {
    "missing": Path.unlink, "empty": emptied, "half": halved, "bits": flip, "text": overwritten,
    "a folder": in_its_place,
}  # fmt: skip


def refused(folder: RunFolder) -> str:
    """The message with which a report is refused; nothing stands there that did not before."""
    before = {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")}
    with pytest.raises(RunFolderError) as caught:
        write_report(folder)
    assert {path: path.stat().st_mtime_ns for path in folder.path.rglob("*")} == before
    said = str(caught.value), caught.value.said_in("zh")
    assert all(0 < len(text.encode()) < 2000 and "\n" not in text for text in said) and said[0] != said[1]
    return said[0]


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", READ)
def test_what_a_report_reads_is_named_when_it_is_broken(folder: RunFolder, name: str, damage: str) -> None:
    DAMAGES[damage](folder.file(name))
    said = refused(folder)
    assert f"{folder.path}: {name} " in said and f"`cradle resume {folder.path}` rebuilds" in said


@pytest.mark.parametrize("name", READ[:1] + READ[1:4] + READ[5:])
def test_every_flipped_bit_is_found(folder: RunFolder, name: str) -> None:
    whole = folder.file(name).read_bytes()
    chance, found = random.Random(20261129), 0
    for _ in range(40):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(whole))] ^= 1 << chance.randrange(8)
        folder.file(name).write_bytes(bytes(damaged))
        with pytest.raises(RunFolderError, match="is not as it was written"):
            refuse_damage(RunFolder(folder.path))
        found += 1
    folder.file(name).write_bytes(whole)
    refuse_damage(RunFolder(folder.path))
    assert found == 40


def test_without_the_list_of_checksums_a_page_still_tells_of_flipped_numbers(folder: RunFolder) -> None:
    folder.file(SUMS).unlink()
    path = folder.file("parts/voucher-1.parquet")
    numbers = pq.ParquetFile(path).metadata.row_group(0).column(8)
    assert numbers.path_in_schema == "value"
    whole, missed = path.read_bytes(), 0
    start = numbers.dictionary_page_offset or numbers.data_page_offset
    for place in range(start, start + numbers.total_compressed_size, numbers.total_compressed_size // 20):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(bytes(damaged))
        missed += not RunFolder(folder.path).broken_parts()
    assert missed == 0


def test_a_list_of_checksums_that_does_not_hold_every_file_is_named(folder: RunFolder) -> None:
    folder.write_json(MANIFEST, {**folder.read_json(MANIFEST), "checksums": "sha256"})
    lines = folder.file(SUMS).read_text().splitlines(keepends=True)
    without_series = [line for line in lines if SERIES not in line]
    folder.file(SUMS).write_text("".join(without_series))
    assert f"{SUMS} lacks 1 of 8 files" in refused(folder)
    in_its_place(folder.file(SUMS))
    assert f"{SUMS} is a folder" in refused(folder)
    folder.file(SUMS).rmdir()
    assert f"{SUMS} is missing" in refused(folder)


def test_many_broken_files_are_counted_and_the_first_named(folder: RunFolder) -> None:
    for path in (folder.path / "parts").iterdir():
        path.unlink()
    for path in (folder.path / "births").iterdir():
        emptied(path)
    folder.file(MANIFEST).unlink()
    said = refused(folder)
    assert "manifest.json is missing; parts/current_law-1.parquet is missing" in said


def test_files_that_do_not_fit_each_other_are_named(folder: RunFolder) -> None:
    design = folder.read_table(DESIGN)
    folder.write_table(design.iloc[1:], DESIGN)
    assert f"{DESIGN} has 3 runs of 4" in refused(folder)
    folder.write_table(design, DESIGN)
    folder.write_table(folder.read_table(SERIES).query("run_id != 'voucher-2'"), SERIES)
    assert f"{SERIES} does not hold every finished run" in refused(folder)


def without_checksums(folder: RunFolder) -> None:
    """As an older version left it."""
    folder.file(SUMS).unlink()


def test_a_folder_of_an_older_version_opens(folder: RunFolder, without_figures: None) -> None:
    without_checksums(folder)
    assert write_report(folder).is_file()


@pytest.mark.parametrize("name", [f"parts/{n}.parquet" for n in ("voucher-1",)] + ["births/voucher-1.parquet"])
def test_there_a_lost_part_or_lost_births_are_named(folder: RunFolder, name: str) -> None:
    without_checksums(folder)
    folder.file(name).unlink()
    assert ("lacks the finished runs voucher-1" if name.startswith("parts") else f"{name} is missing") in refused(
        folder
    )


@pytest.mark.parametrize(
    ("name", "held", "expected"),
    [
        (MANIFEST, {}, "manifest.json cannot be used (runs: Field required)"),
        (MANIFEST, {"runs": {"asked": "many", "finished": 4}}, "runs.asked: Input should be a valid integer"),
        (CONTEXT, [], "context.json cannot be used (all: Input should be a valid dictionary"),
        (CONTEXT, {"title": "Runs"}, "title: Input should be a valid dictionary"),
    ],
)
def test_there_a_file_of_another_form_is_named(folder: RunFolder, name: str, held: object, expected: str) -> None:
    without_checksums(folder)
    folder.file(name).write_text(json.dumps(held))
    assert expected in refused(folder)


def test_there_what_no_check_foresaw_is_no_fault_of_cradle(folder: RunFolder) -> None:
    without_checksums(folder)
    context = folder.read_json(CONTEXT)
    folder.file(CONTEXT).write_text(json.dumps({**context, "levers": 5}))
    assert "which is damaged or of another version of Cradle" in refused(folder)


def test_there_a_table_without_a_column_is_named(folder: RunFolder) -> None:
    without_checksums(folder)
    for name, column in ((SERIES, "value"), ("births/voucher-1.parquet", "order")):
        table = pd.read_parquet(folder.file(name))
        table.drop(columns=column).to_parquet(folder.file(name))
        assert f"{name} lacks columns: {column}" in refused(folder)


def test_how_far_a_run_is_that_has_no_results_yet(folder: RunFolder) -> None:
    folder.file(SERIES).unlink()
    manifest = folder.read_json(MANIFEST)
    stopped = {"when": "2026-11-29 15:02:11 +0000", "finished": 3, "asked": 4}
    folder.write_json(MANIFEST, {**manifest, "status": "interrupted", "interrupted": stopped})
    assert "was interrupted on 2026-11-29 15:02:11 +0000 with 3 of 4 runs done; continue with: cradle" in refused(
        folder
    )
    folder.write_json(MANIFEST, {**manifest, "status": "started"})
    assert "has not ended: it is still going on, or was killed" in refused(folder)
