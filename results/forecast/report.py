"""The population report of a forecast: how many people, who they are, where, and how sure that is."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from results.content.blocks import Block, Bullets, Cell, FigureRef, Paragraph, Section, Table, both
from results.content.cells import NOTHING, Number, measured
from results.content.estimates import said
from results.content.figures import make_figures, named_in
from results.content.words import LANGUAGES, Text, joined, number
from results.documents.page import opening_of, write_page
from results.folder.store import RunFolder
from results.forecast import figures
from results.forecast.data import ForecastData
from results.reproduce import facts_of, reproduce_section, same_numbers
from results.trust.study_marks import answering, opening_trusted, trusted

CITY_ROWS = (
    ("population", "all"), ("births", "all"), ("deaths", "all"), ("net_migration", "all"), ("tfr", "all"),
    ("school_entrants", "all"), ("share_16_59", "all"), ("dependency_ratio", "all"), ("dependency_ratio", "part:old"),
    ("urban_share", "all"), ("life_expectancy", "all"),
)  # fmt: skip
COUNTY_ROWS = (
    "population", "births", "deaths", "school_entrants", "share_16_59", "dependency_ratio", "urban_share",
)  # fmt: skip
FACTS = ("runs", "seeds", "draws", "people", "history", "end")
MOST_CORRELATED = 6
PARTS: dict[str, Text] = {"part:old": {"en": ", 65 and over", "zh": "（65 岁及以上）"}}


def write_forecast_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    """Write the report; returns the page's path and its first answer."""
    data = ForecastData.read(folder)
    made = [people_section(data), structure_section(data), county_section(data), spread_section(data)]
    sections = [section for section in made if section is not None] + [reproduction_section(data)]
    sections = trusted(sections, data.context)
    drawn = make_figures(data, named_in(sections))
    opening = opening_trusted(opening_of(answering(sections)), sections, drawn)
    page = write_page(folder, data.context, facts_of(data, *FACTS), sections, drawn, bands_tables(data), lang, opening)
    return page, sections[0].lead


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
        "bands_city": data.named(pd.concat(city, ignore_index=True)),
        "bands_county": data.named(pd.concat(county, ignore_index=True)),
        "pyramid": data.named(pd.concat(ages, ignore_index=True)),
        **({"spread": data.sources_of_spread} if len(data.sources_of_spread) else {}),
        **({"moved_by": data.moved_by} if len(data.moved_by) else {}),
    }


def tidy(found: dict[str, float]) -> dict[str, float]:
    """Counts of people rounded to the second digit of half the band."""
    half = (found["high80"] - found["low80"]) / 2
    step = 10.0 ** max(math.floor(math.log10(half)) - 1, 0) if half > 0 else 1.0
    return {name: round(value / step) * step if math.isfinite(value) else value for name, value in found.items()}


def _cell(data: ForecastData, found: dict[str, float] | None, indicator: str) -> Number:
    if found is None or not math.isfinite(found["median"]):
        return NOTHING
    times, digits = (100.0, 1) if data.is_share(indicator) else (1.0, 0)
    if indicator in ("tfr", "life_expectancy"):
        digits = 2 if indicator == "tfr" else 1
    values = {name: times * value for name, value in found.items()}
    values = tidy(values) if digits == 0 else values
    return measured(values["median"], values["low80"], values["high80"], digits)


def _name(data: ForecastData, indicator: str, group: str) -> Text:
    more = PARTS.get(group, both("", ""))
    unit = both(", %", "（%）") if data.is_share(indicator) else both("", "")
    if indicator == "life_expectancy":
        unit = both(", years", "（岁）")
    return {lang: data.indicator_label(indicator, lang) + more[lang] + unit[lang] for lang in LANGUAGES}


