"""Read a city's `city.yaml` (who it is) and `sources.yaml` (where each column comes from, and on what base)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from abm.city.reading import hint, place
from policies.bilingual import Label
from policies.errors import InputError, cut
from policies.messages import tr
from policies.text_files import read_text
from policies.validation import Real, Whole, plain_message
from policies.yaml_text import parsed

Base = Literal["key", "resident", "hukou", "long_form", "family_household", "national", "none"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _DescriptionFile(_Strict):
    name: str
    labels: Label
    note: str
    counties: dict[str, Label] = Field(min_length=1)
    schooling_finished_at: tuple[Whole, Whole, Whole, Whole]
    schooling_years: tuple[Real, Real, Real, Real]


class Description(_Strict):
    """What `city.yaml` says: ids, labels {"en", "zh"}, ages at and years of the four schooling levels."""

    name: str
    labels: dict[str, str]
    note: str
    counties: dict[str, dict[str, str]]
    schooling_finished_at: tuple[Whole, Whole, Whole, Whole]
    schooling_years: tuple[Real, Real, Real, Real]


class Source(_Strict):
    """A publication or a prior."""

    title: str
    kind: str
    version: str


class ColumnSource(_Strict):
    """Unit and population base of one column."""

    base: Base
    unit: str
    note: str = ""


class TableSource(_Strict):
    """Where a table comes from. `source` and `grade` are "row" when each row carries its own."""

    title: str
    source: str
    grade: Literal["A", "B", "C", "D", "row"]
    note: str = ""
    columns: dict[str, ColumnSource]


class _SourcesFile(_Strict):
    bases: dict[str, str]
    sources: dict[str, Source]
    tables: dict[str, TableSource]


def read_description(path: Path) -> Description:
    """Return the checked content of `city.yaml`; InputError names the key that is wrong."""
    found = _validated(path, _DescriptionFile)
    if found.name != path.parent.name:
        folder = path.parent.name
        raise InputError(
            tr("{place}, key name: found '{found}', allowed the folder's name '{folder}'").format(
                place=place(path), found=found.name, folder=folder
            )
        )
    return Description(**found.model_dump())


def read_sources(
    path: Path, columns: Mapping[str, list[str]], tables: Mapping[str, pd.DataFrame]
) -> dict[str, TableSource | Source]:
    """Return tables' and publications' sources by name, after checking that every column and row has one."""
    found = _validated(path, _SourcesFile)
    for name in found.tables:
        if name not in columns:
            raise InputError(
                tr("{place}, key tables.{name}: unknown table{hint}").format(
                    place=place(path), name=name, hint=hint(name, list(columns))
                )
            )
    for name, wanted in columns.items():
        if name not in found.tables:
            raise InputError(tr("{place}, key tables: no entry for table {name}").format(place=place(path), name=name))
        entry = found.tables[name]
        for column in set(wanted) ^ set(entry.columns):
            said = tr("{place}, key tables.{name}.columns.{column}: unknown column, allowed {wanted}")
            if column in wanted:
                said = tr("{place}, key tables.{name}.columns.{column}: missing column, allowed {wanted}")
            raise InputError(said.format(place=place(path), name=name, column=column, wanted=", ".join(wanted)))
        _check_source_keys(path, name, entry, tables[name], list(found.sources))
    return {**found.sources, **found.tables}


def _check_source_keys(path: Path, name: str, entry: TableSource, table: pd.DataFrame, known: list[str]) -> None:
    if entry.source == "row":
        if "source" not in table:
            raise InputError(
                tr("{place}, key tables.{name}.source: found row, but the table has no source column").format(
                    place=place(path), name=name
                )
            )
        unknown = ~table["source"].isin(known)
        if unknown.any():
            row = int(table.index[unknown][0])
            key = table.at[row, "source"]
            table_path = path.parent / f"{name}.csv"
            raise InputError(
                tr("{place}: found '{key}', allowed a key of sources.yaml{hint}").format(
                    place=place(table_path, row, "source"), key=key, hint=hint(key, known)
                )
            )
    elif entry.source not in known:
        raise InputError(
            tr("{place}, key tables.{name}.source: found '{source}', allowed {known}{hint}").format(
                place=place(path),
                name=name,
                source=entry.source,
                known=", ".join(known),
                hint=hint(entry.source, known),
            )
        )


def _validated[Model: BaseModel](path: Path, model: type[Model]) -> Model:
    """Return the YAML file as a checked model; InputError for what cannot be read or does not fit."""
    if not path.is_file():
        raise InputError(tr("{place}: the file is missing").format(place=place(path)))
    content = parsed(read_text(path), place(path))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the whole file"
        if first["type"] == "missing":
            raise InputError(tr("{place}, key {key}: missing").format(place=place(path), key=key)) from error
        found = first["input"] if isinstance(first["input"], str | int | float) else type(first["input"]).__name__
        raise InputError(
            tr("{place}, key {key}: {msg}, found '{found}'").format(
                place=place(path), key=cut(key), msg=plain_message(first), found=cut(str(found))
            )
        ) from error
