"""What is broken in a run folder is rebuilt by ``resume``, lost runs are done again, and the tables are the same."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml

from experiments.run.progress import LineReporter
from experiments.run.resume import study_of, take_up
from experiments.run.runner import execute, start_run
from experiments.study.study import read_study
from policies.errors import InputError
from results.folder.checksums import SUMS
from results.folder.damage import damages
from results.folder.store import CONFIG, CONTEXT, DESIGN, FAILURES, MANIFEST, SERIES, RunFolder, RunFolderError
from tests.experiments.conftest import STUDY, WRITTEN
from tests.results.folder.test_damage import DAMAGES

KINDS = {"scenario": WRITTEN, "sobol": STUDY}
FILES = (MANIFEST, DESIGN, CONTEXT, SERIES, FAILURES, SUMS, CONFIG, "part", "births")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """A finished run of each kind, on the stand-in for the model."""
    from tests.experiments.fake_model import FakeModel

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("experiments.run.seed_task.FamilyModel", FakeModel)
        place = tmp_path_factory.mktemp("made")
        patched.setattr("experiments.run.saved_histories.histories_folder", lambda: place / "histories")
        found = {}
        for kind, config in KINDS.items():
            path = place / f"{kind}.yaml"
            path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
            study = read_study(path)
            folder, design = start_run(study, place / "runs")
            assert execute(study, folder, design, LineReporter()) == []
            found[kind] = folder.path
        yield found


@pytest.fixture
def copied(made: dict[str, Path], tmp_path: Path, fake_model: None) -> Callable[[str], RunFolder]:
    """A run folder of the test's own."""
    return lambda kind: RunFolder(shutil.copytree(made[kind], tmp_path / "run"))


def resumed(folder: RunFolder) -> tuple[RunFolder, list[str]]:
    """The folder after ``resume``, and the runs that were done again."""
    before = RunFolder(folder.path).finished()
    folder = RunFolder(folder.path)
    study = study_of(folder)
    design = take_up(folder, study)
    kept = folder.finished()
    assert execute(study, folder, design, LineReporter()) == []
    assert before >= kept
    return folder, sorted(set(design["run_id"]) - kept)


def path_of(folder: RunFolder, name: str) -> Path:
    """The file of that name; of parts and births the first."""
    return (
        min(folder.file("parts" if name == "part" else name).iterdir())
        if name in ("part", "births")
        else folder.file(name)
    )


def assert_whole(folder: RunFolder, like: Path) -> None:
    """Nothing is broken, the tables are those of the run that was never damaged, and every checksum is right."""
    assert list(damages(RunFolder(folder.path))) == []
    pd.testing.assert_frame_equal(folder.read_table(SERIES), pd.read_parquet(like / SERIES))
    design = folder.read_table(DESIGN)
    pd.testing.assert_frame_equal(folder.read_births(design), RunFolder(like).read_births(design))
    done = subprocess.run(["sha256sum", "--quiet", "-c", SUMS], cwd=folder.path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


CASES = [
    (kind, name, how) for kind in KINDS for name in FILES for how in DAMAGES if (kind, name) != ("sobol", "births")
]


@pytest.mark.parametrize(("kind", "name", "how"), CASES)
def test_whatever_is_damaged_comes_back(
    copied: Callable[[str], RunFolder], made: dict[str, Path], kind: str, name: str, how: str
) -> None:
    folder = copied(kind)
    if path_of(folder, name).stat().st_size == 0:
        return  # no failures: nothing to damage
    DAMAGES[how](path_of(folder, name))
    folder, again = resumed(folder)
    if name == SUMS and how == "bits":  # a bit may turn a part's digest into another, which speaks against the part
        assert len(again) <= 1
    else:
        assert len(again) == (name in ("part", "births"))
    assert_whole(folder, made[kind])


def test_all_parts_lost_are_lived_anew(copied: Callable[[str], RunFolder], made: dict[str, Path]) -> None:
    folder = copied("scenario")
    shutil.rmtree(folder.file("parts"))
    folder.file("parts").write_text("a file")
    folder, again = resumed(folder)
    assert len(again) == 4
    assert_whole(folder, made["scenario"])


def test_a_folder_of_an_older_version_gets_its_checksums(
    copied: Callable[[str], RunFolder], made: dict[str, Path]
) -> None:
    folder = copied("scenario")
    folder.file(SUMS).unlink()
    manifest = json.loads(folder.file(MANIFEST).read_text())
    del manifest["checksums"], manifest["config"]
    folder.file(MANIFEST).write_text(json.dumps(manifest))
    folder, again = resumed(folder)
    assert again == []
    assert_whole(folder, made["scenario"])


def test_a_config_that_was_changed_is_said_to_be_and_the_first_one_is_kept(
    copied: Callable[[str], RunFolder], made: dict[str, Path]
) -> None:
    folder = copied("scenario")
    text = folder.read_text(CONFIG)
    folder.write_text(text.replace("seeds: 2", "seeds: 3"), CONFIG)
    with pytest.raises(InputError, match=r"config\.yaml is not the config with which this run began; delete it"):
        resumed(folder)
    folder.file(CONFIG).unlink()
    folder, again = resumed(folder)
    assert again == [] and folder.read_text(CONFIG) == text
    folder.write_text(text.replace("en: Vouchers", "en: Other words"), CONFIG)
    folder, _ = resumed(folder)
    assert folder.read_json(CONTEXT)["title"]["en"] == "Other words", "words may change"


def test_a_config_that_is_nowhere_is_said_to_be(copied: Callable[[str], RunFolder]) -> None:
    folder = copied("scenario")
    folder.file(CONFIG).unlink()
    folder.file(MANIFEST).unlink()
    assert RunFolder.find(folder.path).path == folder.path, "the rest says that it is a run folder"
    with pytest.raises(InputError, match="cannot be taken up"):
        resumed(folder)


def test_a_part_that_may_not_be_read_is_not_taken_for_lost(
    copied: Callable[[str], RunFolder], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied("scenario")
    part, read = path_of(folder, "part"), Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == part.name:
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(RunFolderError, match="no permission to read it; make it readable"):
        resumed(folder)
    assert part.is_file()
