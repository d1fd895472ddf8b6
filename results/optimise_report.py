"""The report of a search for a package: the answer or an honest no, the Pareto front, and what is missing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from results import optimise_figures
from results.blocks import COST_A_YEAR, Block, Bullets, Cell, Code, FigureRef, Measured, Paragraph, Section, Table, both
from results.figure_style import style, svg_text
from results.optimise_data import SearchData
from results.page import Fact, Figures, write_page
from results.run_data import LANGUAGES
from results.store import RunFolder
from results.words import Text, interval, number

MOST_SHOWN = 12
MILLION = 1e6
SUPPOSITIONS: dict[str, Text] = {
    "missing-money": both("every measure at the outer bound of its lever file", "各措施均取措施文件中的最大上限"),
    "missing-wanted": both("women want 0.3 children more, for good", "女性理想子女数长期提高 0.3 个"),
    "missing-marriage": both("first marriages from 2023 on at the level of 2020", "2023 年后初婚水平恢复到 2020 年"),
    "missing-all": both("all three together", "三者同时"),
}


def write_optimise_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    """Write the report; returns the page's path and its first answer."""
    data = SearchData.read(folder)
    sections = [answer_section(data), front_section(data)]
    if data.missing is not None:
        sections.append(missing_section(data))
    sections.append(reproduce_section(data))
    tables = {"packages": data.packages, "front": data.front_with_doses}
    page = write_page(folder, data.context, _facts(data), sections, _figures(data), tables, lang)
    return page, sections[0].lead


def _figures(data: SearchData) -> Figures:
    made: Figures = {}
    with style():
        for name, maker in optimise_figures.MAKERS.items():
            for lang in LANGUAGES:
                figure = maker(data, lang)
                if figure is not None:
                    made.setdefault(name, {})[lang] = svg_text(figure, f"{name}.{lang}")
    return made


def answer_section(data: SearchData) -> Section:
    """The package that answers, or how far one gets."""
    title = both("Which package?", "选择哪个政策组合？")
    leads: list[Text] = []
    blocks: list[Block] = []
    target, budget, chosen = data.target, data.budget, data.chosen
    if target is not None:
        leads.append(_target_answer(data, chosen.get("cheapest")))
    if budget is not None:
        leads.append(_budget_answer(data, chosen.get("best")))
    for key in ("cheapest", "best"):
        if key in chosen:
            blocks += [_package_table(data, chosen[key], key), *_as_a_scenario(data, chosen[key])]
    lead = {lang: " ".join(text[lang] for text in leads) for lang in LANGUAGES}
    if target is not None and "cheapest" not in chosen:
        best = data.farthest
        blocks.append(_package_table(data, str(best["scenario"]), "farthest"))
    return Section("answer", title, lead, blocks)


def _target_answer(data: SearchData, name: str | None) -> Text:
    target = data.target
    assert target is not None
    goal = f"{target['tfr']:g}"
    chance = f"{100 * target['probability']:.0f} %"
    if name is not None:
        row = data.row(name)
        return both(
            f"A TFR of {goal} in {target['year']} with probability {chance} costs at least about "
            f"{_million(row['cost'])} million yuan a year over today's law (mean TFR {row['tfr']:.2f}).",
            f"以 {chance} 的概率在 {target['year']} 年达到总和生育率 {goal}，每年至少约需新增 "
            f"{_million(row['cost'])} 百万元（平均总和生育率 {row['tfr']:.2f}）。",
        )
    best, now = data.farthest, data.row(data.baseline)
    return both(
        f"No package within the bounds reaches a TFR of {goal} in {target['year']} with probability {chance}: "
        "the farthest "
        f"gives {best['tfr']:.2f} on average and {best['tfr_assured']:.2f} with that probability (today's law "
        f"{now['tfr']:.2f}), for {_million(best['cost'])} million yuan a year.",
        f"在给定范围内没有任何组合能以 {chance} 的概率在 {target['year']} 年达到总和生育率 {goal}：最高平均为 "
        f"{best['tfr']:.2f}，"
        f"以该概率可达 {best['tfr_assured']:.2f}（现行法律为 {now['tfr']:.2f}），每年新增 "
        f"{_million(best['cost'])} 百万元。",
    )


