"""``city.yaml`` and ``sources.yaml`` of the new city: what every column is, and where it comes from."""

from __future__ import annotations

from typing import Any

import yaml

from abm.city.city import City
from abm.city.pack.forms import Given
from abm.city.pack.made import BORROWED, GRADE_OF_BORROWED, Made
from abm.city.sources import TableSource


def description(given: Given, donor: City) -> dict[str, Any]:
    """Content of ``city.yaml``."""
    who = given.who
    usual = f"Made by cradle city from {given.folder.name}; what was not given is borrowed from {donor.name}."
    return {
        "name": who.name,
        "labels": who.labels.model_dump(),
        "note": who.note or usual,
        "counties": {county: label.model_dump() for county, label in who.counties.items()},
        "schooling_finished_at": list(donor.description.schooling_finished_at),
        "schooling_years": list(donor.description.schooling_years),
    }


def sources(given: Given, donor: City, made: dict[str, Made]) -> dict[str, Any]:
    """Content of ``sources.yaml``: the sources given, one for what is borrowed, one for what is worked out."""
    known = {key: source.model_dump() for key, source in given.who.sources.items()}
    known[BORROWED] = {
        "title": f"Borrowed from the city {donor.name}: no figure of {given.who.name} was given",
        "kind": BORROWED,
        "version": f"{donor.name}, data {donor.folder_hash()[:12]}",
    }
    known["derived"] = {
        "title": "Computed from other rows; the method is in the note of the table",
        "kind": "derived",
        "version": given.folder.name,
    }
    bases = {
        "key": "names a row",
        "resident": "people who live in the city on census day, wherever registered",
        "hukou": "people registered in the city, wherever they live",
        "long_form": "the long form of the census: a sample of family households",
        "family_household": "family households, without collective households",
        "national": "the nation",
        "none": "not a measure of people",
    }
    return {"bases": bases, "sources": known, "tables": {name: _table(donor, name, m) for name, m in made.items()}}


def _table(donor: City, name: str, made: Made) -> dict[str, Any]:
    usual = donor.sources[name]
    assert isinstance(usual, TableSource)
    columns = {
        column: _column(donor, made, column, of_donor.model_dump(exclude_defaults=True))
        for column, of_donor in usual.columns.items()
    }
    entry = {"title": usual.title, "source": made.source, "grade": made.grade, "columns": columns}
    if made.kind == BORROWED:
        said = f"Borrowed from {donor.name}, where its source is {usual.source} and its grade {usual.grade}."
        entry |= {"note": f"{said} {made.note}".strip()}
        if made.source != "row":
            entry |= {"source": BORROWED, "grade": GRADE_OF_BORROWED}
    elif made.note:
        entry["note"] = made.note
    return {key: entry[key] for key in ("title", "source", "grade", "note", "columns") if key in entry}


def _column(donor: City, made: Made, column: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Base and unit as in the donor; a column of borrowed figures says so."""
    if made.kind == BORROWED and entry["base"] != "key" and column not in _WORDS:
        said = f"borrowed from {donor.name}, grade {GRADE_OF_BORROWED}"
        return {**entry, "note": f"{said}; {entry['note']}" if entry.get("note") else said}
    return {key: value for key, value in entry.items() if key != "note"}


_WORDS = ("source", "grade", "note", "unit", "sense")
"""Columns that hold words about a row."""


def as_yaml(content: dict[str, Any]) -> str:
    """Text of a YAML file that people can read: the innermost mappings in one line."""
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=200, default_flow_style=None))
