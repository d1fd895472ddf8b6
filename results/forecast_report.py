"""The population report of a forecast: how many people, who they are, where, and how sure that is."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from results.blocks import Block, Bullets, Cell, Code, FigureRef, Measured, Paragraph, Section, Table, both
from results.figure_style import style, svg_text
from results.forecast_data import ForecastData
from results.forecast_figures import MAKERS
from results.page import Fact, Figures, write_page
from results.run_data import LANGUAGES
from results.store import RunFolder
from results.study_data import parameter_label
from results.words import Text, interval, number

CITY_ROWS = (
    ("population", "all"), ("births", "all"), ("deaths", "all"), ("net_migration", "all"), ("tfr", "all"),
    ("school_entrants", "all"), ("share_16_59", "all"), ("dependency_ratio", "all"), ("dependency_ratio", "part:old"),
    ("urban_share", "all"), ("life_expectancy", "all"),
)  # fmt: skip
COUNTY_ROWS = (
    "population", "births", "deaths", "school_entrants", "share_16_59", "dependency_ratio", "urban_share",
)  # fmt: skip
MOST_CORRELATED = 6
PARTS: dict[str, Text] = {"part:old": {"en": ", 65 and over", "zh": "（65岁及以上）"}}


def write_forecast_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    """Write the report; returns the page's path and its first answer."""
    data = ForecastData.read(folder)
    sections = [people_section(data), structure_section(data), county_section(data), spread_section(data),
                reproduce_section(data)]  # fmt: skip
    page = write_page(folder, data.context, _facts(data), sections, _figures(data), bands_tables(data), lang)
    return page, sections[0].lead


def _figures(data: ForecastData) -> Figures:
    made: Figures = {}
    with style():
        for name, maker in MAKERS.items():
            for lang in LANGUAGES:
                figure = maker(data, lang)
                if figure is not None:
                    made.setdefault(name, {})[lang] = svg_text(figure, f"{name}.{lang}")
    return made


def bands_tables(data: ForecastData) -> dict[str, pd.DataFrame]:
    """Median, 80 and 95 % bands by year: of the city, by county, and of the pyramid."""
    city = [
        data.bands(name, group, scenario).assign(indicator=name, group=group, scenario=scenario)
        for scenario in data.scenarios
        for name, group in CITY_ROWS
    ]
    county = [
        data.bands(name, f"county:{key}", scenario).assign(indicator=name, county=key, scenario=scenario)
        for scenario in data.scenarios
        for key in data.counties
        for name in COUNTY_ROWS
    ]
    ages = [data.pyramid(year).assign(year=year) for year in [data.branch_year, *data.report_years]]
    return {
        "bands_city": pd.concat(city, ignore_index=True),
        "bands_county": pd.concat(county, ignore_index=True),
        "pyramid": pd.concat(ages, ignore_index=True),
        "spread": data.sources_of_spread,
        "moved_by": data.moved_by,
    }


def _cell(data: ForecastData, found: dict[str, float] | None, indicator: str) -> Cell:
    if found is None or not math.isfinite(found["median"]):
        return "–"
    times, digits = (100.0, 1) if data.is_share(indicator) else (1.0, 0)
    if indicator in ("tfr", "life_expectancy"):
        digits = 2 if indicator == "tfr" else 1
    values = {name: times * value for name, value in found.items()}
    return Measured.of(values["median"], values["low80"], values["high80"], digits)


def _name(data: ForecastData, indicator: str, group: str) -> Text:
    more = PARTS.get(group, both("", ""))
    unit = both(", %", "（%）") if data.is_share(indicator) else both("", "")
    return {lang: data.label(indicator, lang) + more[lang] + unit[lang] for lang in LANGUAGES}


