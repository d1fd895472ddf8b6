"""Typer's own words in the reader's language: headings of --help, and what it says of a wrong command line.

Typer passes some of its words through gettext, but looks them up by the system's language alone and has no Chinese; the
rest it writes as they are. So its lines are taken as they come and told again from the catalogue of messages.
"""

from __future__ import annotations

import functools
import io
import re
import string
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from policies.messages import asked_in, language, later, process_language, tr

LINES = (
    later("Usage: {usage}"),
    later("Arguments:"),
    later("Options:"),
    later("Commands:"),
    later("Try '{command}' for help."),
    later("Error: {message}"),
)
"""Whole lines of typer's, as templates of the catalogue."""
ERRORS = (
    later("Missing command."),
    later("Missing argument {name}."),
    later("Missing option {name}."),
    later("Invalid value for {name}: {message}"),
    later("No such option: {name} {guess}"),
    later("No such option: {name}"),
    later("(Possible options: {names})"),
    later("No such command {name}. Did you mean {nearest}?"),
    later("No such command {name}."),
    later("Option {name} requires an argument."),
    later("Option {name} does not take a value."),
    later("Got unexpected extra argument(s) ({arguments})"),
)
"""What stands after "Error:"; the first that fits is taken."""
PIECES = (
    later("[OPTIONS]"),
    later("COMMAND [ARGS]..."),
    later("Show this message and exit."),
    later("[required]"),
    later("[default: {value}]"),
)
"""Words inside a line of --help."""


def retold(text: str) -> str:
    """What typer wrote in the language of messages."""
    return "".join(_line(line) for line in text.splitlines(keepends=True))


def _line(line: str) -> str:
    words = line.strip()
    whole = _filled(words, LINES)
    if whole != words:
        return line.replace(words, whole)
    for piece in PIECES:
        line = _pattern(piece, inside=True).sub(functools.partial(_piece, piece), line)
    return line


def _piece(template: str, found: re.Match[str]) -> str:
    return tr(template).format(**found.groupdict())


def _filled(said: str, templates: Sequence[str] = ERRORS) -> str:
    """A sentence told again by the first template that fits; its parts are told again too."""
    for template in templates:
        found = _pattern(template).fullmatch(said)
        if found:
            return tr(template).format(**{name: _part(name, part) for name, part in found.groupdict().items()})
    return tr(said)


def _part(name: str, part: str) -> str:
    return _line(part) if name == "usage" else _filled(part) if name in ("message", "guess") else part


@functools.cache
def _pattern(template: str, inside: bool = False) -> re.Pattern[str]:
    """What a template looks like when it is filled; inside a line its parts end at a bracket."""
    part = r"[^\]]+" if inside else ".+?"
    pieces = string.Formatter().parse(template)
    return re.compile("".join(re.escape(text) + (f"(?P<{name}>{part})" if name else "") for text, name, _, _ in pieces))


class _Spoken:
    """What commands and the group of them share: --help in one language throughout."""

    def get_help(self, ctx: Any) -> str:
        """Its --help."""
        return retold(super().get_help(ctx))  # type: ignore[misc]

    def get_usage(self, ctx: Any) -> str:
        """Its first line of --help, which stands before an error too."""
        return retold(super().get_usage(ctx))  # type: ignore[misc]


class SpokenCommand(_Spoken, TyperCommand):
    """A command whose --help is in one language throughout."""


class SpokenGroup(_Spoken, TyperGroup):
    """The command itself: its --help, and every wrong command line, in one language throughout."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **named: Any) -> Any:
        """Run, in the language that the command line asks for."""
        with process_language(asked_in(sys.argv if args is None else args) or language()):
            return super().main(args, *rest, **named)

    def make_context(self, *given: Any, **named: Any) -> Any:
        """Read the words before the command's name."""
        with _errors_retold():
            return super().make_context(*given, **named)

    def invoke(self, ctx: Any) -> Any:
        """Find the command, read its words and run it."""
        with _errors_retold():
            return super().invoke(ctx)


@contextmanager
def _errors_retold() -> Iterator[None]:
    """Say what is wrong with the command line as typer does, with its exit status."""
    try:
        yield
    except typer.TyperException as error:
        said = io.StringIO()
        error.show(said)  # type: ignore[attr-defined]  # all of typer's own can be shown
        print(retold(said.getvalue()), end="", file=sys.stderr, flush=True)
        raise typer.Exit(error.exit_code) from None
