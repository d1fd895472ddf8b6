"""The readers of what people write, each with valid files to damage, and what an answer of theirs must be."""

from __future__ import annotations

import functools
import random
import shutil
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

import abm.core.parameters
from abm.city.loading import load_city
from abm.city.pack.make import make_pack
from abm.city.pack.reading import read_given
from calibration.backtests.files import read_backtests
from calibration.fit.fit_file import read_fit_file
from calibration.targets.read import read_figures, read_kinds
from experiments.context.fit_tables import read_fit
from experiments.study.equal_cost_bounds import narrowed_to_equal_cost, with_a_cost
from experiments.study.factors import Factor, read_factors
from experiments.study.fitted_draws import fitted_draws
from experiments.study.kinds.sobol import SobolConfig
from experiments.study.study import read_study
from policies.catalogue import load_catalogue
from policies.citations import load_evidence
from policies.clock import month_index
from policies.errors import InputError
from policies.packages import load_package
from policies.timeline import timeline_for
from policies.validation import read_yaml
from results.folder.store import RunFolderError
from tests.fuzz.binaries import made_files, of_binaries, read_cache
from tests.fuzz.mutations import Mutation, of_yaml
from tests.fuzz.parquet import of_parquet
from tests.fuzz.run_folders import damaged_of_run, files_of_run, report_of_run
from tests.fuzz.tables import of_tables

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "experiments" / "configs"
MOST_BYTES = 2000
"""Longest answer."""


@dataclass(frozen=True)
class Reader:
    """Files that are copied into a folder of their own, those of them that are damaged, and how they are read.

    ``lenient`` are kinds of damage after which a file may still be right, because a text stands where the damage is.
    ``strict``: no file is right after any.
    """

    name: str
    files: dict[str, Path]
    damaged: tuple[str, ...]
    read: Callable[[Path], object]
    lenient: frozenset[str] = field(default_factory=frozenset)
    slow: bool = False
    strict: bool = False

    def place(self, folder: Path) -> None:
        """Put the files, undamaged, into a folder."""
        for name, source in self.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def folder_of(source: Path, name: str, *patterns: str) -> dict[str, Path]:
    """The files of a folder under another name."""
    return {f"{name}/{path.name}": path for pattern in patterns for path in sorted(source.glob(pattern))}


def _config(name: str) -> Reader:
    source = CONFIGS / f"{name}.yaml"
    return _one(f"config {name}", source, read_study)


def _package(path: Path) -> Reader:
    def read(folder: Path) -> object:
        return load_package(folder / path.name, load_catalogue())

    return Reader(f"package {path.stem}", {path.name: path}, (path.name,), read, frozenset({"dates"}))


def _one(name: str, source: Path, read: Callable[[Path], object], *lenient: str, slow: bool = False) -> Reader:
    """A reader of one file."""
    return Reader(
        name, {source.name: source}, (source.name,), lambda folder: read(folder / source.name), frozenset(lenient), slow
    )


def _several(
    name: str, files: dict[str, Path], damaged: str, read: Callable[[Path], object], *lenient: str, slow: bool = False
) -> Reader:
    """A reader of several files, of which those that ``damaged`` fits are damaged."""
    return Reader(
        name, files, tuple(sorted(file for file in files if Path(file).match(damaged))), read, frozenset(lenient), slow
    )


@functools.cache
def _factors() -> tuple[Factor, ...]:
    """The measures of a study at equal cost, at their plausible doses."""
    written = SobolConfig.model_validate(read_yaml(CONFIGS / "sobol/suining_twelve.yaml")).factors
    catalogue, problems = load_catalogue(), list[str]()
    law = timeline_for(catalogue).at(month_index("2026-01"))
    factors = read_factors(written, catalogue, abm.core.parameters.Parameters.load(), law, problems)
    return with_a_cost(tuple(f for f in factors if not f.free_fields(catalogue)), catalogue, True, problems)


def _equal_cost(path: Path) -> object:
    return narrowed_to_equal_cost(_factors(), path, path.name, "suining")


