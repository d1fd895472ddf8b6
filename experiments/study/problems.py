"""Problems of a config, gathered so that all of them come back at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policies.errors import MOST_BYTES, InputError, cut, unknown_name, within
from policies.messages import tr
from policies.validation import validation_message

LAST_LINE, LONGEST_PROBLEM, NAMES_OF_ONE_PROBLEM = 40, 700, 8
"""Bytes kept for the line that counts the rest; bytes of one problem among several; names that it lists."""


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
    return str(unknown_name(what, found, allowed, cut(where), NAMES_OF_ONE_PROBLEM))


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
    """All problems of a file, one a line; those that would make it too long to read are counted."""
    unique = list(dict.fromkeys(problems))
    if len(unique) == 1:
        return f"{path}: {unique[0]}"
    lines = [tr("{path}: {count} problems").format(path=path, count=len(unique))]
    room = MOST_BYTES - LAST_LINE - len(lines[0].encode())
    for problem in unique:
        line = f"  - {within(problem, LONGEST_PROBLEM)}"
        room -= len(line.encode(errors="replace")) + 1
        if room < 0:
            lines.append("  - " + tr("and {count} more").format(count=len(unique) + 1 - len(lines)))
            break
        lines.append(line)
    return "\n".join(lines)
