"""The run folder: the one place that knows the names inside it.

    manifest.json      versions, hashes, seeds, start, end, counts of runs and failures, machine, status
    config.yaml        the config with every default filled in
    design.parquet     one row per run
    parts/<first run>.parquet    long table of one run or several; its presence means that they are finished
    births/<first run>.parquet   births of the same runs from the branch month on, one row per birth (not of sweeps)
    series.parquet     all parts in one table, with unit and labels
    failures.jsonl     run_id, stage, error, message
    context.json       what a report needs and may not import
    report.html, figures/*.svg, tables/*.csv, tables/tables.xlsx

    .lock, .holder       which process works on the folder (``results.folder_lock``)

Every file is written under a hidden name, flushed to disk and renamed, so a reader sees a whole file or none.
"""

from __future__ import annotations

import difflib
import errno
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.compute as pc
import pyarrow.lib
import pyarrow.parquet as pq

from results.excel import safe_for_excel

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


class RunFolderError(ValueError):
    """The folder named by the user is not a run folder, or not one that fits; the message says what to do."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh or en

    def said_in(self, lang: str) -> str:
        """The message in a language."""
        return self.zh if lang == "zh" else str(self)


class StoreError(OSError):
    """The run folder cannot be written (disk full, no permission, read-only); the message names the folder."""

    def __init__(self, en: str, zh: str = "") -> None:
        super().__init__(en)
        self.zh = zh or en

    def said_in(self, lang: str) -> str:
        """The message in a language."""
        return self.zh if lang == "zh" else str(self)


_ADVICE = {
    errno.ENOSPC: ("the disk is full", "磁盘已满"),
    errno.EDQUOT: ("the disk quota is used up", "磁盘配额已用完"),
    errno.EACCES: ("no permission to write here", "没有写入权限"),
    errno.EPERM: ("no permission to write here", "没有写入权限"),
    errno.EROFS: ("this disk is read-only", "磁盘为只读"),
    errno.ENOTDIR: ("a part of the path is a file, not a folder", "路径中有一段是文件而非文件夹"),
    errno.EEXIST: ("a file of that name is in the way", "已有同名文件"),
}


@contextmanager
def clear_write_errors(path: Path) -> Iterator[None]:
    """Turn an operating-system error on writing ``path`` into one clear StoreError."""
    try:
        yield
    except (OSError, pyarrow.lib.ArrowException) as error:
        if isinstance(error, StoreError):
            raise
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            short = f"{str(path)[:60]}..."
            raise RunFolderError(f"{short}: the name is too long", f"{short}：名称过长") from None
        en, zh = _ADVICE.get(getattr(error, "errno", None) or 0, (str(error), str(error)))
        raise StoreError(f"cannot write {path}: {en}", f"无法写入 {path}：{zh}") from error


def write_whole(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file so that it is there whole or not at all.

    ``write`` gets a hidden name beside ``path``; what it wrote is flushed to disk and renamed. Raises StoreError.
    """
    hidden = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    with clear_write_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            write(hidden)
            with open(hidden, "rb+") as handle:
                os.fsync(handle.fileno())
            os.replace(hidden, path)
            _sync_folder(path.parent)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise


def _sync_folder(folder: Path) -> None:
    """Flush a folder's entries, so that a rename survives a power cut (where the system allows it)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _text_writer(text: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return write


class RunFolder:
    """One run folder: typed reading and whole-or-nothing writing of its files."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.follows_browser = False
        """Whether the report opens in the language of its reader's browser, not always in the one it is written in."""

    # ---- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path | str) -> RunFolder:
        """Make the folder (and its parents) and check that it can be written. Raises StoreError."""
        folder = cls(path)
        with clear_write_errors(folder.path):
            (folder.path / PARTS).mkdir(parents=True, exist_ok=True)
            (folder.path / BIRTHS).mkdir(exist_ok=True)
            probe = folder.path / f".probe.{os.getpid()}.tmp"
            probe.write_bytes(b"0")
            probe.unlink()
        return folder

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
            if candidate.name == MANIFEST and candidate.is_file():
                return cls(candidate.parent)
            if (candidate / MANIFEST).is_file():
                return cls(candidate)
        inside = [p.parent for c in candidates if c.is_dir() for p in sorted(c.glob(f"*/{MANIFEST}"))]
        if len(inside) == 1:
            return cls(inside[0])
        if inside:
            names = ", ".join(p.name for p in inside[:8])
            raise RunFolderError(
                f"{name}: holds {len(inside)} runs, name one of them: {names}",
                f"{name}：其中有 {len(inside)} 个运行，请指明其一：{names}",
            )
        en, zh = "no such run folder", "没有这个运行文件夹"
        if Path(name).exists():
            en, zh = "has no manifest.json, so it is not a run folder", "缺少 manifest.json，不是运行文件夹"
        guess = _runs_like(Path(name).name, Path(runs)) if runs is not None else ("", "")
        raise RunFolderError(
            f"{name}: {en} (a run folder is the path that `cradle run` prints){guess[0]}",
            f"{name}：{zh}（运行文件夹即 `cradle run` 给出的路径）{guess[1]}",
        )

    def exists(self) -> bool:
        return (self.path / MANIFEST).is_file()

    def file(self, *names: str) -> Path:
        return self.path.joinpath(*names)

    # ---- small files -----------------------------------------------------------------------------------------

    def write_json(self, name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False, default=_plain)
        write_whole(self.path / name, _text_writer(text + "\n"))

    def read_json(self, name: str) -> Any:
        return json.loads(self._existing(name).read_text(encoding="utf-8"))

    def write_text(self, text: str, *names: str) -> Path:
        target = self.path.joinpath(*names)
        write_whole(target, _text_writer(text))
        return target

    def write_with(self, write: Callable[[Path], None], *names: str) -> Path:
        """Write a file with a function that is given the path to write to."""
        target = self.path.joinpath(*names)
        write_whole(target, write)
        return target

    def read_text(self, *names: str) -> str:
        return self._existing(*names).read_text(encoding="utf-8")

    def _existing(self, *names: str) -> Path:
        path = self.path.joinpath(*names)
        if not path.is_file():
            file, again = "/".join(names), f"`cradle resume {self.path}`"
            raise RunFolderError(
                f"{self.path}: {file} is missing; {again} rebuilds it",
                f"{self.path}：缺少 {file}；用 {again} 可重新生成",
            )
        return path

    # ---- tables ----------------------------------------------------------------------------------------------

    def write_table(self, table: pd.DataFrame, *names: str) -> Path:
        target = self.path.joinpath(*names)
        if target.suffix == ".csv":
            safe = safe_for_excel(table)
            write_whole(target, lambda hidden: safe.to_csv(hidden, index=False, encoding="utf-8-sig"))
        else:
            write_whole(target, lambda hidden: table.to_parquet(hidden, index=False, compression="zstd"))
        return target

    def read_table(self, *names: str) -> pd.DataFrame:
        return pd.read_parquet(self._existing(*names))

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
        """Run ids in the parts that can be read; a part that cannot is set aside as ``<name>.unreadable``."""
        return {run_id for runs in self._runs_by_part().values() for run_id in runs}

    def _runs_by_part(self) -> dict[str, list[str]]:
        """Run ids in each part. A run that stands in two parts counts in the first alone."""
        found: dict[str, list[str]] = {}
        seen: set[str] = set()
        for path in sorted((self.path / PARTS).glob("*.parquet")):
            try:
                ids = _run_ids(path, path.stat().st_mtime_ns)
            except (OSError, ValueError, pyarrow.lib.ArrowException):
                os.replace(path, path.with_suffix(".unreadable"))
                continue
            found[path.name] = [run_id for run_id in ids if run_id not in seen]
            seen.update(ids)
        return found

    def read_births(self, design: pd.DataFrame) -> pd.DataFrame:
        """Births of all finished runs of ``design``: run_id, scenario, seed and the columns of a births log."""
        frames = []
        for name, runs in self._runs_by_part().items():
            path = self.path / BIRTHS / name
            if path.is_file():
                log = pd.read_parquet(path)
                frames.append(log[log["run_id"].isin(runs)])
        known = design[["run_id", "scenario", "seed"]].reset_index(drop=True)
        if not frames:
            return pd.DataFrame(columns=[*known.columns, *BIRTH_COLUMNS])
        births = pd.concat(frames, ignore_index=True).merge(known.assign(place=known.index), on="run_id")
        births = births.sort_values("place", kind="stable", ignore_index=True)
        return births[[*BIRTH_COLUMNS, *known.columns]]

    def merge(self, design: pd.DataFrame, indicators: dict[str, dict[str, str]]) -> pd.DataFrame:
        """Write ``series.parquet`` from the parts of ``design``, in design order, with unit and labels."""
        place = {run_id: number for number, run_id in enumerate(design["run_id"])}
        tables = []
        for name, runs in self._runs_by_part().items():
            asked = place.keys() & set(runs)
            if asked:
                part = pq.read_table(self.path / PARTS / name)
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

    # ---- failures --------------------------------------------------------------------------------------------

    def write_failures(self, failures: list[dict[str, str]]) -> None:
        lines = [json.dumps({key: row[key] for key in FAILURE_KEYS}, ensure_ascii=False) for row in failures]
        self.write_text("".join(line + "\n" for line in lines), FAILURES)

    def read_failures(self) -> list[dict[str, str]]:
        path = self.path / FAILURES
        if not path.is_file():
            return []
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

    # ---- derived output --------------------------------------------------------------------------------------

    def clear_derived(self) -> None:
        """Remove figures and tables, so that a new report never stands beside an old figure."""
        with clear_write_errors(self.path):
            for name in (FIGURES, TABLES):
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


def _plain(value: Any) -> Any:
    """numpy numbers and paths as plain JSON."""
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


@lru_cache(maxsize=100_000)
def _run_ids(part: Path, _changed_ns: int) -> list[str]:
    """Runs in a part. A part is never written twice, and a search asks for all its parts in every generation."""
    ids = pq.read_table(part, columns=["run_id"])["run_id"]
    return [str(run_id) for run_id in ids.unique().to_pylist()]