def readers() -> list[Reader]:
    """Every reader of what people write."""
    fitted, figures = ROOT / "calibration/fitted/suining", ROOT / "calibration/targets/cities/suining"
    town = folder_of(ROOT / "abm/cities/toytown", "toytown", "*.csv", "*.yaml")
    given = folder_of(ROOT / "docs/examples/rivertown", "rivertown", "*.csv", "city.yaml")
    evidence = folder_of(ROOT / "policies/evidence", "evidence", "*.csv")
    levers = folder_of(ROOT / "policies/levers", "levers", "ch*.yaml") | evidence
    texts = ("dates", "ranges", "sizes", "structure")
    kinds = (
        "scenario/toytown_quick",
        "scenario/interactions",
        "sweep/toytown_grid",
        "sweep/toytown_hypercube",
        "sobol/toytown_quick",
        "forecast/toytown_quick",
        "optimise/toytown_quick",
    )
    return [
        *(_config(name) for name in kinds),
        *(
            _package(ROOT / f"policies/packages/{name}.yaml")
            for name in ("suining-plan", "no-policy-2015", "all-childcare")
        ),
        _one("fit", ROOT / "calibration/configs/suining.yaml", read_fit_file),
        _one("parameters", ROOT / "abm/parameters_founding.yaml", abm.core.parameters._read.__wrapped__),
        _one("targets", ROOT / "calibration/targets/targets.yaml", read_kinds, "dates", slow=True),
        _one("back-tests", ROOT / "calibration/backtests/backtests.yaml", _read_backtests, "dates", slow=True),
        _one("equal-cost table", CONFIGS / "sobol/equal_cost_bounds.csv", _equal_cost, *texts),
        _several("levers", levers, "levers/*", load_catalogue, "dates"),
        _several("evidence", evidence, "evidence/*", lambda folder: load_evidence(folder / "evidence"), *texts),
        _several(
            "figures", folder_of(figures, "suining", "*.csv"), "suining/*", lambda f: read_figures("suining", f), *texts
        ),
        _several(
            "draws of a fit", folder_of(fitted, "suining", "*.csv"), "suining/posterior.csv", _read_draws, "structure"
        ),
        _several("tables of a fit", folder_of(fitted, "fit", "*.csv", "fit.yaml"), "fit/*", _read_fit, *texts),
        _several("city", town, "toytown/*", lambda folder: load_city(folder / "toytown"), *texts, slow=True),
        _several("tables of an office", given, "rivertown/*", lambda folder: read_given(folder / "rivertown"), *texts),
        _several("city pack", given, "rivertown/*", _make_pack, *texts, slow=True),
        Reader("cache", made_files(), tuple(made_files()), read_cache),
        Reader("run folder", files_of_run(True), damaged_of_run(), report_of_run, strict=True),
        Reader(
            "run folder of an older version",
            files_of_run(False),
            damaged_of_run(),
            report_of_run,
            frozenset({*texts, "encoding"}),
            slow=True,
        ),
    ]


def _read_backtests(path: Path) -> object:
    return read_backtests(load_catalogue().evidence, path)


def _read_draws(folder: Path) -> object:
    return fitted_draws("suining", abm.core.parameters.Parameters.load(), folder=folder)


def _read_fit(folder: Path) -> object:
    return read_fit(folder / "fit")


def _make_pack(folder: Path) -> object:
    try:
        return make_pack(folder / "rivertown", folder / "made")
    finally:
        if (folder / "made").is_dir() and any((folder / "made" / "rivertown").glob("*")):
            shutil.rmtree(folder / "made")


def mutations_of(file: str) -> list[Mutation]:
    """The mutations for a file of this name."""
    if file in made_files():
        return list(of_binaries())
    if file.endswith(".parquet"):
        return list(of_parquet())
    return list(of_yaml() if file.endswith((".yaml", ".json")) else of_tables())


@dataclass(frozen=True)
class Answer:
    """What came of one damaged file: refused, accepted, or broken (what no answer may be), and what was said."""

    reader: str
    file: str
    mutation: Mutation
    seed: str
    how: str
    said: str

    def line(self) -> str:
        """The answer in a line."""
        damage = f"{self.mutation.kind}, {self.mutation.name} ({self.seed})"
        return f"{self.reader}: {self.file}: {damage}: {self.how}: {self.said[:600]}"


@contextmanager
def cities_kept() -> Iterator[None]:
    """Cities that ship are read once, for speed."""
    kept = functools.cache(load_city)
    with patch("experiments.study.study.load_city", kept), patch("calibration.fit.fit_file.load_city", kept):
        yield


def answer(reader: Reader, file: str, mutation: Mutation, seed: str, folder: Path) -> Answer | None:
    """What a reader says of a damaged file in a folder where all are whole; None where the damage has no place."""
    whole = reader.files[file].read_bytes()
    damaged = mutation.apply(whole, random.Random(seed))
    if damaged is None or damaged == whole:
        return None
    (folder / file).write_bytes(damaged)
    before = _standing(folder)
    how, said = _asked(reader, folder)
    wrong = reader.strict or (mutation.must_fail and mutation.kind not in reader.lenient)
    if how == "accepted" and wrong:
        how = "broken: accepted"
    if _standing(folder) != before:
        how, said = "broken: something is left behind", said
    (folder / file).write_bytes(whole)
    return Answer(reader.name, file, mutation, seed, how, said)


def _asked(reader: Reader, folder: Path) -> tuple[str, str]:
    try:
        reader.read(folder)
    except (InputError, RunFolderError) as error:
        said = max(str(error), getattr(error, "zh", ""), key=lambda text: len(text.encode()))
        if len(said.encode()) > MOST_BYTES or "Traceback" in said or not said.strip():
            return f"broken: {len(said.encode())} bytes", said
        return "refused", said
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        place = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-6:]))
        return "broken: a traceback", f"{type(error).__name__}: {str(error)[:200]} at {place}"
    return "accepted", ""


def _standing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
