"""Make a city folder from an input folder, read it back as every run would, and tell what it stands on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from abm.city.city import City
from abm.city.layout import layout
from abm.city.loading import city_names, load_city
from abm.city.pack import homes_and_money as money
from abm.city.pack import people
from abm.city.pack.forms import Given
from abm.city.pack.made import BORROWED, DERIVED, OWN, PARTLY, Made, borrowed, single_age_counts
from abm.city.pack.reading import read_given
from abm.city.pack.replacing import check_untouched, made_beside, mark, put_in_place
from abm.city.pack.sources import as_yaml, description, sources
from policies.errors import InputError
from policies.messages import tr

FERTILE = slice(15, 50)
KINDS = (OWN, PARTLY, DERIVED, BORROWED)


@dataclass(frozen=True)
class Pack:
    """A city folder that was made: where it is, the city as it is read back, and each table with how it was made."""

    folder: Path
    city: City
    donor: str
    made: dict[str, Made]

    def tables(self, kind: str) -> list[str]:
        """Names of the tables made in a way."""
        return [name for name, made in self.made.items() if made.kind == kind]

    def lines(self) -> list[str]:
        """What a person wants to know, a line each."""
        residents = self.city.population_by_age(2020)
        by_county = ", ".join(
            f"{county} {persons:,.0f}"
            for county, persons in zip(self.city.counties, residents.sum(axis=(1, 2)), strict=True)
        )
        words = {
            OWN: tr("given"),
            PARTLY: tr("partly given"),
            DERIVED: tr("worked out"),
            BORROWED: tr("borrowed from {donor}, grade D").format(donor=self.donor),
        }
        found = [
            tr("{city}: {residents:,.0f} residents in 2020 ({by_county})").format(
                city=self.city.name, residents=residents.sum(), by_county=by_county
            )
        ]
        found += [f"  {words[kind]}: {', '.join(self.tables(kind))}" for kind in KINDS if self.tables(kind)]
        found.append(tr("  infants of 2020 stand for {tfr:.2f} births to a woman").format(tfr=infants_tfr(self.city)))
        found.append(tr("city folder: {folder}").format(folder=self.folder))
        return found


def infants_tfr(city: City) -> float:
    """Total fertility rate that the infants of the census of 2020 stand for, with the nation's ages of mothers."""
    residents = city.population_by_age(2020).sum(axis=0)
    shape = city.national_birth_rates(2020).sum(axis=0)
    return float(residents[:, 0].sum() * shape.sum() / (residents[1, FERTILE] @ shape))


def make_pack(tables: Path, out: Path, donor: str | None = None, replace: bool = False) -> Pack:
    """Write the folder ``out/NAME`` of the city described in ``tables`` and read it back.

    Borrows from ``donor`` (a city's name or folder; None: the one that ``city.yaml`` names). Nothing is left behind
    when something is wrong. InputError names the file, row and column; or the folder that is there, unless this command
    made it, nobody changed it since, and it is to be replaced.
    """
    given = read_given(tables)
    if given.who.name in city_names():
        raise InputError(
            tr("{tables}/city.yaml: name {who!r} is that of a city which ships with Cradle").format(
                tables=tables.name, who=given.who.name
            )
        )
    folder = out / given.who.name
    if folder.exists() or folder.is_symlink():
        if not replace:
            raise InputError(
                tr("{folder} is there already; --replace writes it anew, --out puts it elsewhere").format(folder=folder)
            )
        check_untouched(folder)
    lender = load_city(donor or given.who.donor)
    made = make_tables(given, lender)
    with made_beside(out) as hidden:
        draft = hidden / given.who.name
        write_folder(draft, given, lender, made)
        mark(draft)
        city = load_city(draft)  # refuses what cannot be right before anything is replaced
        if folder.exists():
            check_untouched(folder)  # it may have been changed since
        put_in_place(draft, folder)
    return Pack(folder, dataclasses.replace(city, folder=folder.resolve()), lender.name, made)


def make_tables(given: Given, donor: City) -> dict[str, Made]:
    """Every table of the new city, in the order of the layout."""
    residents = people.population(given, donor)
    counts = single_age_counts(residents.table, donor.tables["age_split"], given.counties)
    made = {
        "population": residents,
        "town_share": people.town_share(given, donor, counts),
        "hukou_elsewhere": people.hukou_elsewhere(given, donor, counts),
        "absent": people.absent(given, donor, counts),
        "life_expectancy": people.life_expectancy(given, donor),
        "migration_cohorts": people.migration_cohorts(given, donor, counts),
        "migration_level": people.migration_level(given, donor, counts),
        "marital": people.marital(given, donor, counts),
        "sex_ratio_at_birth": people.sex_ratio_at_birth(given, donor),
        "schooling_cohorts": people.schooling_cohorts(given, donor, counts),
        "households": money.households(given, donor, counts),
        "economy": money.economy(given, donor),
        "employment": people.employment(given, donor),
        "plan_targets": money.plan_targets(given, donor, counts),
    }
    return {name: made.get(name) or borrowed(donor.tables[name]) for name in layout(given.counties)}


def write_folder(folder: Path, given: Given, donor: City, made: dict[str, Made]) -> None:
    """Write the tables, ``city.yaml`` and ``sources.yaml``."""
    folder.mkdir()
    specs = layout(given.counties)
    for name, entry in made.items():
        columns = list(specs[name].columns)
        table = entry.table[columns]
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    (folder / "city.yaml").write_text(as_yaml(description(given, donor)), encoding="utf-8")
    (folder / "sources.yaml").write_text(as_yaml(sources(given, donor, made)), encoding="utf-8")