def people_section(data: ForecastData) -> Section:
    """How many people there will be."""
    title = both("How many people?", "有多少人？")
    first, last = data.branch_year, data.report_years[-1]
    start, end = data.at(first, "population"), data.at(last, "population")
    births = data.at(last, "births")
    if start is None or end is None or births is None:
        return Section("people", title, both("The run kept no population.", "本次运行未保留人口数据。"))
    change = 100 * (end["median"] / start["median"] - 1)
    span, births_span = interval(end["low80"], end["high80"]), interval(births["low80"], births["high80"])
    lead = both(
        f"Under current law {number(end['median'])} residents in {last} (80 % of runs {span['en']}), "
        f"{number(change, 1, sign=True)} % against {first}; {number(births['median'])} births that year "
        f"({births_span['en']}).",
        f"在现行法律下，{last} 年常住人口 {number(end['median'])} 人（80%区间 {span['zh']}），较 {first} 年 "
        f"{number(change, 1, sign=True)} %；当年出生 {number(births['median'])} 人（{births_span['zh']}）。",
    )
    years = [first, *data.report_years]
    head: list[Cell] = [both("Indicator", "指标"), *(str(year) for year in years)]
    rows: list[list[Cell]] = [
        [_name(data, name, group), *(_cell(data, data.at(year, name, group), name) for year in years)]
        for name, group in CITY_ROWS
    ]
    caption = both("Median of runs, and 80 % of runs below it", "各次运行的中位数及80%区间")
    fan = both("Dotted: the year in which the forecast begins.", "虚线：预测起始年。")
    files = both(
        "95 % bands are shaded in the figures; their numbers, year by year, stand in tables/bands_city.csv and "
        "tables/bands_county.csv.",
        "95%区间见图中浅色带；逐年数值见 tables/bands_city.csv 与 tables/bands_county.csv。",
    )
    blocks: list[Block] = [FigureRef("residents", fan), Table("city", caption, head, rows), Paragraph(files, "note")]
    return Section("people", title, lead, blocks)


def structure_section(data: ForecastData) -> Section:
    """Who they are."""
    title = both("Who are they?", "人口结构如何？")
    last = data.report_years[-1]
    working, entrants = data.at(last, "share_16_59"), data.at(last, "school_entrants")
    now = data.at(data.branch_year, "school_entrants")
    if working is None or entrants is None or now is None:
        lead = both("The run kept no structure by age.", "本次运行未保留年龄结构。")
        return Section("structure", title, lead)
    change = 100 * (entrants["median"] / max(now["median"], 1) - 1)
    lead = both(
        f"In {last}, {100 * working['median']:.1f} % of residents are 16 to 59 ({100 * working['low80']:.1f} to "
        f"{100 * working['high80']:.1f}); school entrants are {number(entrants['median'])}, "
        f"{number(change, 0, sign=True)} % against {data.branch_year}.",
        f"{last} 年 16—59 岁人口占 {100 * working['median']:.1f} %（{100 * working['low80']:.1f} 至 "
        f"{100 * working['high80']:.1f}）；小学入学人数 {number(entrants['median'])} 人，较 {data.branch_year} 年 "
        f"{number(change, 0, sign=True)} %。",
    )
    note = both("School entrants are residents aged 6 on 1 November.", "小学入学人数指 11 月 1 日年满 6 岁的常住人口。")
    blocks: list[Block] = [FigureRef("pyramids", note), FigureRef("structure", both("", ""))]
    return Section("structure", title, lead, blocks)


def county_section(data: ForecastData) -> Section:
    """Where they live."""
    title = both("Where do they live?", "人口分布在哪里？")
    last = data.report_years[-1]
    changes = {}
    for key in data.counties:
        start, end = (data.at(year, "population", f"county:{key}") for year in (data.branch_year, last))
        if start and end and start["median"] > 0:
            changes[key] = 100 * (end["median"] / start["median"] - 1)
    if not changes:
        return Section("counties", title, both("The run kept no counties.", "本次运行未保留分县区数据。"))
    low, high = min(changes, key=changes.__getitem__), max(changes, key=changes.__getitem__)
    labels = data.counties
    lead = both(
        f"Between {data.branch_year} and {last} residents change most in {labels[low]['en']} "
        f"({number(changes[low], 1, True)} %) and least in {labels[high]['en']} ({number(changes[high], 1, True)} %).",
        f"{data.branch_year} 至 {last} 年，{labels[low]['zh']}变化最大（{number(changes[low], 1, True)} %），"
        f"{labels[high]['zh']}最小（{number(changes[high], 1, True)} %）。",
    )
    if changes[high] > 0 > changes[low]:
        lead = both(
            f"Between {data.branch_year} and {last} residents rise most in {labels[high]['en']} "
            f"({number(changes[high], 1, True)} %) and fall most in {labels[low]['en']} "
            f"({number(changes[low], 1, True)} %).",
            f"{data.branch_year} 至 {last} 年，{labels[high]['zh']}增长最多（{number(changes[high], 1, True)} %），"
            f"{labels[low]['zh']}减少最多（{number(changes[low], 1, True)} %）。",
        )
    head: list[Cell] = [
        both("County", "县区"),
        both("Year", "年份"),
        *(_name(data, name, "all") for name in COUNTY_ROWS),
    ]
    rows: list[list[Cell]] = [
        [dict(label), str(year), *(_cell(data, data.at(year, name, f"county:{key}"), name) for name in COUNTY_ROWS)]
        for key, label in labels.items()
        for year in [data.branch_year, *data.report_years]
    ]
    caption = both("By county: median and 80 % of runs", "分县区：中位数与80%区间")
    blocks: list[Block] = [FigureRef("counties", both("", "")), Table("counties", caption, head, rows, text_columns=2)]
    return Section("counties", title, lead, blocks)


