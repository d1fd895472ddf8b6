"""An input folder read: every file in its form, with its source, and the first thing that is wrong refused."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from abm.city.layout import FIRST_ADULT, OLDEST
from abm.city.pack.checks import check_tables
from abm.city.pack.forms import WHO, Form, Given, Who, forms
from abm.city.reading import TableSpec, check_known_columns, lines_of, place, read_table
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.validation import read_yaml, validated

NEEDED = "population"


def read_given(folder: Path) -> Given:
    """Read and check an input folder; InputError names the file, row and column of the first thing that is wrong."""
    if not folder.is_dir():
        raise InputError(
            tr("{folder}: no such folder; give the folder that holds {who} and population.csv").format(
                folder=folder, who=WHO
            )
        )
    who = validated(Who, read_yaml(folder / WHO), f"{folder.name}/{WHO}")
    known = forms(tuple(who.counties))
    present = sorted(path.stem for path in folder.glob("*.csv"))
    for name in present:
        if name not in known:
            raise unknown_name("file", f"{name}.csv", [f"{other}.csv" for other in known], folder.name)
    if NEEDED not in present:
        raise InputError(
            tr("{folder}: {needed}.csv is missing; it is the only table that must be given").format(
                folder=folder.name, needed=NEEDED
            )
        )
    _check_sources(folder, who, present)
    given = Given(folder, who, {name: _read(folder / f"{name}.csv", known[name]) for name in present})
    check_tables(given)
    return given


def _read(path: Path, form: Form) -> pd.DataFrame:
    """The table, with those optional columns that it has; ages that are left open end at 100, and where there are none
    the rows are of all adults."""
    header = next((cells for _, cells in lines_of(path)), [])
    check_known_columns(path, header, [*form.needed, *form.optional])
    optional = {name: kind for name, kind in form.optional.items() if name in header}
    for columns in form.together:
        absent = [name for name in columns if name not in header]
        if absent and len(absent) < len(columns):
            present = next(name for name in columns if name in header)
            raise InputError(
                tr("{place}: stands without {absent}; give all of {columns}, or none").format(
                    place=place(path, 1, present), absent=", ".join(absent), columns=", ".join(columns)
                )
            )
    keys = tuple(name for name in form.keys if name in (*form.needed, *optional))
    table = read_table(path, TableSpec({**form.needed, **optional}, keys))
    if form.may_lack_ages and not optional:
        table = table.assign(age_from=FIRST_ADULT, age_to=OLDEST)
    return table


def _check_sources(folder: Path, who: Who, present: list[str]) -> None:
    where = f"{folder.name}/{WHO}: files"
    named = [name for name in present if name != "yearbook"]  # its rows have sources of their own
    for name in who.files:
        if name not in named:
            raise unknown_name("file", name, named, where)
        if who.files[name].source not in who.sources:
            raise unknown_name("source", who.files[name].source, who.sources, f"{where}.{name}")
    for name in named:
        if name not in who.files:
            raise InputError(
                tr("{where}: no entry for {name}.csv; write {name}: {{source: KEY, grade: A}}").format(
                    where=where, name=name
                )
            )
