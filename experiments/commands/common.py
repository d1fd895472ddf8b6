"""What the commands share: what they say and in which language, and how they end.

Exit status 0 done, 2 the user's input is wrong (one clear message), 1 anything else.
"""

from __future__ import annotations

import importlib.metadata
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer

from experiments.run.errors import BackendError
from policies.errors import InputError, nearest
from policies.messages import LANGUAGES, language, process_language, tr
from policies.streams import tell
from results.folder.store import RunFolderError, StoreError

DONE, FAILED, WRONG_INPUT = 0, 1, 2
COMPILER_CALLBACKS = "executionengine.py"
"""File of llvmlite from which C code calls Python."""
RUNNERS = ("serial", "ray")
ENDING = ("SIGTERM", "SIGINT", "SIGHUP", "SIGALRM")
"""Signals that end a run so that it can be resumed: kill, Ctrl-C, a closed terminal, and the one that comes later."""


def say(text: str) -> None:
    """A plain line on standard output, never cut or wrapped."""
    tell(text, sys.stdout)


def version_text() -> str:
    """The version as it is installed; one of a copy that never was says so."""
    try:
        return importlib.metadata.version("cradle-abm")
    except importlib.metadata.PackageNotFoundError:
        return tr("not installed: a copy of the sources")


def stop(message: str, status: int) -> NoReturn:
    """End with one message on standard error."""
    tell(message, sys.stderr)
    raise typer.Exit(status)


def _terminated(number: int, frame: Any) -> None:
    """SIGTERM, and SIGHUP of a closed terminal, are taken like Ctrl-C (also where a script's shell ignores Ctrl-C): the
    run can be resumed.

    While the compiler calls back into Python an exception would be swallowed there and leave code half compiled, so
    that every run after it fails; then it is raised a moment later.
    """
    while frame is not None:
        if frame.f_code.co_filename.endswith(COMPILER_CALLBACKS) and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            return
        frame = frame.f_back
    raise KeyboardInterrupt


def _is_ignored(number: int) -> bool:
    """True for a signal that the caller wants ignored (`nohup`)."""
    return signal.getsignal(number) is signal.SIG_IGN


@contextmanager
def clear_endings(kept: Path | None = None, again: str = "", lang: str | None = None) -> Iterator[None]:
    """Turn what can go wrong into one message and the right exit status, in the language asked for (else the
    system's); ``kept`` is a run to be resumed, ``again`` says how else to go on."""
    if lang is not None and lang not in LANGUAGES:
        wrong = tr("--lang: found {lang!r}, allowed: {allowed}")
        stop(wrong.format(lang=lang, allowed=", ".join(LANGUAGES)), WRONG_INPUT)
    with process_language(lang or language()):
        yield from _ended_clearly(kept, again)


def _ended_clearly(kept: Path | None, again: str) -> Iterator[None]:
    """The one step of :func:`clear_endings` in which the work is done."""
    if kept:
        again = "\n" + tr("What is finished is kept; continue with: cradle resume {kept}").format(kept=kept)
    taken = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    taken = [number for number in taken if number != getattr(signal, "SIGHUP", 0) or not _is_ignored(number)]
    before = {number: signal.signal(number, _terminated) for number in taken}
    try:
        yield
    except InputError as error:
        stop(str(error), WRONG_INPUT)
    except RunFolderError as error:
        stop(error.said_in(language()), WRONG_INPUT)
    except StoreError as error:
        stop(f"{error.said_in(language())}{again}", FAILED)
    except BackendError as error:
        stop(f"{error}{again}", FAILED)
    except KeyboardInterrupt:
        stop(tr("stopped") + again, FAILED)
    except MemoryError:
        stop(tr("out of memory; a smaller --scale needs less") + again, FAILED)
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except Exception:
        traceback.print_exc()
        stop(tr("a fault of Cradle's own: please report the lines above and the command") + again, FAILED)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def checked_options(
    on: str | None = None,
    address: str | None = None,
    workers: int | None = None,
    scale: float | None = None,
    seeds: int | None = None,
) -> None:
    """Refuse options that cannot be; all of them at once."""
    problems = []
    if on is not None and on not in RUNNERS:
        problems.append(
            tr("--on: found {on!r}, did you mean {nearest!r}? allowed: {allowed}").format(
                on=on, nearest=nearest(on, RUNNERS), allowed=", ".join(RUNNERS)
            )
        )
    elif on == "serial" and address is not None:
        problems.append(tr("--address: is for --on ray; with --on serial there is no cluster"))
    elif on == "serial" and (workers or 1) > 1:
        problems.append(
            tr("--workers: found {workers}, allowed 1 with --on serial (more than one process is Ray)").format(
                workers=workers
            )
        )
    if workers is not None and workers < 1:
        problems.append(tr("--workers: found {workers}, allowed 1 or more").format(workers=workers))
    if scale is not None and not 0 < scale <= 1:
        problems.append(tr("--scale: found {scale:g}, allowed above 0 up to 1").format(scale=scale))
    if seeds is not None and seeds < 1:
        problems.append(tr("--seeds: found {seeds}, allowed 1 or more").format(seeds=seeds))
    if problems:
        raise InputError("\n".join(problems))