def _budget_answer(data: SearchData, name: str | None) -> Text:
    budget = _million(data.budget or 0.0)
    if name is None:
        return both(
            f"No package costs at most {budget} million yuan a year.", f"没有组合的年支出不超过 {budget} 百万元。"
        )
    row = data.row(name)
    span = interval(row["births_low"], row["births_high"], 0, sign=True)
    years = f"{data.first_year}–{data.last_year}"
    return both(
        f"For at most {budget} million yuan a year the best package found adds {number(row['births'], 0, True)} "
        "births in "
        f"{years} (80 % of runs {span['en']}).",
        f"在每年不超过 {budget} 百万元的预算下，所得最优组合在 {years} 年新增出生 {number(row['births'], 0, True)} 人"
        f"（80%区间 {span['zh']}）。",
    )


def _million(yuan: float) -> str:
    """Million yuan, with a decimal where it matters."""
    return number(yuan / MILLION, 0 if abs(yuan) >= 50 * MILLION else 1)


CAPTIONS = {
    "cheapest": both("The cheapest package that reaches the target", "达到目标的最低成本组合"),
    "best": both("The package with most births within the budget", "预算内新增出生最多的组合"),
    "farthest": both("The package that gets farthest", "最接近目标的组合"),
}


def _package_table(data: SearchData, name: str, key: str) -> Table:
    """What a package sets, against today's law."""
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Field", "参数"),
        both("Value", "取值"),
        both("Law", "现行法律"),
        both("Dose, %", "剂量（%）"),
    ]
    rows: list[list[Cell]] = []
    doses = data.doses_of(name)
    for card in sorted(data.factors, key=lambda c: -doses[c["name"]]):
        for span in card["spans"]:
            value = data.design_value(name, span["name"])
            rows.append(
                [
                    dict(card["label"]),
                    dict(span["label"]),
                    _value(value, span),
                    f"{span['law']:,.6g}",
                    f"{100 * doses[card['name']]:.0f}",
                ]
            )
    return Table(f"package_{key}", CAPTIONS[key], head, rows, text_columns=2)


def _as_a_scenario(data: SearchData, name: str) -> list[Block]:
    """The package as a scenario config takes it, and why it should be run again."""
    begins = data.context["branch"]
    changes = [
        f"    {span['name']}: {{{begins}: {value:.6g}}}"
        for card in data.factors
        for span in card["spans"]
        if (value := data.design_value(name, span["name"])) != span["law"]
    ]
    doses = data.doses_of(name)
    changes += [
        f"    {field}: {{{begins}: {value:.6g}}}"
        for card in data.factors
        for field, value in card["with"].items()
        if doses[card["name"]] > 0
    ]
    told = both(
        "The best of many candidates on the same seeds is a little lucky. Run it again as a scenario, on more seeds, "
        "before it is cited:",
        "在相同种子上从众多候选中选出的最优组合略带运气成分。引用前请以情景方式、用更多种子重新运行：",
    )
    return [Paragraph(told, "note"), Code(["found:", "  changes:", *changes])]


def _value(value: float, span: dict[str, Any]) -> Text:
    return both(f"{value:,.6g} {span['unit']}", f"{value:,.6g} {span['unit_zh']}")


def front_section(data: SearchData) -> Section:
    """What more money buys along the front."""
    title = both("What does more money buy?", "增加支出能换来什么？")
    front = data.front
    count = int((data.packages["role"] != "missing").sum())
    lead = both(
        f"{count} packages were simulated; {len(front)} of them no other beats in both cost and outcome.",
        f"共模拟 {count} 个组合，其中 {len(front)} 个在成本与效果上不被其他组合同时超过。",
    )
    shown = front.iloc[np.unique(np.linspace(0, len(front) - 1, min(MOST_SHOWN, len(front))).round().astype(int))]
    head: list[Cell] = [
        both("Largest doses", "剂量最高的措施"),
        COST_A_YEAR,
        both(f"TFR in {data.tfr_year}", f"{data.tfr_year} 年总和生育率"),
        both("Additional births", "新增出生"),
    ]
    rows: list[list[Cell]] = [
        [
            data.largest_doses(str(row.scenario)),
            number(row.cost / MILLION, 1),
            Measured(f"{row.tfr:.2f}", both(f"{row.tfr_assured:.2f} assured", f"有把握达到 {row.tfr_assured:.2f}")),
            Measured.of(row.births, row.births_low, row.births_high, 0, sign=True),
        ]
        for row in shown.itertuples(index=False)
    ]
    caption = both("Packages on the front, cheapest first", "前沿上的组合（按成本排序）")
    note = both(
        "Grey: every candidate. The search knows only what it met: a better package may lie between.",
        "灰点为全部候选组合。搜索只了解已评估的组合，之间可能存在更优者。",
    )
    blocks: list[Block] = [FigureRef("front", note), Table("front_shown", caption, head, rows)]
    return Section("front", title, lead, blocks)


