"""The shipped table of equal-cost bounds, read and laid over the factors of a config that cost something.

``experiments.search.equal_cost`` says how it is made.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from experiments.study.factors import Factor, Span
from policies.catalogue import Catalogue
from policies.errors import InputError, cut, likest, nearest, shown
from policies.messages import tr
from policies.text_files import table_text

TABLE = Path(__file__).resolve().parents[1] / "configs" / "sobol" / "equal_cost_bounds.csv"
COLUMNS = [
    "city", "factor", "field", "unit", "law", "from", "plausible_to", "equal_cost_to", "dose", "status",
    "public_cost_at_plausible_million", "public_cost_at_bound_million", "wanted_million", "year", "scale", "seeds",
]  # fmt: skip


def narrowed_to_equal_cost(
    factors: tuple[Factor, ...], config: Path, written: str | None, city: str
) -> tuple[tuple[Factor, ...], Path]:
    """Factors with their strong end from the table (``written``, relative to the config, or the shipped one).

    Raises InputError when the table, the city or a field is missing, or a bound lies outside the factor's range.
    """
    path = TABLE if written is None else (config.parent / written).resolve()
    rows = _read(path)
    own = {row["field"]: row for row in rows if row["city"] == Path(city).name}
    if not own:
        cities = sorted({row["city"] for row in rows})
        raise InputError(
            tr("{path}: no bounds for {city}; it has {cities}; make them with cradle equal-cost").format(
                path=path, city=city, cities=likest(city, cities)
            )
        )
    return tuple(replace(f, spans=tuple(_narrowed(s, own, path, f) for s in f.spans)) for f in factors), path


def with_a_cost(
    factors: tuple[Factor, ...], catalogue: Catalogue, both: bool, problems: list[str]
) -> tuple[Factor, ...]:
    """The factors that can stand at equal cost: those that hold no field which costs nothing in the model.

    Such a field has no dose of equal cost, so it is a problem; in a study of ``both`` bounds a factor of nothing but
    such fields is left to the design at plausible doses.
    """
    kept = []
    for factor in factors:
        free = factor.free_fields(catalogue)
        if both and factor.is_free(catalogue):
            continue
        if free:
            problems.append(
                tr(
                    "factors.{factor}: {free}: costs nothing in the model, so no dose of it costs the sum; leave "
                    "it out, or rank at plausible doses (bounds: plausible)"
                ).format(factor=factor.name, free=", ".join(free))
            )
        kept.append(factor)
    if not any(not factor.is_parameter for factor in kept):
        problems.append(tr("bounds: no factor costs anything in the model; allowed: plausible"))
    return tuple(kept)


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise InputError(tr("{path}: no such table; make it with cradle equal-cost").format(path=path))
    reader = csv.DictReader(io.StringIO(table_text(path), newline=""))
    if list(reader.fieldnames or ()) != COLUMNS:
        raise InputError(
            tr("{path}: columns: found {fieldnames}, allowed {columns}").format(
                path=path, fieldnames=cut(", ".join(reader.fieldnames or ()), 300), columns=", ".join(COLUMNS)
            )
        )
    rows = list(reader)
    for line, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            said = tr("{path}: row {row}: as many cells as columns wanted; is a text with a comma without quotes?")
            raise InputError(said.format(path=path, row=line))
    return rows


def _bound(text: str, field: str, path: Path) -> float:
    """The strong end of a field as the table has it."""
    try:
        end = float(text)
    except ValueError:
        end = math.nan
    if not math.isfinite(end):
        raise InputError(
            tr("{path}: {field}: found {text}, allowed a number").format(path=path, field=field, text=shown(text))
        )
    return end


def _narrowed(span: Span, own: Mapping[str, dict[str, str]], path: Path, factor: Factor) -> Span:
    if factor.is_parameter:
        return span
    if span.name not in own:
        raise InputError(
            tr(
                "{path}: no bound for {span} (factors.{factor}); the nearest is {nearest!r}; make the table "
                "anew with cradle equal-cost"
            ).format(path=path, span=span.name, factor=factor.name, nearest=nearest(span.name, own))
        )
    end = _bound(own[span.name]["equal_cost_to"], span.name, path)
    low, high = sorted((span.start, span.end))
    if not low <= end <= high or end == span.start:
        raise InputError(
            tr(
                "{path}: {span}: found {end:g}; allowed {low:g} to {high:g}, other than {start:g} (the range "
                "of factors.{factor})"
            ).format(path=path, span=span.name, end=end, low=low, high=high, start=span.start, factor=factor.name)
        )
    return replace(span, end=end)