def spread_section(data: ForecastData) -> Section:
    """How sure it is."""
    title = both("How sure is it?", "有多大把握？")
    runs, draws = len(data.design), int(data.design["draw"].nunique())
    fitted = data.context["parameters_used"] == "fitted"
    seeds = int(data.design["seed"].nunique())
    made = both(f"{seeds} seeds by {draws} parameter draws", f"{seeds} 个种子 × {draws} 组参数")
    if data.context["plan"].get("draw_by_seed"):
        made = both(
            f"{seeds} seeds, each on its own of {draws} draws of the fit",
            f"{seeds} 个种子，各用 {draws} 组拟合参数之一",
        )
    lead = both(
        f"The bands hold {runs} runs: {made['en']}. They cover chance and "
        + ("what the fit to the city leaves open" if fitted else "the numbers drawn")
        + ", not a change of law, of migration or of the model.",
        f"色带来自 {runs} 次运行：{made['zh']}；涵盖随机波动与"
        + ("拟合后仍不确定的行为参数" if fitted else "所抽参数")
        + "，不涵盖法律、迁移或模型本身的变化。",
    )
    items = []
    for row in data.sources_of_spread.itertuples(index=False):
        share = f"{100 * row.share_between_draws:.0f} %"
        items.append(
            both(
                f"{data.label(row.indicator, 'en')} in {row.year}: {share} of the variance lies between "
                "parameter draws, the "
                "rest is chance.",
                f"{row.year} 年{data.label(row.indicator, 'zh')}：{share} 的方差来自参数组之间，其余为随机波动。",
            )
        )
    for row in data.moved_by.head(MOST_CORRELATED).itertuples(index=False):
        star = both(" (told apart from zero)", "（可与零区分）") if row.p_value < 0.05 else both("", "")
        name = {lang: parameter_label(data.context["plan"]["uncertain"], row.parameter, lang) for lang in LANGUAGES}
        value = number(row.correlation, 2, sign=True)
        items.append(
            both(
                f"Rank correlation of {name['en']} with births in {data.report_years[-1]}: {value}{star['en']}.",
                f"{name['zh']}与 {data.report_years[-1]} 年出生人数的秩相关：{value}{star['zh']}。",
            )
        )
    share = 100 * data.context["scale"]
    blocks: list[Block] = [Bullets(items)] if items else []
    if share < 100:
        text = both(
            f"Simulated at {share:g} % of residents: chance is larger than in the whole city, most of all by county.",
            f"按常住人口的 {share:g} % 模拟：随机波动大于全市实际，分县区尤甚。",
        )
        blocks.append(Paragraph(text, "note"))
    return Section("spread", title, lead, blocks)


def reproduce_section(data: ForecastData) -> Section:
    """How to get the same numbers again."""
    manifest, runs = data.manifest, data.manifest["runs"]
    lead = both(
        f"The same config gives the same numbers on the same type of machine: {runs['finished']} of "
        f"{runs['asked']} runs.",
        f"同一配置在同类机器上得到相同数值：{runs['asked']} 次运行完成 {runs['finished']} 次。",
    )
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    hashes = f"{manifest['source_hash'][:12]}, {manifest['data_hash'][:12]}, {manifest['config_hash'][:12]}"
    items = [
        both(f"Versions: {versions}.", f"版本：{versions}。"),
        both(f"Sources, data, runs: {hashes}.", f"源码、数据、运行：{hashes}。"),
    ]
    title = both("How to reproduce it", "如何复现")
    return Section("reproduce", title, lead, [Code(["cradle run config.yaml", "cradle report ."]), Bullets(items)])


def _facts(data: ForecastData) -> list[Fact]:
    facts = [
        Fact(both("Runs", "运行次数"), number(len(data.design))),
        Fact(both("Seeds", "随机种子"), str(data.design["seed"].nunique())),
        Fact(both("Parameter draws", "参数组"), str(data.design["draw"].nunique())),
        Fact(both("People simulated", "模拟人数"), number(data.context["people"])),
        Fact(both("History from", "历史起点"), data.context["start"]),
        Fact(both("Until", "截至"), data.context["end"]),
    ]
    if data.failures:
        facts.append(Fact(both("Failed runs", "失败运行"), str(len(data.failures)), bad=True))
    return facts