def people_section(data: ForecastData) -> Section:
    """How many people there will be."""
    title = both("How many people?", "有多少人？")
    first, last = data.branch_year, data.report_years[-1]
    start, end = data.at(first, "population"), data.at(last, "population")
    births = data.at(last, "births")
    if start is None or end is None or births is None:
        return Section("people", title, both("The run kept no population.", "本次模拟未保留人口数据。"))
    end, births = tidy(end), tidy(births)
    change = data.change_of("population", "all", first, last)
    span, births_span = _ends(end), _ends(births)
    change_span = _ends(change, 1, "%")
    words = data.band_words
    lead = both(
        f"Under current law {number(end['median'])} residents in {last} ({words['en']}: {span['en']}), "
        f"{number(change['median'], 1, sign=True)} % against {first} ({change_span['en']}); "
        f"{number(births['median'])} births in {last} ({births_span['en']}).",
        f"现行政策下，{last} 年常住人口 {number(end['median'])} 人（{words['zh']}：{span['zh']}），较 {first} 年"
        f"{_changed(change, 1)}；"
        f"{last} 年出生 {number(births['median'])} 人（{births_span['zh']}）。",
    )
    years = [first, *data.report_years]
    head: list[Cell] = [both("Indicator", "指标"), *(str(year) for year in years)]
    rows: list[list[Cell]] = [
        [_name(data, name, group), *(_cell(data, data.at(year, name, group), name) for year in years)]
        for name, group in CITY_ROWS
    ]
    caption = both(f"Median of runs; below it {words['en']}", f"各次模拟的中位数；其下为 {words['zh']}")
    files = both(
        "Year by year the numbers stand in tables/bands_city.csv and tables/bands_county.csv.",
        "逐年数值见 tables/bands_city.csv 与 tables/bands_county.csv。",
    )
    blocks: list[Block] = [
        FigureRef(figures.residents, _fan_caption(data)), Table("city", caption, head, rows), *_packages(data),
        Paragraph(files, "note"),
    ]  # fmt: skip
    return Section("people", title, lead, blocks)


def _ends(found: dict[str, float], digits: int = 0, unit: str = "") -> Text:
    """Both ends of a band; a unit stands once in English and at both ends in Chinese."""
    low, high = (number(found[name], digits, sign=bool(unit)) for name in ("low80", "high80"))
    return both(f"{low} to {high}" + (f" {unit}" if unit else ""), f"{low}{unit} 至 {high}{unit}")


def _changed(found: dict[str, float], digits: int) -> str:
    """A change in Chinese: 减少 or 增加 with its size where the whole band has one sign, else with signs."""
    low, high, median = found["low80"], found["high80"], found["median"]
    if high < 0 or low > 0:
        word = "减少" if high < 0 else "增加"
        ends = sorted((abs(low), abs(high)))
        return f"{word} {number(abs(median), digits)}%（{number(ends[0], digits)}% 至 {number(ends[1], digits)}%）"
    return f"变化 {number(median, digits, sign=True)}%（{_ends(found, digits, '%')['zh']}）"


def _fan_caption(data: ForecastData) -> Text:
    """How to read the paths."""
    others = [name for name in data.scenarios if name != data.baseline]
    dashed = both("", "")
    if others:
        names = {lang: joined([data.scenario_label(name, lang) for name in others], lang) for lang in LANGUAGES}
        dashed = both(f" Dashed: median with {names['en']}.", f"虚线：{names['zh']}的中位数。")
    return both(
        f"Line: median under current law. Dotted: the year in which the forecast begins.{dashed['en']}",
        f"实线：现行政策的中位数。点线：预测起始年。{dashed['zh']}",
    )


def _packages(data: ForecastData) -> list[Block]:
    """What other scenarios change in the last report year, against current law and paired by run."""
    year, items = data.report_years[-1], []
    for name in (n for n in data.scenarios if n != data.baseline):
        people, births = (data.effect(name, what, year) for what in ("population", "births"))
        if people is None or births is None:
            continue
        label = {lang: data.scenario_label(name, lang) for lang in LANGUAGES}
        told = said(people, sign=True), said(births, sign=True)
        items.append(both(
            f"{label['en']} against current law in {year}: residents {told[0]['en']}, births of the year "
            f"{told[1]['en']}.",
            f"{year} 年，{label['zh']}与现行政策相比：常住人口 {told[0]['zh']}，当年出生 {told[1]['zh']}。",
        ))  # fmt: skip
    return [Bullets(items)] if items else []


