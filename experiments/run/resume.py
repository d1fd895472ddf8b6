"""A run folder taken up again: its study, and whether that is still the one whose runs stand in it.

What is derived (design, context, manifest, merged table, checksums) is written anew; parts that are lost or damaged are
set aside, and their runs are done again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

from experiments.run.run_table import design_table, study_hash
from experiments.run.runner import begin
from experiments.study.study import Study, read_study
from policies.errors import InputError
from policies.messages import tr
from policies.streams import tell
from results.folder.store import CONFIG, DESIGN, RunFolder, RunFolderError
from results.folder.whole_files import set_aside

MOST_NAMED = 6
"""Files set aside that are named."""


def study_of(folder: RunFolder) -> Study:
    """The study of a run folder. A config that is lost or cannot be read is put back from the manifest, which is said.

    Raises InputError when there is none to put back.
    """
    path, kept = folder.file(CONFIG), _config_kept(folder)
    try:
        return read_study(_whole(path, kept))
    except InputError as error:
        is_locked = path.exists() and not os.access(path, os.R_OK)
        if is_locked or not kept or kept == _text_of(folder):
            raise
        if path.exists():
            set_aside(path)
        folder.write_text(kept, CONFIG)
        tell(tr("{error}; put back from the manifest").format(error=error), sys.stderr)
    return read_study(path)


def _whole(path: Path, kept: str) -> Path:
    """The path of a config that is there and was not cut short. Raises InputError."""
    if not path.exists():
        raise InputError(
            tr(
                "{path}: is missing, and the manifest keeps no copy, so this run cannot be taken up; begin it "
                "anew with: cradle run CONFIG"
            ).format(path=path)
            if not kept
            else tr("{path}: is missing").format(path=path)
        )
    if path.is_file() and len(kept.encode()) > path.stat().st_size and kept.encode().startswith(path.read_bytes()):
        raise InputError(tr("{path}: the end is missing").format(path=path))
    return path


def take_up(folder: RunFolder, study: Study) -> pd.DataFrame:
    """Mend a run folder and return the design of the run (of a search, as far as it came).

    Raises InputError when its parts were made by other sources or data, RunFolderError for a file that may not be read.
    """
    design = design_table(study)
    known = _design_kept(folder)
    if not _is_the_same(folder, study, design, known):
        raise InputError(_refused(folder, study))
    aside = folder.mend()
    if aside:
        names = ", ".join(aside[:MOST_NAMED]) + (", ..." if len(aside) > MOST_NAMED else "")
        said = tr("lost or damaged ({count}), so their runs are done again: {names}")
        tell(said.format(count=len(aside), names=names), sys.stderr)
    if study.kind.is_search and known is not None:
        design = known
    begin(folder, study, design)
    return design


def _is_the_same(folder: RunFolder, study: Study, design: pd.DataFrame, known: pd.DataFrame | None) -> bool:
    """True if the runs of a folder are those of a study: by its design or its manifest; where both are lost, if any run
    in it is one of the study's."""
    if not study.kind.is_search and known is not None and list(known["run_id"]) == list(design["run_id"]):
        return True
    began_as = folder.known_manifest().get("config_hash")
    if began_as is not None:
        return bool(began_as == study_hash(study))
    finished = folder.finished()
    return not finished or bool(finished & set(design["run_id"])) or (study.kind.is_search and known is None)


def _refused(folder: RunFolder, study: Study) -> str:
    """Why a run cannot be gone on with."""
    kept = _config_kept(folder)
    if kept and kept != _text_of(folder):
        said = tr(
            "{folder}: {file} is not the config with which this run began; delete it, and resume takes the one kept in "
            "the manifest, or start afresh with: cradle run {path}"
        )
        return said.format(folder=folder.path, file=CONFIG, path=folder.file(CONFIG))
    if study.kind.is_search:
        said = tr(
            "{folder}: the model, the levers or the city have changed since this search began; start "
            "afresh with: cradle run {file}"
        )
    else:
        said = tr(
            "{folder}: the model, the levers, the city or its fit have changed since this run began, so "
            "its finished runs cannot be joined by new ones; start afresh with: cradle run {file}"
        )
    return said.format(folder=folder.path, file=folder.file(CONFIG))


def _design_kept(folder: RunFolder) -> pd.DataFrame | None:
    try:
        return folder.read_table(DESIGN, needs=["run_id", "scenario", "seed", "draw"])
    except RunFolderError:
        return None


def _config_kept(folder: RunFolder) -> str:
    """The config as the manifest keeps it, or an empty text."""
    kept = folder.known_manifest().get("config", "")
    return kept if isinstance(kept, str) else ""


def _text_of(folder: RunFolder) -> str:
    """The config as it stands, or an empty text."""
    try:
        return folder.read_text(CONFIG)
    except RunFolderError:
        return ""
