"""Births of groups of people against current law, relative to what the group has anyway."""

from __future__ import annotations

import pandas as pd

from results.analysis.compare import paired, ratio_interval, yearly
from results.content.words import CATEGORIES, Text, joined
from results.scenario.data import RunData, group_dimensions

DIMENSIONS_SHOWN = ("order", "income_fifth", "county", "residence", "hukou", "mother_age")
MOST_DRAWN = 4
"""Scenarios that a panel of gains has room for."""
LOGGED = ("order", "income_fifth", "hukou", "mother_age")
"""Dimensions of the births log; the others are those of the series."""
COLUMNS = ["scenario", "group", "mean", "low", "high"]


def strongest(data: RunData) -> str | None:
    """The scenario with the most additional births."""
    table = data.additional_births_by_seed
    if table.empty:
        return None
    return str(table.groupby("scenario")["value"].mean().idxmax())


def drawn(data: RunData, names: list[str], most: int) -> list[str]:
    """The scenarios that a figure with room for ``most`` shows: the first, and always the one that leads speak of."""
    top = strongest(data)
    if len(names) <= most or top not in names or top in names[:most]:
        return names[:most]
    return [*names[: most - 1], top]


def not_drawn(data: RunData, names: list[str], most: int) -> Text:
    """What a figure's caption says of scenarios that it has no room for; nothing where it shows them all."""
    shown = drawn(data, names, most)
    left = [name for name in names if name not in shown]
    if not left:
        return {"en": "", "zh": ""}
    said = {lang: joined([f"“{data.scenario_label(name, lang)}”" for name in left], lang) for lang in ("en", "zh")}
    return {"en": f" Not drawn, but in the tables: {said['en']}.", "zh": f"图中未绘、见表格：{said['zh']}。"}


def relative_gains(data: RunData, dimension: str) -> pd.DataFrame:
    """Births within the horizon above those of current law over those of current law, with Fieller's interval, by
    scenario and group of one dimension."""
    pairs = _logged(data, dimension) if dimension in LOGGED else _counted(data, dimension)
    rows = []
    for (scenario, group), part in pairs.groupby(["scenario", "group"], sort=False):
        ratio, low, high = ratio_interval(part["gained"].to_numpy(), part["had"].to_numpy())
        rows.append({"scenario": str(scenario), "group": str(group), "mean": ratio, "low": low, "high": high})
    return pd.DataFrame(rows, columns=COLUMNS)


def _logged(data: RunData, dimension: str) -> pd.DataFrame:
    """Gained and had by scenario, seed and group, from the births log."""
    table = data.birth_differences
    parts = table["quantity"].astype(str).str.split(";", n=1, expand=True).reindex(columns=[0, 1])
    own = table.assign(kind=parts[0], group=parts[1])
    own = own[own["group"].astype(str).str.startswith(f"{dimension}:")]
    if own.empty:
        return pd.DataFrame(columns=["scenario", "seed", "group", "gained", "had"])
    wide = own.pivot_table(
        index=["scenario", "seed", "group"], columns="kind", values="value", sort=False
    ).reset_index()
    return wide.rename(columns={"within_horizon": "gained", "births_baseline": "had"})


def _counted(data: RunData, dimension: str) -> pd.DataFrame:
    """The same from the series."""
    tables = []
    for group in data.groups("births"):
        if set(group_dimensions(group)) != {dimension}:
            continue
        years = (data.branch_year, data.end_year)
        gained = _summed(paired(data.rows("births"), "births", data.baseline, group), *years)
        had = _summed(yearly(data.rows("births"), "births", group), *years)
        had = had[had["scenario"] == data.baseline].set_index("seed")["value"]
        tables.append(gained.rename(columns={"value": "gained"}).assign(group=group, had=gained["seed"].map(had)))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["scenario", "seed", "group"])


def _summed(table: pd.DataFrame, first_year: int, last_year: int) -> pd.DataFrame:
    own = table[table["year"].between(first_year, last_year)]
    return own.groupby(["scenario", "seed"], as_index=False)["value"].sum()


def category(data: RunData, group: str) -> Text:
    """A group's name for people."""
    if group in CATEGORIES:
        return CATEGORIES[group]
    dimension, name = group.split(":", 1)
    if dimension == "county" and name in data.context["city"]["counties"]:
        return dict(data.context["city"]["counties"][name])
    return {"en": name.replace("-", "–"), "zh": name.replace("-", "—")}