def structure_section(data: ForecastData) -> Section | None:
    """Who they are."""
    title = both("Who are they?", "人口结构如何？")
    last = data.report_years[-1]
    working, entrants = data.at(last, "share_16_59"), data.at(last, "school_entrants")
    span = data.change_of("school_entrants", "all", data.branch_year, last)
    if working is None or entrants is None or not math.isfinite(span["median"]):
        return None
    entrants = tidy(entrants)
    words = data.band_words
    low, high = (f"{100 * working[name]:.1f}" for name in ("low80", "high80"))
    ends = both(f"{low} to {high}", f"{low}% 至 {high}%")
    change_ends = _ends(span, 0, "%")
    lead = both(
        f"In {last}, {100 * working['median']:.1f} % of residents are 16 to 59 ({words['en']}: {ends['en']} %); "
        f"school entrants are {number(entrants['median'])} ({_ends(entrants)['en']}), "
        f"{number(span['median'], 0, sign=True)} % against {data.branch_year} ({change_ends['en']}).",
        f"{last} 年 16—59 岁人口占 {100 * working['median']:.1f}%（{words['zh']}：{ends['zh']}）；小学入学人数 "
        f"{number(entrants['median'])} 人（{_ends(entrants)['zh']}），较 {data.branch_year} 年{_changed(span, 0)}。",
    )
    note = both("School entrants are residents aged 6 on 1 November.", "小学入学人数指 11 月 1 日年满 6 岁的常住人口。")
    blocks: list[Block] = [FigureRef(figures.pyramids, note), FigureRef(figures.structure, both("", ""))]
    return Section("structure", title, lead, blocks)


def county_section(data: ForecastData) -> Section | None:
    """Where they live."""
    title = both("Where do they live?", "人口分布在哪里？")
    last = data.report_years[-1]
    changes = {key: data.change("population", f"county:{key}", data.branch_year, last) for key in data.counties}
    wide = pd.DataFrame({key: values for key, values in changes.items() if len(values)}).dropna()
    if wide.empty:
        return None
    medians = pd.Series({key: data.change_of("population", f"county:{key}", data.branch_year, last)["median"]
                         for key in wide})  # fmt: skip
    told = [
        _county_change(data, str(medians.idxmin()), wide, "lowest", wide.idxmin(axis=1)),
        _county_change(data, str(medians.idxmax()), wide, "highest", wide.idxmax(axis=1)),
    ][: len(medians)]
    lead = both(
        f"Residents between {data.branch_year} and {last}: {told[0]['en']}"
        + "".join(f"; {t['en']}" for t in told[1:])
        + f" (in brackets {data.band_words['en']}).",
        f"{data.branch_year}—{last} 年常住人口变化：{told[0]['zh']}"
        + "".join(f"；{t['zh']}" for t in told[1:])
        + f"。括号内为 {data.band_words['zh']}。",
    )
    head: list[Cell] = [
        both("County", "县区"),
        both("Year", "年份"),
        *(_name(data, name, "all") for name in COUNTY_ROWS),
    ]
    rows: list[list[Cell]] = [
        [dict(label), int(year), *(_cell(data, data.at(year, name, f"county:{key}"), name) for name in COUNTY_ROWS)]
        for key, label in data.counties.items()
        for year in [data.branch_year, *data.report_years]
    ]
    words = data.band_words
    caption = both(f"By county: median; below it {words['en']}", f"分县区：中位数；其下为 {words['zh']}")
    blocks: list[Block] = [
        FigureRef(figures.counties, _fan_caption(data)), Table("counties", caption, head, rows, text_columns=2)
    ]  # fmt: skip
    return Section("counties", title, lead, blocks)


def _county_change(data: ForecastData, key: str, changes: pd.DataFrame, how: str, which: pd.Series) -> Text:
    """The change of a county, and in how many runs it is the lowest or highest of all (``which`` that is by run)."""
    span = data.change_of("population", f"county:{key}", data.branch_year, data.report_years[-1])
    label, runs, counties = data.counties[key], len(changes), len(data.counties)
    ends, change, times = _ends(span, 1, "%")["en"], number(span["median"], 1, True), int((which == key).sum())
    place = {"lowest": "变化率最低", "highest": "变化率最高"}[how]
    return both(
        f"{label['en']} {change} % ({ends}), the {how} of {counties} counties in {times} of {runs} runs",
        f"{label['zh']}{_changed(span, 1)}，{runs} 次模拟中有 {times} 次为 {counties} 个县区中{place}",
    )


