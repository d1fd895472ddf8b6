"""The one error for wrong input from people, and the nearest valid name to suggest with it."""

from __future__ import annotations

import datetime
import difflib
import reprlib
from collections.abc import Iterable

from policies.messages import tr

MOST_NAMES_LISTED = 20
MOST_BYTES = 1900
"""Longest message: what fits a screen; what is left out of a longer one says so."""
MOST_CHARACTERS = 80
"""Longest name or value that a message repeats whole."""


def cut(text: str, most: int = MOST_CHARACTERS) -> str:
    """Return a text, the middle of a long one left out and its length said."""
    if len(text) <= most:
        return text
    return tr("{start}...{end} ({count:,} characters)").format(
        start=text[: most * 2 // 3], end=text[-most // 6 :], count=len(text)
    )


class _Short(reprlib.Repr):
    """`repr` that stays short whatever it is given; a date as it is written."""

    def __init__(self) -> None:
        super().__init__(
            maxlevel=3, maxtuple=8, maxlist=8, maxdict=6, maxset=8, maxstring=MOST_CHARACTERS, maxlong=40, maxother=80
        )

    def repr1(self, x: object, level: int) -> str:
        return x.isoformat() if isinstance(x, datetime.date) else super().repr1(x, level)

    def repr_int(self, x: int, level: int) -> str:
        """A whole number of more digits than Python writes, by its size in bits."""
        try:
            return super().repr_int(x, level)
        except ValueError:
            return f"<{x.bit_length()} bits>"


def shown(value: object) -> str:
    """Return a value as a message repeats it: as Python writes it, never long."""
    return _Short().repr(value)


class InputError(ValueError):
    """Something a person wrote (a config, a table, a lever, an argument) is wrong.

    The message stands alone: where it is, what was found, what is allowed, the nearest name.
    The command ends with exit status 2 when it meets one.
    """

    def __init__(self, message: str) -> None:
        super().__init__(within(message))


def within(message: str, most: int = MOST_BYTES) -> str:
    """Return a message of at most so many bytes, the middle of a longer one left out and its length said."""
    if len(message) <= most // 3 or len(message.encode(errors="replace")) <= most:
        return message
    letters = most // 2
    while len((short := cut(message, letters)).encode(errors="replace")) > most:
        letters = letters * 3 // 4
    return short


def nearest(name: object, allowed: Iterable[str]) -> str:
    """Return the name in `allowed` most like `name`, or an empty string when nothing is allowed."""
    wanted = cut(str(name)).lower()
    candidates = sorted(allowed)
    if not candidates:
        return ""
    return max(candidates, key=lambda candidate: _likeness(wanted, candidate.lower()))


def unknown_name(
    kind: str, name: object, allowed: Iterable[str], where: str = "", most: int = MOST_NAMES_LISTED
) -> InputError:
    """Return the error for a name that is not in `allowed`, with the nearest name and the list
    (the likest of a long one)."""
    names = sorted(allowed)
    place = f"{where}: " if where else ""
    if not names:
        return InputError(
            tr("{place}unknown {kind} {name!r}; there are none to choose from").format(
                place=place, kind=tr(kind), name=cut(str(name))
            )
        )
    return InputError(
        tr("{place}unknown {kind} {name!r}; did you mean {nearest!r}? allowed: {listed}").format(
            place=place,
            kind=tr(kind),
            name=cut(str(name)),
            nearest=nearest(name, names),
            listed=likest(name, names, most),
        )
        + full_width_hint(str(name))
    )


def likest(name: object, allowed: Iterable[str], most: int = MOST_NAMES_LISTED) -> str:
    """Return the allowed names in a line, in order; of many those most like `name`, and how many more there are."""
    names = sorted(allowed)
    if len(names) <= most:
        return ", ".join(names)
    wanted = cut(str(name)).lower()
    by_likeness = sorted(names, key=lambda candidate: -_likeness(wanted, candidate.lower()))
    return ", ".join([*by_likeness[:most], tr("and {count} more").format(count=len(names) - most)])


def full_width_hint(found: str) -> str:
    """Return what to write where a name holds a comma or colon of Chinese writing."""
    if not any(sign in found for sign in "，、；："):
        return ""
    return tr("; between names write a comma of ASCII and a space, as in [tfr, births]")


def _likeness(wanted: str, candidate: str) -> float:
    """Return how alike two lower-case names are; the last part of a dotted name counts on its own too."""
    whole = difflib.SequenceMatcher(None, wanted, candidate).ratio()
    last = difflib.SequenceMatcher(None, wanted.rpartition(".")[2], candidate.rpartition(".")[2]).ratio()
    return whole + last
