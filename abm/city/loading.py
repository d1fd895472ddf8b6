"""Cities found and loaded: a folder of tables, checked whole; the first thing that is wrong is told."""

from pathlib import Path

import pandas as pd

from abm.city.city import City
from abm.city.figures import check_city_figures
from abm.city.layout import CHECKS, layout
from abm.city.reading import read_table
from abm.city.sources import read_description, read_sources
from policies.errors import InputError, nearest
from policies.messages import tr

CITIES = Path(__file__).resolve().parents[1] / "cities"


def city_names() -> list[str]:
    """Return the names of the cities that come with the project."""
    return sorted(path.name for path in CITIES.iterdir() if (path / "city.yaml").is_file())


def load_city(name: str | Path) -> City:
    """Return the city called `name`, or the one in the folder `name`, with every table checked.

    Raises InputError naming file, row and column of the first thing that is wrong.
    """
    names = city_names()
    folder = CITIES / name if str(name) in names else Path(name)
    if not (folder / "city.yaml").is_file():
        raise InputError(
            tr(
                "city '{name}': not found; allowed {names} or a folder with a city.yaml; did you mean '{nearest}'?"
            ).format(name=name, names=", ".join(names), nearest=nearest(str(name), names))
        )
    folder = folder.resolve()
    description = read_description(folder / "city.yaml")
    specs = layout(tuple(description.counties))
    tables: dict[str, pd.DataFrame] = {}
    for table_name, spec in specs.items():
        path = folder / f"{table_name}.csv"
        tables[table_name] = read_table(path, spec)
        if table_name in CHECKS:
            CHECKS[table_name](path, tables[table_name], tuple(description.counties))
    check_city_figures(folder, tables)
    sources = read_sources(folder / "sources.yaml", {name: list(spec.columns) for name, spec in specs.items()}, tables)
    return City(folder, description, sources, tables)