def spread_section(data: ForecastData) -> Section:
    """How sure it is."""
    title = both("How sure is it?", "有多大把握？")
    runs, draws = len(data.design), int(data.design["draw"].nunique())
    fitted = data.context["parameters_used"] == "fitted"
    seeds = int(data.design["seed"].nunique())
    made = both(f"{seeds} seeds by {draws} parameter draws", f"{seeds} 个种子 × {draws} 组参数")
    if data.plan.get("draw_by_seed"):
        made = both(
            f"{seeds} seeds, each on its own of {draws} draws of the fit",
            f"{seeds} 个种子，各用 {draws} 组拟合参数之一",
        )
    bands = both(f"Medians and bands are of {runs} runs", f"中位数与区间来自 {runs} 次模拟")
    if not data.has_intervals:
        n, kind = data.replicates, both("parameter draws", "组参数") if draws > 1 else both("seeds", "个种子")
        bands = both(
            f"{n} {kind['en']} are too few for bands: what is given is the lowest and highest of {runs} runs",
            f"仅 {n} {kind['zh']}，不足以给出区间，故只给出 {runs} 次模拟的最低与最高值",
        )
    covered = _covered(data, seeds, draws, fitted)
    lead = both(f"{bands['en']}: {made['en']}. {covered['en']}", f"{bands['zh']}：{made['zh']}；{covered['zh']}")
    items = []
    for row in data.sources_of_spread.itertuples(index=False):
        share, low, high = (number(100 * value) for value in (row.share_between_draws, row.low, row.high))
        names = {lang: data.indicator_label(row.indicator, lang) for lang in LANGUAGES}
        items.append(
            both(
                f"{names['en']} in {row.year}: {share} % of the variance between runs (95 % interval {low} to {high} "
                "%) lies between parameter draws, the rest is chance.",
                f"{row.year} 年{names['zh']}：各次模拟间方差的 {share}%"
                f"（95% 区间 {low}% 至 {high}%）来自参数组之间，其余为随机波动。",
            )
        )
    items += _moved_by(data)
    share = 100 * data.context["scale"]
    blocks: list[Block] = [Bullets(items)] if items else []
    if share < 100:
        text = both(
            f"Simulated at {share:g} % of residents: chance is larger than in the whole city, most of all by county.",
            f"按常住人口的 {share:g}% 模拟：随机波动大于全市实际，分县区尤甚。",
        )
        blocks.append(Paragraph(text, "note"))
    return Section("spread", title, lead, blocks)


def _covered(data: ForecastData, seeds: int, draws: int, fitted: bool) -> Text:
    """What the bands cover. Draws of one seed share its chance, so that they hardly hold any."""
    unknown = (both("what the fit to the city leaves open", "拟合后仍不确定的行为参数") if fitted
               else both("the numbers drawn", "所抽参数"))  # fmt: skip
    if draws > 1 and seeds == 1:
        return both(
            f"They cover {unknown['en']}, but hardly chance, which all draws share with one seed, nor a change of law, "
            "of migration or of the model.",
            f"涵盖{unknown['zh']}；但各组参数共用一个随机种子，几乎不含随机波动，也不涵盖法律、迁移或模型本身的变化。",
        )
    what = (
        both(f"chance and {unknown['en']}", f"随机波动与{unknown['zh']}") if draws > 1 else both("chance", "随机波动")
    )
    return both(f"They cover {what['en']}, not a change of law, of migration or of the model.",
                f"涵盖{what['zh']}，不涵盖法律、迁移或模型本身的变化。")  # fmt: skip


def _moved_by(data: ForecastData) -> list[Text]:
    """Unknown numbers whose correlation with births can be told from zero, or that none can."""
    table, year = data.moved_by, data.report_years[-1]
    if table.empty:
        return []
    sure = table[table["certain"]].head(MOST_CORRELATED)
    if sure.empty:
        return [both(
            f"Of {len(table)} unknown numbers none has a rank correlation with births in {year} that can be told from "
            "zero.",
            f"{len(table)} 个未知参数中，没有一个与 {year} 年出生人数的秩相关可与零区分。",
        )]  # fmt: skip
    items = []
    for row in sure.itertuples(index=False):
        name = {lang: data.parameter_label(row.parameter, lang) for lang in LANGUAGES}
        value = number(row.correlation, 2, sign=True)
        items.append(both(
            f"Rank correlation of {name['en']} with births in {year}: {value} (told apart from zero, with Holm's "
            f"correction for all {len(table)} unknown numbers).",
            f"{name['zh']}与 {year} 年出生人数的秩相关：{value}"
            f"（对全部 {len(table)} 个未知参数作 Holm 校正后可与零区分）。",
        ))  # fmt: skip
    return items


def reproduction_section(data: ForecastData) -> Section:
    """How to get the same numbers again."""
    return reproduce_section(data, same_numbers(data), hashes_of=both("Sources, data, runs", "源码、数据、配置"))
