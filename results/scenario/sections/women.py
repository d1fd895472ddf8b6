"""The section on births and women: how many births there are, and how much of their fall is fewer women."""

from __future__ import annotations

import pandas as pd

from results.analysis.compare import t_interval
from results.content.blocks import Block, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.estimates import said, with_interval
from results.scenario.births_parts import births_parts, rates_by_age, sums_by_year, women_by_age
from results.scenario.data import RunData
from results.scenario.figures import paths
from results.scenario.figures.bars import pyramid
from results.scenario.figures.women import births_and_women
from results.scenario.sections.effects import label_of

PARTS = (
    ("total", both("All", "合计")),
    ("women", both("through the number of women of each age", "因各年龄妇女人数")),
    ("rates", both("through births per woman of each age", "因各年龄妇女生育率")),
)


def women_section(data: RunData) -> Section:
    """Births beside the TFR, with the shrinking number of women."""
    title = both("How many births, from how many women?", "有多少出生，来自多少妇女？")
    women = women_by_age(data.rows("population"))
    parts = births_parts(women, rates_by_age(data.rows("asfr")), data.branch_year - 1, data.end_year)
    births = {year: data.value("births", data.baseline, year) for year in (data.branch_year - 1, data.end_year)}
    first, last = births[data.branch_year - 1], births[data.end_year]
    if women.empty or first is None or last is None:
        lead = both("The run kept no births or no women by age.", "本次模拟未保留出生数或分年龄妇女数。")
        return Section("women", title, lead, [FigureRef(paths.births, _births_caption())])
    lead = both(
        f"Under current law births go from {said(first)['en']} in {data.branch_year - 1} to {said(last)['en']} in "
        f"{data.end_year}",
        f"在现行政策下，出生人数由 {data.branch_year - 1} 年的 {said(first)['zh']}变为 {data.end_year} 年的 "
        f"{said(last)['zh']}",
    )
    blocks: list[Block] = [
        FigureRef(
            births_and_women,
            both(
                "Current law, mean of runs with 80 % of runs. A rate can stand still while births fall, because the "
                "women who could have them were not born.",
                "现行政策，各次模拟均值与 80% 的模拟。即使生育率不变，由于育龄妇女减少，出生人数仍会下降。",
            ),
        ),
        _years_table(data, women),
    ]
    if parts.empty:
        lead = both(lead["en"] + ".", lead["zh"] + "。")
    else:
        own = parts.xs(data.baseline, level="scenario")
        women_part, rates_part = (
            said(dict(zip(("mean", "low", "high"), t_interval(own[key].to_numpy()), strict=True)), sign=True)
            for key in ("women", "rates")
        )
        lead = both(
            f"{lead['en']}: {women_part['en']} through the number of women and {rates_part['en']} through their "
            "fertility.",
            f"{lead['zh']}：因妇女人数变化 {women_part['zh']}，因生育水平变化 {rates_part['zh']}。",
        )
        blocks += [_parts_table(data, parts), Paragraph(_how_split(data), "note")]
    blocks += [
        FigureRef(paths.births, _births_caption()),
        FigureRef(paths.births_by_order, both("Births a year by order.", "按孩次的每年出生数。")),
        FigureRef(pyramid, both("Residents by age and sex.", "按年龄和性别的常住人口。")),
    ]
    return Section("women", title, lead, blocks)


def _births_caption() -> dict[str, str]:
    return both(
        "Births a year to resident women; the band is the 95 % interval of the mean under current law.",
        "常住妇女每年生育数；阴影为现行政策下均值的 95% 区间。",
    )


def shown_years(data: RunData) -> list[int]:
    """Years of the table: the history's first and 2020, the branch, the year judged, the end."""
    years = {data.start_year, 2020, data.branch_year - 1, data.judged_year, data.end_year}
    return sorted(y for y in years if data.start_year <= y <= data.end_year)


def _years_table(data: RunData, women: pd.DataFrame) -> Table:
    counted = sums_by_year(women, data.baseline).set_index("year")
    young = sums_by_year(women, data.baseline, ("20-24", "25-29", "30-34")).set_index("year")
    rows: list[list[Cell]] = []
    for year in shown_years(data):
        row: list[Cell] = [year]
        for found, digits in (
            (data.value("tfr", data.baseline, year), 2),
            (data.value("births", data.baseline, year), 0),
        ):
            row.append(with_interval(found, digits, sign=False))
        for table in (counted, young):
            found = {k: float(v) for k, v in table.loc[year].items()} if year in table.index else None
            row.append(with_interval({str(k): v for k, v in found.items()} if found else None, 0, sign=False))
        rows.append(row)
    head: list[Cell] = [
        both("Year", "年份"), both("TFR, children per woman", "总和生育率（孩/妇女）"), both("Births", "出生人数"),
        both("Women of 15–49", "15—49 岁妇女"), both("Women of 20–34", "20—34 岁妇女"),
    ]  # fmt: skip
    caption = both(
        "Rate, births and women under current law: mean and 95 % interval, residents",
        "现行政策下的生育率、出生与妇女人数：均值与 95% 区间（常住人口）",
    )
    return Table("births_and_women", caption, head, rows)


def _parts_table(data: RunData, parts: pd.DataFrame) -> Table:
    rows: list[list[Cell]] = []
    for name in data.scenarios:
        if name not in parts.index.get_level_values("scenario"):
            continue
        own = parts.xs(name, level="scenario")
        cells = [
            with_interval(dict(zip(("mean", "low", "high"), t_interval(own[key].to_numpy()), strict=True)), 0)
            for key, _ in PARTS
        ]
        rows.append([label_of(data, name), *cells])
    head: list[Cell] = [both("Scenario", "情景"), *[label for _, label in PARTS]]
    caption = both(
        f"Change of births a year from {data.branch_year - 1} to {data.end_year}, and where it comes from",
        f"{data.branch_year - 1} 至 {data.end_year} 年每年出生人数的变化及其来源",
    )
    return Table("births_decomposition", caption, head, rows)


def _how_split(data: RunData) -> dict[str, str]:
    return both(
        "Women of each five-year age at the mean rates of both years, and rates at the mean number of women "
        "(Kitagawa). Women are those of 1 November, so the sum lies a little beside the births counted over the "
        "years. Measures act through the second part, and, some thirty years later, through the first.",
        "按五岁组妇女人数变化乘以两年平均生育率、生育率变化乘以两年平均妇女人数分解（Kitagawa）。妇女人数取 11 月 1 "
        "日，故两项之和与全年出生数略有出入。政策通过第二项起作用，约三十年后才通过第一项起作用。",
    )