def missing_section(data: SearchData) -> Section:
    """What stands between the best package and the target."""
    title = both("What is missing?", "还缺什么？")
    table, target = data.missing, data.target
    assert table is not None and target is not None
    all_three = table.set_index("scenario").loc["missing-all"] if "missing-all" in set(table["scenario"]) else None
    best = data.row("best-bounds")
    singles = table[table["scenario"] != "missing-all"].sort_values("tfr", ascending=False)
    if all_three is None or singles.empty:
        return Section("missing", title, both("The suppositions could not be run.", "假设情景未能运行。"))
    strongest = singles.iloc[0]
    name = SUPPOSITIONS[str(strongest["scenario"])]
    gap = float(target["tfr"]) - best["tfr"]
    reaches = all_three["tfr_assured"] >= float(target["tfr"])
    lead = both(
        f"With every measure at its best bound the mean TFR lacks {gap:.2f}. The largest single step beyond: "
        f"{name['en']} "
        f"({number(strongest['tfr'] - best['tfr'], 2, True)}). All three together give {all_three['tfr']:.2f}, "
        + ("which reaches the target." if reaches else "which still misses the target."),
        f"各措施均取最优上限时，平均总和生育率仍差 {gap:.2f}。单项假设中影响最大的是{name['zh']}"
        f"（{number(strongest['tfr'] - best['tfr'], 2, True)}）。三者同时可达 {all_three['tfr']:.2f}，"
        + ("达到目标。" if reaches else "仍未达到目标。"),
    )
    note = both(
        "Suppositions laid over the best bounds, not measures anybody can order: they show where the rest would "
        "have to come "
        "from.",
        "这些是叠加在最优上限之上的假设，而非可下达的措施；用于说明差距需从何处弥补。",
    )
    head: list[Cell] = [
        both("Supposition", "假设"),
        both("Mean TFR", "平均总和生育率"),
        both("Against best bounds", "较最优上限"),
        both("Assured", "有把握达到"),
        COST_A_YEAR,
    ]
    rows: list[list[Cell]] = [
        [
            SUPPOSITIONS[str(r.scenario)],
            f"{r.tfr:.2f}",
            number(r.tfr - best["tfr"], 2, True),
            f"{r.tfr_assured:.2f}",
            _million(float(r.cost)) if math.isfinite(r.cost) else "–",
        ]
        for r in table.itertuples(index=False)
    ]
    caption = both("What each supposition would add", "各项假设的作用")
    blocks: list[Block] = [FigureRef("missing", note), Table("missing", caption, head, rows)]
    return Section("missing", title, lead, blocks)


def reproduce_section(data: SearchData) -> Section:
    """How to get the same numbers again."""
    manifest, plan = data.manifest, data.plan
    runs = manifest["runs"]
    lead = both(
        f"NSGA-II, {plan['population']} candidates a generation, {plan['generations']} generations, "
        f"{runs['finished']} of "
        f"{runs['asked']} runs finished. The same config asks for the same candidates.",
        f"NSGA-II，每代 {plan['population']} 个候选、{plan['generations']} 代，完成 "
        f"{runs['finished']}/{runs['asked']} 次运行；"
        "同一配置产生相同的候选组合。",
    )
    hashes = f"{manifest['source_hash'][:12]}, {manifest['data_hash'][:12]}, {manifest['config_hash'][:12]}"
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    items = [
        both(f"Versions: {versions}.", f"版本：{versions}。"),
        both(f"Sources, data, search: {hashes}.", f"源码、数据、搜索：{hashes}。"),
        both(
            "Assured: the value that one more run reaches with the stated probability (predictive t over seeds "
            "and draws).",
            "“有把握达到”：再运行一次以所述概率可达到的数值（按种子与参数组的预测 t 分布）。",
        ),
    ]
    title = both("How to reproduce it", "如何复现")
    return Section("reproduce", title, lead, [Code(["cradle run config.yaml", "cradle report ."]), Bullets(items)])


def _facts(data: SearchData) -> list[Fact]:
    facts = [
        Fact(both("Measures", "措施"), str(len(data.factors))),
        Fact(both("Packages simulated", "模拟组合"), number(len(data.packages))),
        Fact(both("Runs", "运行次数"), number(len(data.design))),
        Fact(both("People simulated", "模拟人数"), number(data.context["people"])),
        Fact(both("Measures from", "措施起始"), data.context["branch"]),
        Fact(both("Until", "截至"), data.context["end"]),
    ]
    if data.failures:
        facts.append(Fact(both("Failed runs", "失败运行"), str(len(data.failures)), bad=True))
    return facts
