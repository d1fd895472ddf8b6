"""The run folder: the one place that knows the names inside it.

    manifest.json      versions, hashes, seeds, start, end, counts of runs and failures, machine, status
    config.yaml        the config with every default filled in
    design.parquet     one row per run
    parts/<first run>.parquet    long table of one run or several; its presence means that they are finished
    births/<first run>.parquet   births of the same runs from the branch month on, one row per birth (not of sweeps)
    series.parquet     all parts in one table, with unit and labels
    failures.jsonl     run_id, stage, error, message
    context.json       what a report needs and may not import
    checksums.txt      of all these but the config, as ``sha256sum`` checks them (``results.folder.checksums``)
    report.html, figures/*.svg, tables/*.csv, tables/tables.xlsx

    .lock, .holder       which process works on the folder (``results.folder.lock``)

Every file is written under a hidden name, flushed to disk and renamed, so a reader sees a whole file or none. What is
read is held against its checksum, so a file that was damaged is never taken for numbers.
"""

from __future__ import annotations

import difflib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.compute as pc

from results.folder.checksums import SUMS, Known, digest_of
from results.folder.guarded_files import MISSING, DamagedFileError, GuardedFiles
from results.folder.whole_files import RunFolderError as RunFolderError
from results.folder.whole_files import StoreError as StoreError
from results.folder.whole_files import clear_write_errors as clear_write_errors
from results.folder.whole_files import machine_name, set_aside
from results.folder.whole_files import write_whole as write_whole

MANIFEST, CONFIG, DESIGN = "manifest.json", "config.yaml", "design.parquet"
SERIES, FAILURES, CONTEXT, REPORT = "series.parquet", "failures.jsonl", "context.json", "report.html"
PARTS, BIRTHS, FIGURES, TABLES = "parts", "births", "figures", "tables"
WORKBOOK = "tables.xlsx"

ROW_COLUMNS = ["run_id", "scenario", "seed", "draw", "year", "month", "indicator", "group", "value"]
BIRTH_COLUMNS = ["mother_id", "mother_birth_month", "month", "order", "paid", "fifth", "hukou", "weight"]
"""``fifth``: income fifth 0 to 4 (-1 unknown); ``hukou``: 1 if the mother is registered in the city;
``weight``: births of the city that one simulated birth stands for."""
LONGEST_NAME, MOST_RUNS_LISTED = 255, 10
"""Bytes of the name of a file or folder, and how many runs are named where none was meant."""
FAILURE_KEYS = ("run_id", "stage", "error", "message")


