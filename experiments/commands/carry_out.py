"""What commands do with a study once it is checked: run it, report it, say how it ended."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console

from experiments.commands.common import FAILED, clear_endings, say, stop
from policies.messages import language, tr
from policies.streams import tell
from results.folder.lock import held
from results.folder.store import FAILURES, RunFolder

errors = Console(stderr=True)
"""Where progress of every command is shown."""


def execute_and_report(
    study: Any, folder: RunFolder, design: Any, where: tuple[Any, Any, Any], lang: str | None
) -> None:
    """Run, report, and end with the headline and the report's path."""
    from experiments.run.compiled_once import engine_ready
    from experiments.run.progress import reporter_for
    from experiments.run.runner import execute, noted_if_stopped, standing_backend

    with clear_endings(kept=folder.path), noted_if_stopped(folder):
        left = len(design) - len(folder.finished() & set(design["run_id"]))
        to_do = tr("{left} of {count} runs to do").format(left=left, count=len(design))
        if study.kind.is_search:
            to_do = tr("a search, runs as they are met")
        say(
            tr("{title}: {to_do}, {people:,} people -> {folder}").format(
                title=getattr(study.config.title, language()), to_do=to_do, people=study.people, folder=folder.path
            )
        )
        with standing_backend(*where) if left or study.kind.is_search else nullcontext():
            if left:
                engine_ready()
            if study.kind.is_search:
                from experiments.search.optimise import search

                failures, _ = search(study, folder, lambda s, f, d: execute(s, f, d, reporter_for(errors), *where))
            else:
                failures = execute(study, folder, design, reporter_for(errors), *where)
        if failures and not folder.finished():
            stop(tr("{failure}; there is nothing to report").format(failure=failure_text(failures, folder)), FAILED)
        write_and_say(folder, lang, before="\n")
        if failures:
            stop(failure_text(failures, folder), FAILED)


def failure_text(failures: list[dict[str, str]], folder: RunFolder) -> str:
    """How many runs failed, where they are listed, and the first of them."""
    first = failures[0]
    return tr("runs that failed: {count} (all are in {file}); the first: {error} in the {stage}: {message}").format(
        count=len(failures), file=folder.file(FAILURES), error=first["error"], stage=tr(first["stage"]),
        message=first["message"],
    )  # fmt: skip


def write_and_say(folder: RunFolder, lang: str | None, before: str = "") -> None:
    """Write the report, and say its first answer and where it is. Without ``lang`` its reader's browser chooses."""
    from results.folder.damage import unfinished_words
    from results.report import write_report_of_kind

    folder.follows_browser = lang is None
    page, lead = write_report_of_kind(folder, language())
    if told := unfinished_words(folder):
        tell(told[language() == "zh"], sys.stderr)
    say(before + lead[language()])
    say(tr("report: {page}").format(page=page.resolve()))


def series_of(study: Any, runs: Path, workers: int | None) -> Any:
    """Run a study and return its merged table; a failed run stops the command."""
    from experiments.run.compiled_once import engine_ready
    from experiments.run.progress import reporter_for
    from experiments.run.run_table import folder_name
    from experiments.run.runner import execute, standing_backend, start_run
    from results.folder.store import SERIES

    kept = runs / folder_name(study)
    with held(kept), clear_endings(kept=kept):
        folder, design = start_run(study, runs)
        with standing_backend(workers):
            engine_ready()
            failures = execute(study, folder, design, reporter_for(errors), workers)
        if failures:
            stop(failure_text(failures, folder), FAILED)
        return folder.read_table(SERIES)
