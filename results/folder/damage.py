"""What is broken in a run folder, said in one message before a report is made of it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from results.folder.checksums import SUMS
from results.folder.guarded_files import DamagedFileError, Said
from results.folder.store import (
    CONTEXT,
    DESIGN,
    FAILURES,
    MANIFEST,
    PARTS,
    ROW_COLUMNS,
    SERIES,
    RunFolder,
    RunFolderError,
    StoreError,
)

DESIGN_COLUMNS = ["run_id", "scenario", "seed", "draw"]
MOST_NAMED = 6
"""Broken files and lost runs that are named; of more the number is said."""
DISTRIBUTION = "cradle-abm"
STARTED, INTERRUPTED = "started", "interrupted"
"""What a manifest says of a run that has not ended."""


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="allow")


class _Runs(_Lenient):
    asked: int
    finished: int


class Manifest(_Lenient):
    """What reports read of a manifest."""

    runs: _Runs
    versions: dict[str, str]
    source_hash: str
    data_hash: str
    config_hash: str


class Context(_Lenient):
    """What reports of every kind read of ``context.json``."""

    title: dict[str, str]
    baseline: str
    start: str
    branch: str
    end: str
    scenarios: list[dict[str, Any]]
    indicators: dict[str, dict[str, Any]]


def refuse_damage(folder: RunFolder) -> None:
    """Raise RunFolderError that names what is broken in a run folder, or how far a run is that has no result yet."""
    if not folder.has_series() and (said := unfinished_words(folder)):
        raise RunFolderError(*said)
    broken = list(damages(folder))
    if not broken:
        return
    told = [f"{error.name} {error.what[0]}" for error in broken], [f"{error.name} {error.what[1]}" for error in broken]
    if all(error.is_locked for error in broken):
        remedy = "make this readable and try again", "请先使其可读，然后重试"
    else:
        remedy = (
            f"`cradle resume {folder.path}` rebuilds what can be rebuilt and runs anew what is lost",
            f"用 `cradle resume {folder.path}` 可重新生成能够重建的文件，并重新运行丢失的部分",
        )
    raise RunFolderError(
        f"{folder.path}: {_listed(told[0], '; ', ' and {} more')}; {remedy[0]}",
        f"{folder.path}：{_listed(told[1], '；', ' 等 {} 处')}；{remedy[1]}",
    )


def damages(folder: RunFolder) -> Iterator[DamagedFileError]:
    """Every file that a report reads and that is missing, damaged or does not fit the others."""
    whole: dict[str, Any] = {}
    for name, model in ((MANIFEST, Manifest), (CONTEXT, Context)):
        try:
            whole[name] = folder.read_json(name)
            model.model_validate(whole[name])
        except DamagedFileError as error:
            yield error
        except ValidationError as error:
            del whole[name]
            yield folder.damaged(name, _not_understood(error))
    try:
        folder.read_failures()
    except DamagedFileError as error:
        yield error
    for name, needs in ((DESIGN, DESIGN_COLUMNS), (SERIES, ROW_COLUMNS)):
        try:
            whole[name] = folder.read_table(name, needs=needs)
        except DamagedFileError as error:
            yield error
    broken = folder.broken_parts()
    yield from broken
    if not broken and len(whole) == 4:
        yield from _inconsistent(folder, whole)


def _inconsistent(folder: RunFolder, whole: dict[str, Any]) -> Iterator[DamagedFileError]:
    """Whole files that do not belong together."""
    manifest, series = whole[MANIFEST], whole[SERIES]
    asked, finished = list(whole[DESIGN]["run_id"].astype(str)), folder.finished()
    # A search that was killed had asked for more than its manifest says.
    if len(asked) != manifest["runs"]["asked"] and manifest.get("status") != STARTED:
        many = manifest["runs"]["asked"]
        yield folder.damaged(DESIGN, (f"has {len(asked)} runs of {many}", f"只有 {many} 个运行中的 {len(asked)} 个"))
    failed = {row["run_id"] for row in folder.read_failures()}
    lost = [run_id for run_id in asked if run_id not in finished and run_id not in failed]
    if len(finished.intersection(asked)) < manifest["runs"]["finished"]:
        names = _listed(lost, ", ", " and {} more"), _listed(lost, "、", " 等 {1} 个")
        yield folder.damaged(PARTS, (f"lacks the finished runs {names[0]}", f"缺少已完成的运行 {names[1]}"))
    if not finished.intersection(asked) <= set(series["run_id"].astype(str)):
        yield folder.damaged(SERIES, ("does not hold every finished run", "未包含全部已完成的运行"))
    yield from _sums_damaged(folder, manifest)


def _sums_damaged(folder: RunFolder, manifest: Any) -> Iterator[DamagedFileError]:
    """The list of checksums, where there was one and it does not vouch for every file."""
    if not folder.sums.exist() and "checksums" not in manifest:
        return
    try:
        folder.content(SUMS)
    except DamagedFileError as error:
        yield error
        return
    names = [MANIFEST, CONTEXT, DESIGN, SERIES, *(f"{PARTS}/{p.name}" for p in (folder.path / PARTS).glob("*.parquet"))]
    unknown = sum(name not in folder.sums.known() for name in names)
    if unknown:
        yield folder.damaged(
            SUMS, (f"lacks {unknown} of {len(names)} files", f"缺少 {len(names)} 个文件中的 {unknown} 个")
        )


def _listed(items: list[str], between: str, more: str) -> str:
    shown = between.join(items[:MOST_NAMED])
    left = len(items) - MOST_NAMED
    return shown + more.format(left, len(items)) if left > 0 else shown


def _not_understood(error: ValidationError) -> Said:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"cannot be used ({place or 'all'}: {first['msg']})", f"无法使用（{place or '全部'}：{first['msg']}）"


def unfinished_words(folder: RunFolder) -> Said | None:
    """How far a run is that was begun and has not come to its end, and how to go on with it; None for one that has."""
    manifest = folder.known_manifest()
    again = f"cradle resume {folder.path}"
    if manifest.get("status") == STARTED:
        return (
            f"{folder.path}: this run has not ended: it is still going on, or was killed; continue with: {again}",
            f"{folder.path}：这次运行尚未结束：仍在进行，或已被强行终止；继续请用：{again}",
        )
    if manifest.get("status") != INTERRUPTED:
        return None
    known = manifest.get("interrupted") or manifest.get("runs")
    known = known if isinstance(known, dict) else {}
    done, asked, when = (known.get(name, "") for name in ("finished", "asked", "when"))
    return (
        f"{folder.path}: this run was interrupted{when and f' on {when}'} with {done} of {asked} runs done; continue "
        f"with: {again}",
        f"{folder.path}：这次运行{when and f'于 {when} '}中断，{asked} 次模拟中完成 {done} 次；继续请用：{again}",
    )


@contextmanager
def said_if_not_ours(folder: RunFolder) -> Iterator[None]:
    """Within this context a report is made. What it stumbles over in files that nothing vouches for, because they have
    no checksums or are of another version, is no fault of ours and comes as RunFolderError."""
    try:
        yield
    except (RunFolderError, StoreError):
        raise
    except Exception as error:
        if _is_vouched_for(folder):
            raise
        why = f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
        raise RunFolderError(
            f"{folder.path}: no report can be made of what is in this folder ({why}), which is damaged or of another "
            f"version of Cradle; `cradle resume {folder.path}` rebuilds what can be rebuilt",
            f"{folder.path}：无法用此文件夹中的内容生成报告（{why}），它已损坏或由其他版本的 Cradle 生成；用 "
            f"`cradle resume {folder.path}` 可重新生成能够重建的文件",
        ) from error


def _is_vouched_for(folder: RunFolder) -> bool:
    """True if every file has its checksum and was written by this version."""
    known = folder.sums.known()
    try:
        ours = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        ours = "not installed"
    versions = folder.known_manifest().get("versions")
    is_ours = isinstance(versions, dict) and versions.get(DISTRIBUTION) == ours
    return is_ours and all(name in known for name in (MANIFEST, CONTEXT, DESIGN, SERIES, FAILURES))