class RunFolder(GuardedFiles):
    """One run folder: typed reading and whole-or-nothing writing of its files."""

    def __init__(self, path: Path | str) -> None:
        super().__init__(path)
        self.follows_browser = False
        """Whether the report opens in the language of its reader's browser, not always in the one it is written in."""
        self._checked: dict[str, tuple[object, list[str] | DamagedFileError]] = {}

    def is_guarded(self, name: str) -> bool:
        """All but what is made of them, and the config, which people may change."""
        return name in (MANIFEST, DESIGN, SERIES, FAILURES, CONTEXT) or name.startswith((f"{PARTS}/", f"{BIRTHS}/"))

    # ---- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path | str) -> RunFolder:
        """Make the folder (and its parents) and check that it can be written. Raises StoreError."""
        folder = cls(path)
        folder.make_folders()
        with clear_write_errors(folder.path):
            probe = folder.path / f".probe.{machine_name()}.{os.getpid()}.tmp"
            probe.write_bytes(b"0")
            probe.unlink()
        return folder

    def make_folders(self) -> None:
        """Make the folders of parts and births; a file in the place of one is set aside. Raises StoreError."""
        for name in (PARTS, BIRTHS):
            if (self.path / name).is_file():
                set_aside(self.path / name)
            with clear_write_errors(self.path):
                (self.path / name).mkdir(parents=True, exist_ok=True)

    @classmethod
    def find(cls, name: Path | str, runs: Path | str | None = None) -> RunFolder:
        """The run folder meant by ``name``: a path, an id under ``runs``, or a folder holding exactly one run.

        Raises RunFolderError when there is none, or when it is not clear which one.
        """
        if "\0" in str(name) or any(len(part.encode()) > LONGEST_NAME for part in Path(name).parts):
            short = f"{str(name)[:60]!r}..."
            raise RunFolderError(f"{short}: no such run folder", f"{short}：没有这个运行文件夹")
        under = [Path(runs) / str(name)] if runs is not None else []  # the same again for an absolute path
        candidates = list(dict.fromkeys([Path(name), *under]))
        for candidate in candidates:
            if candidate.name == MANIFEST and os.path.isfile(candidate):
                return cls(candidate.parent)
            if is_run_folder(candidate):
                return cls(candidate)
        inside = [p.parent for c in candidates if os.path.isdir(c) for p in sorted(c.glob(f"*/{MANIFEST}"))]
        if len(inside) == 1:
            return cls(inside[0])
        if inside:
            names = ", ".join(p.name for p in inside[:8])
            raise RunFolderError(
                f"{name}: holds {len(inside)} runs, name one of them: {names}",
                f"{name}：其中有 {len(inside)} 个运行，请指明其一：{names}",
            )
        en, zh = "no such run folder", "没有这个运行文件夹"
        if os.path.lexists(name):
            en, zh = "has no manifest.json, so it is not a run folder", "缺少 manifest.json，不是运行文件夹"
        if os.path.isdir(name) and not os.access(name, os.R_OK | os.X_OK):
            en, zh = "no permission to look into it", "没有进入该文件夹的权限"
        guess = _runs_like(Path(name).name, Path(runs)) if runs is not None else ("", "")
        raise RunFolderError(
            f"{name}: {en} (a run folder is the path that `cradle run` prints){guess[0]}",
            f"{name}：{zh}（运行文件夹即 `cradle run` 给出的路径）{guess[1]}",
        )

    def known_manifest(self) -> dict[str, Any]:
        """The manifest, or nothing where it is lost."""
        try:
            found = self.read_json(MANIFEST)
        except RunFolderError:
            return {}
        return found if isinstance(found, dict) else {}

    # ---- parts: runs that ended together ------------------------------------------------------------------------

    def write_part(self, runs: Sequence[tuple[str, pd.DataFrame, pd.DataFrame | None]]) -> None:
        """Keep runs (run_id, rows, births or None) in one file named by the first. The births go first: the part,
        written last, is what says that the runs are finished."""
        name = f"{runs[0][0]}.parquet"
        births = [log[BIRTH_COLUMNS].assign(run_id=run_id) for run_id, _, log in runs if log is not None]
        if births:
            self.write_table(pd.concat(births, ignore_index=True), BIRTHS, name)
        self.write_table(pd.concat([rows[ROW_COLUMNS] for _, rows, _ in runs], ignore_index=True), PARTS, name)

    def finished(self) -> set[str]:
        """Run ids in the parts that are whole, and whose births are."""
        return {run_id for runs in self._parts()[0].values() for run_id in runs}

    def broken_parts(self) -> list[DamagedFileError]:
        """Parts and files of births that are missing or damaged."""
        return self._parts()[1]

    def _parts(self) -> tuple[dict[str, list[str]], list[DamagedFileError]]:
        """Run ids in each whole part, and what is wrong with the others. A run in two parts counts in the first."""
        found: dict[str, list[str]] = {}
        broken, seen = [], set[str]()
        standing = {name for name in _names_in(self.path / PARTS) if name.endswith(".parquet") and name[0] != "."}
        known = self.sums.known()
        noted = {name.partition("/")[2] for name in known if name.startswith(f"{PARTS}/")}
        for name in sorted(standing | noted):
            ids = self._runs_in(name, known)
            if isinstance(ids, DamagedFileError):
                broken.append(ids)
            else:
                found[name] = [run_id for run_id in ids if run_id not in seen]
                seen.update(ids)
        return found, broken

    def _runs_in(self, part: str, known: Known) -> list[str] | DamagedFileError:
        """Runs in a part; looked at again only when something has changed, as a search asks for all its parts in every
        generation."""
        rows, births = f"{PARTS}/{part}", f"{BIRTHS}/{part}"
        sums = known.get(rows)
        state_of_births = _state(self.path / births) if sums is None or births in known else ()
        state = _state(self.path / rows), state_of_births, sums, known.get(births)
        if part not in self._checked or self._checked[part][0] != state:
            try:
                ids = self.read_arrow(PARTS, part, needs=ROW_COLUMNS, own=self._own(PARTS, part))["run_id"]
                if self._has_births(part):
                    self.read_arrow(BIRTHS, part, needs=[*BIRTH_COLUMNS, "run_id"], own=self._own(BIRTHS, part))
                self._checked[part] = state, [str(run_id) for run_id in ids.unique().to_pylist()]
            except DamagedFileError as error:
                self._checked[part] = state, error
        return self._checked[part][1]

    def _own(self, *names: str) -> list[str] | None:
        """Columns to take apart: of a file that its checksum vouches for the run ids will do, else all."""
        return ["run_id"] if "/".join(names) in self.sums.known() else None

    def _has_births(self, part: str) -> bool:
        """True if births were kept with a part; in folders without checksums the kind of the run tells."""
        known = self.sums.known()
        if f"{PARTS}/{part}" in known or f"{BIRTHS}/{part}" in known:
            return f"{BIRTHS}/{part}" in known
        return os.path.lexists(self.path / BIRTHS / part) or self._kind() == "scenario"

    def _kind(self) -> str:
        try:
            return str(self.read_json(CONTEXT).get("kind", "scenario"))
        except (RunFolderError, AttributeError):
            return ""

    def read_births(self, design: pd.DataFrame) -> pd.DataFrame:
        """Births of all finished runs of ``design``: run_id, scenario, seed and the columns of a births log."""
        frames = []
        for name, runs in self._parts()[0].items():
            if self._has_births(name):
                log = self.read_table(BIRTHS, name)
                frames.append(log[log["run_id"].isin(runs)])
        known = design[["run_id", "scenario", "seed"]].reset_index(drop=True)
        if not frames:
            return pd.DataFrame(columns=[*known.columns, *BIRTH_COLUMNS])
        births = pd.concat(frames, ignore_index=True).merge(known.assign(place=known.index), on="run_id")
        births = births.sort_values("place", kind="stable", ignore_index=True)
        return births[[*BIRTH_COLUMNS, *known.columns]]

    def merge(self, design: pd.DataFrame, indicators: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
        """Write ``series.parquet`` from the parts of ``design``, in design order, with unit and labels."""
        place = {run_id: number for number, run_id in enumerate(design["run_id"])}
        tables = []
        for name, runs in self._parts()[0].items():
            asked = place.keys() & set(runs)
            if asked:
                part = self.read_arrow(PARTS, name)
                tables.append(part.filter(pc.is_in(part["run_id"], pyarrow.array(sorted(asked)))))
        if not tables:
            failures = self.path / FAILURES
            raise RunFolderError(
                f"{self.path}: no run has finished, see {failures}", f"{self.path}：没有完成的运行，参见 {failures}"
            )
        series = pyarrow.concat_tables(tables, promote_options="permissive").to_pandas()
        order = series["run_id"].map(place).to_numpy().argsort(kind="stable")
        series = series.iloc[order].reset_index(drop=True)
        for column in ("unit", "label_en", "label_zh"):
            names = {name: card.get(column, "") for name, card in indicators.items()}
            series[column] = [names.get(name, "") for name in series["indicator"]]
        for column in ("run_id", "scenario", "indicator", "group", "unit", "label_en", "label_zh"):
            series[column] = series[column].astype("category")
        self.write_table(series, SERIES)
        return series

    def has_series(self) -> bool:
        return (self.path / SERIES).is_file()

    def merged(self) -> set[str]:
        """Run ids in the merged table; none where it is missing or damaged."""
        try:
            ids = self.read_arrow(SERIES, needs=ROW_COLUMNS, own=self._own(SERIES))["run_id"]
        except DamagedFileError:
            return set()
        return {str(run_id) for run_id in ids.unique().to_pylist()}

    # ---- mending ---------------------------------------------------------------------------------------------

    def mend(self) -> list[str]:
        """Set aside what cannot be used, so that it is made anew, and take every file that can into the list of
        checksums; returns the names set aside.

        Of a folder without checksums the merged table, which nothing vouches for, goes too. Raises RunFolderError for a
        file that may not be read, StoreError.
        """
        self.make_folders()
        if os.path.isdir(self.sums.path):
            set_aside(self.sums.path)
        if self.sums.exist():
            self.content(SUMS)
        aside = []
        for error in self.broken_parts():
            if error.is_locked:
                raise error
            part = self.path / PARTS / error.name.partition("/")[2]
            if os.path.lexists(part):
                set_aside(part)
            aside.append(error.name)
        if SERIES not in self.sums.known() or not self.merged():
            with clear_write_errors(self.path / SERIES):
                if self.has_series():
                    (self.path / SERIES).unlink()
        self.sums.keep(self._digests())
        return aside

    def _digests(self) -> dict[str, str]:
        """Checksums of the files that stand and can be used."""
        names = [MANIFEST, DESIGN, CONTEXT, FAILURES, SERIES]
        for part in self._parts()[0]:
            names += [f"{PARTS}/{part}", *([f"{BIRTHS}/{part}"] if self._has_births(part) else [])]
        found = {}
        for name in names:
            try:
                found[name] = digest_of(self.content(*name.split("/")))
            except DamagedFileError:
                continue  # it is made anew
        return found

    # ---- failures --------------------------------------------------------------------------------------------

    def write_failures(self, failures: list[dict[str, str]]) -> None:
        lines = [json.dumps({key: row[key] for key in FAILURE_KEYS}, ensure_ascii=False) for row in failures]
        self.write_text("".join(line + "\n" for line in lines), FAILURES)

    def read_failures(self) -> list[dict[str, str]]:
        try:
            lines = self.read_text(FAILURES).splitlines()
        except DamagedFileError as error:
            if error.what == MISSING and FAILURES not in self.sums.known():
                return []
            raise
        try:
            found = [json.loads(line) for line in lines if line.strip()]
            return [{key: str(row[key]) for key in FAILURE_KEYS} for row in found]
        except (ValueError, TypeError, KeyError, RecursionError):
            raise self.damaged(FAILURES, ("cannot be read", "无法读取")) from None

    def known_failures(self) -> list[dict[str, str]]:
        """The runs that failed, or none where their list is lost."""
        try:
            return self.read_failures()
        except RunFolderError:
            return []

    # ---- derived output --------------------------------------------------------------------------------------

    def clear_derived(self) -> None:
        """Remove figures and tables, so that a new report never stands beside an old figure."""
        with clear_write_errors(self.path):
            for name in (FIGURES, TABLES):
                if (self.path / name).is_file():
                    (self.path / name).unlink()
                shutil.rmtree(self.path / name, ignore_errors=True)
                (self.path / name).mkdir(parents=True, exist_ok=True)


def _runs_like(name: str, runs: Path) -> tuple[str, str]:
    """The run whose name is most like one that is none, and the others, in both languages; nothing where none is."""
    found = [path.parent for path in runs.glob(f"*/{MANIFEST}")]
    if not found:
        return f"; there are no runs in {runs}", f"；{runs} 中没有运行"
    names = [path.name for path in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)]
    near = max(names, key=lambda other: difflib.SequenceMatcher(None, name.lower(), other.lower()).ratio())
    listed, more = ", ".join(names[:MOST_RUNS_LISTED]), len(names) - MOST_RUNS_LISTED
    others = (f" and {more} more", f" 等 {len(names)} 个") if more > 0 else ("", "")
    return (
        f"; did you mean {near!r}? runs in {runs}, the newest first: {listed}{others[0]}",
        f"；是否指 {near!r}？{runs} 中的运行（由新到旧）：{listed}{others[1]}",
    )


def is_run_folder(path: Path) -> bool:
    """True for a folder with a manifest, or with so much of the rest that it can only have lost it."""
    rest = (CONFIG, DESIGN, CONTEXT, PARTS, SERIES, SUMS)
    return os.path.isfile(path / MANIFEST) or sum(os.path.lexists(path / name) for name in rest) >= 3


def _names_in(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _state(path: Path) -> tuple[int, ...]:
    """What changes when a file does."""
    try:
        now = os.stat(path)
    except OSError:
        return ()
    return now.st_mtime_ns, now.st_size, now.st_ino, now.st_mode
