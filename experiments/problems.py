"""Problems of a config, gathered so that all of them come back at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policies.errors import InputError, nearest
from policies.messages import tr
from policies.validation import validation_message


def attempt[T](problems: list[str], call: Callable[[], T], where: str = "") -> T | None:
    """Call, and keep the message of an InputError among the problems."""
    try:
        return call()
    except InputError as error:
        text = str(error)
        problems.append(text if not where or text.startswith(where) else f"{where}: {text}")
        return None


def unknown(what: str, found: object, allowed: Iterable[str], where: str = "") -> str:
    """The message for a name nobody knows, with the nearest."""
    names = sorted(allowed)
    head = f"{where}: " if where else ""
    listing = ", ".join(names) if len(names) <= 30 else tr("{count} names").format(count=len(names))
    return tr("{place}unknown {kind} {name!r}; did you mean {nearest!r}? allowed: {listed}").format(
        place=head, kind=tr(what), name=str(found), nearest=nearest(found, names), listed=listing
    )


def pydantic_problems(error: ValidationError) -> list[str]:
    """One line a problem, in the words of ``policies.validation``."""
    singles = (ValidationError.from_exception_data("config", [problem]) for problem in _line_errors(error))
    return [validation_message(single) for single in singles]


def _line_errors(error: ValidationError) -> list[Any]:
    """The problems of an error as pydantic takes them back (a ValueError keeps its own object)."""
    lines = []
    for problem in error.errors():
        line = {"type": problem["type"], "loc": problem["loc"], "input": problem["input"]}
        if "ctx" in problem:
            line["ctx"] = problem["ctx"]
        lines.append(line)
    return lines


def one_message(path: Path, problems: list[str]) -> str:
    """All problems of a file, one a line."""
    unique = list(dict.fromkeys(problems))
    if len(unique) == 1:
        return f"{path}: {unique[0]}"
    return (
        tr("{path}: {count} problems").format(path=path, count=len(unique))
        + "\n"
        + "\n".join(f"  - {problem}" for problem in unique)
    )
