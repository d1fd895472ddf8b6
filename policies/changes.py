"""What people write to change the law, turned into dated changes.

A change to a parameter may be written as
  800                                             from the start of the scenario
  {value: 800, from: 2027-01, to: 2030-12, announced: 2026-07}
  {2027-01: 800, 2028-01: {value: 900, announced: 2027-06}}
  [{value: 800, from: 2027-01}, ...]              as package files do, each with a reference
`from` without a value given means the start of the scenario; `to` is the last month in force, or the last day
(`2027-12-31` is December), after which the law holds again; `announced_months_ahead: 6` may stand instead of
`announced`.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from policies.catalogue import Catalogue, DateText, Number
from policies.clock import effective_month, last_effective_month, month_index, month_label
from policies.errors import InputError, shown
from policies.messages import tr
from policies.validation import StrictModel, validated

ALWAYS = month_index("1900-01")
"""The start of a scenario for which no start is given: its plain numbers hold in every month."""


@dataclass(frozen=True)
class Change:
    """One parameter set to one value from a month on.

    `to_month` is the last month in force (None: for good); `announced_month` is the month from which people know of
    the change, its end included. `reference` says where it comes from, `reference_zh` the same in Chinese where the
    words are ours and no citation. While it is in force, a change of a higher `layer` (0: of a package, 1: written
    over one) covers those of lower layers, whenever they began.
    """

    field: str
    from_month: int
    value: float
    to_month: int | None
    announced_month: int
    reference: str = ""
    assumed: bool = False
    layer: int = 0
    reference_zh: str = ""


class WrittenChange(StrictModel):
    """A change as written in a package or a config."""

    value: Number
    from_date: DateText | None = Field(default=None, alias="from")
    to: DateText | None = None
    announced: DateText | None = None
    announced_months_ahead: int | None = Field(default=None, ge=0, strict=True)
    reference: str = ""
    reference_zh: str = ""
    assumed: bool = False
    note: str = ""


def changes_from(
    written: Mapping[Any, Any],
    catalogue: Catalogue,
    *,
    start: int | None = None,
    announced: int | None = None,
    where: str = "changes",
) -> tuple[Change, ...]:
    """Return the dated changes in a mapping from `lever.parameter` to what people wrote (see the module).

    `start` is the scenario's first month; without it a plain number holds in every month. `announced` is the
    month from which every change is known that does not say so itself; without it a change is known when it
    takes effect. InputError names the parameter, what was found, and what is allowed.
    """
    if not isinstance(written, Mapping):
        raise InputError(
            tr(
                "{where}: expected parameters and values, such as childcare_voucher.amount: 800; found {type} {written}"
            ).format(where=where, type=type(written).__name__, written=shown(written))
        )
    return tuple(
        change
        for field, value in written.items()
        for change in _once_a_month(
            [
                _change(str(field), item, catalogue, start, announced, f"{where}: {field}")
                for item in _items(str(field), value, catalogue, f"{where}: {field}", where)
            ],
            f"{where}: {field}",
        )
    )


def _once_a_month(changes: list[Change], where: str) -> list[Change]:
    """Return the changes of one parameter, unless two would hold from and to the same months."""
    seen: dict[tuple[int, int | None], float] = {}
    for change in changes:
        months = change.from_month, change.to_month
        if months in seen:
            said = tr("{where}: two values from {month}: {one:g} and {other:g}; allowed: one")
            raise InputError(
                said.format(where=where, month=month_label(months[0]), one=seen[months], other=change.value)
            )
        seen[months] = change.value
    return changes


def _items(field: str, written: Any, catalogue: Catalogue, where: str, parent: str) -> list[WrittenChange]:
    """Return the written forms of one parameter's changes as a list of the one full form."""
    catalogue.parameter(field, parent)
    if isinstance(written, Mapping):
        if written and all(_looks_like_a_date(key) for key in written):
            return [_dated(date, value, where) for date, value in written.items()]
        return [_full(written, where)]
    if isinstance(written, Sequence) and not isinstance(written, str):
        if not written:
            raise InputError(tr("{where}: an empty list; write at least one change").format(where=where))
        return [_full(item, where) for item in written]
    return [_full({"value": written}, where)]


def _looks_like_a_date(key: object) -> bool:
    """Return whether a mapping's key is meant as a date: a YAML date, a number, or text that starts with a digit."""
    return isinstance(key, datetime.date | int) or (isinstance(key, str) and key[:1].isdigit())


def _dated(date: Any, written: Any, where: str) -> WrittenChange:
    """Return the change written under a date."""
    content = dict(written) if isinstance(written, Mapping) else {"value": written}
    if "from" in content:
        raise InputError(
            tr("{where}: {date}: the date is already given; leave out 'from'").format(where=where, date=date)
        )
    return _full({**content, "from": date}, f"{where}: {date}")


def _full(written: Any, where: str) -> WrittenChange:
    """Return a change written in full, checked."""
    if not isinstance(written, Mapping):
        raise InputError(
            tr("{where}: expected a number or {{value: ..., from: ...}}, found {written}").format(
                where=where, written=shown(written)
            )
        )
    return validated(WrittenChange, dict(written), where)


def _change(
    field: str, written: WrittenChange, catalogue: Catalogue, start: int | None, announced: int | None, where: str
) -> Change:
    """Return a written change with its months worked out and its value inside the bounds."""
    problem = catalogue.parameter(field).problem_with(written.value)
    if problem:
        raise InputError(tr("{where}: value: {problem}").format(where=where, problem=problem))
    default_start = ALWAYS if start is None else start
    from_month = default_start if written.from_date is None else effective_month(written.from_date)
    to_month = None if written.to is None else last_effective_month(written.to)
    if to_month is not None and to_month < from_month:
        raise InputError(
            tr("{where}: to: found {to_month}, before its start {from_month}").format(
                where=where, to_month=_last_month_said(written.to, to_month), from_month=month_label(from_month)
            )
        )
    known = _announced_month(written, from_month, announced, where)
    return Change(
        field, from_month, written.value, to_month, known, written.reference, written.assumed,
        reference_zh=written.reference_zh,
    )  # fmt: skip


def _last_month_said(to: object, to_month: int) -> str:
    """Return a written end as a message shows it: a day with the last month that it leaves in force."""
    label = month_label(to_month)
    return label if str(to) == label else f"{to} ({label})"


def _announced_month(written: WrittenChange, from_month: int, announced: int | None, where: str) -> int:
    """Return the month from which a change is known; by default the month in which it takes effect."""
    if written.announced is not None and written.announced_months_ahead is not None:
        raise InputError(tr("{where}: give either announced or announced_months_ahead, not both").format(where=where))
    if written.announced_months_ahead is not None:
        return from_month - written.announced_months_ahead
    if written.announced is None:
        return from_month if announced is None else min(announced, from_month)
    known = effective_month(written.announced)
    if known > from_month:
        raise InputError(
            tr("{where}: announced: found {known}, after it takes effect in {from_month}").format(
                where=where, known=month_label(known), from_month=month_label(from_month)
            )
        )
    return known
