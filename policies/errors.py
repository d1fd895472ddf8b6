"""The one error for wrong input from people, and the nearest valid name to suggest with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from policies.messages import tr

MOST_NAMES_LISTED = 20


class InputError(ValueError):
    """Something a person wrote (a config, a table, a lever, an argument) is wrong.

    The message stands alone: where it is, what was found, what is allowed, the nearest name.
    The command ends with exit status 2 when it meets one.
    """


def nearest(name: object, allowed: Iterable[str]) -> str:
    """Return the name in `allowed` most like `name`, or an empty string when nothing is allowed."""
    wanted = str(name).lower()
    candidates = sorted(allowed)
    if not candidates:
        return ""
    return max(candidates, key=lambda candidate: _likeness(wanted, candidate.lower()))


def unknown_name(kind: str, name: object, allowed: Iterable[str], where: str = "") -> InputError:
    """Return the error for a name that is not in `allowed`, with the nearest name and the list
    (the likest of a long one)."""
    names = sorted(allowed)
    place = f"{where}: " if where else ""
    if not names:
        return InputError(
            tr("{place}unknown {kind} {name!r}; there are none to choose from").format(
                place=place, kind=tr(kind), name=str(name)
            )
        )
    wanted = str(name).lower()
    listed = names
    if len(names) > MOST_NAMES_LISTED:
        by_likeness = sorted(names, key=lambda candidate: -_likeness(wanted, candidate.lower()))
        more = tr("and {count} more").format(count=len(names) - MOST_NAMES_LISTED)
        listed = [*by_likeness[:MOST_NAMES_LISTED], more]
    return InputError(
        tr("{place}unknown {kind} {name!r}; did you mean {nearest!r}? allowed: {listed}").format(
            place=place, kind=tr(kind), name=str(name), nearest=nearest(name, names), listed=", ".join(listed)
        )
    )


def _likeness(wanted: str, candidate: str) -> float:
    """Return how alike two lower-case names are; the last part of a dotted name counts on its own too."""
    whole = difflib.SequenceMatcher(None, wanted, candidate).ratio()
    last = difflib.SequenceMatcher(None, wanted.rpartition(".")[2], candidate.rpartition(".")[2]).ratio()
    return whole + last
