"""The report of a search for a package: the answer or an honest no, the Pareto front, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from results.content.blocks import Block, Cell, Code, FigureRef, Paragraph, Section, Table, both
from results.content.cells import Number
from results.content.estimates import amounts, money_said, people_said, said, with_interval
from results.content.figures import make_figures, named_in
from results.content.money import in_unit, money_cell
from results.content.words import LANGUAGES, Text, number
from results.documents.page import Fact, opening_of, write_page
from results.folder.store import RunFolder
from results.optimise import figures
from results.optimise.data import SearchData
from results.reproduce import facts_of, reproduce_section
from results.trust.open_order import before, marked, paragraph
from results.trust.study_marks import answering, opening_trusted, trusted

SUPPOSITIONS: dict[str, Text] = {
    "missing-money": both("every measure at the outer bound of its lever file", "各措施均取措施文件中的最大上限"),
    "missing-wanted": both("women want 0.3 children more, for good", "女性理想子女数长期提高 0.3 个"),
    "missing-marriage": both("first marriages from 2023 on at the level of 2020", "2023 年起初婚水平恢复到 2020 年"),
    "missing-all": both("all three together", "三者同时"),
}


def write_optimise_report(folder: RunFolder, lang: str) -> tuple[Path, Text]:
    """Write the report; returns the page's path and its first answer."""
    data = SearchData.read(folder)
    made = [answer_section(data), front_section(data), missing_section(data)]
    sections = [section for section in made if section is not None] + [reproduction_section(data)]
    sections = trusted(sections, data.context, data.order_is_open)
    drawn = make_figures(data, named_in(sections))
    opening = opening_trusted(opening_of(answering(sections)), sections, drawn)
    if data.order_is_open:  # the choice of a package sets measures against each other
        blocks: list[Block] = [Paragraph(paragraph(), "warn"), *sections[0].blocks]
        first = replace(sections[0], lead=before(sections[0].lead), blocks=blocks)
        second = replace(sections[1], lead=before(sections[1].lead))
        opening = replace(opening, sentences=[first.lead, *list(opening.sentences)[1:]])
        sections[:2] = [first, second]
    tables = {"packages": data.packages, "front": data.front_with_doses}
    page = write_page(folder, data.context, _facts(data), sections, drawn, tables, lang, opening)
    return page, sections[0].lead


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
    if data.chance_alone["en"]:
        leads.append(data.chance_alone)
    lead = {lang: (" " if lang == "en" else "").join(text[lang] for text in leads) for lang in LANGUAGES}
    if target is not None and "cheapest" not in chosen:
        best = data.farthest
        blocks.append(_package_table(data, str(best["scenario"]), "farthest"))
    return Section("answer", title, lead, blocks)


def _target_answer(data: SearchData, name: str | None) -> Text:
    target = data.target
    assert target is not None
    goal, year, within = f"{target['tfr']:g}", target["year"], _within(data)
    if not data.has_intervals:
        return _target_on_average(data, name)
    chance = number(100 * target["probability"])
    if name is not None:
        row = data.row(name)
        costs = money_said(_estimate(row, "cost"))
        return both(
            f"The cheapest package tried{within['en']} that reaches a TFR of {goal} in {year} with probability "
            f"{chance} % costs {costs['en']} a year over current law (mean TFR {row['tfr']:.2f}).",
            f"在所试组合中{within['zh']}，以 {chance}% 的概率在 {year} 年达到总和生育率 {goal} 的支出最少的组合，"
            f"每年比现行政策多支出 {costs['zh']}（平均总和生育率 {row['tfr']:.2f}）。",
        )
    best, now = data.farthest, data.row(data.baseline)
    costs = money_said(_estimate(best, "cost"))
    return both(
        f"No package tried{within['en']} reaches a TFR of {goal} in {year} with probability {chance} %: the farthest "
        f"gives {best['tfr']:.2f} on average and {best['tfr_assured']:.2f} with that probability (current law "
        f"{now['tfr']:.2f} on average), for {costs['en']} a year over current law.",
        f"所试组合{within['zh']}均不能以 {chance}% 的概率在 {year} 年达到总和生育率 {goal}："
        f"最接近的组合平均为 {best['tfr']:.2f}，以该概率可达 {best['tfr_assured']:.2f}"
        f"（现行政策平均为 {now['tfr']:.2f}），每年比现行政策多支出 {costs['zh']}。",
    )


def _within(data: SearchData) -> Text:
    """The budget as a limit on the packages that may answer, where there is one."""
    if data.budget is None:
        return both("", "")
    budget = amounts(data.budget)
    return both(f" for at most {budget['en']} a year", f"（每年支出不超过 {budget['zh']}）")


def _target_on_average(data: SearchData, name: str | None) -> Text:
    """The answer where there are too few replicates for a probability: by means alone."""
    target, few = data.target, data.replicates_text
    assert target is not None
    goal, year, within = f"{target['tfr']:g}", target["year"], _within(data)
    why = both(f"From {few['en']}, fewer than five, no probability is given.",
               f"仅有 {few['zh']}（不足五次独立模拟），不给概率。")  # fmt: skip
    row, now = (data.row(name) if name is not None else data.farthest), data.row(data.baseline)
    costs = amounts(float(f"{row['cost']:.2g}"))
    if name is not None:
        return both(
            f"The cheapest package tried{within['en']} whose mean TFR reaches {goal} in {year} costs {costs['en']} a "
            f"year over current law (mean TFR {row['tfr']:.2f}). {why['en']}",
            f"在所试组合中{within['zh']}，{year} 年平均总和生育率达到 {goal} 的支出最少的组合"
            f"每年比现行政策多支出 {costs['zh']}（平均总和生育率 {row['tfr']:.2f}）。{why['zh']}",
        )
    return both(
        f"No package tried{within['en']} reaches a TFR of {goal} in {year} even on average: the highest mean is "
        f"{row['tfr']:.2f} (current law {now['tfr']:.2f}), for {costs['en']} a year over current law. {why['en']}",
        f"所试组合{within['zh']}的 {year} 年平均总和生育率均未达到 {goal}："
        f"最高为 {row['tfr']:.2f}（现行政策为 {now['tfr']:.2f}），每年比现行政策多支出 {costs['zh']}。{why['zh']}",
    )


def _budget_answer(data: SearchData, name: str | None) -> Text:
    budget = amounts(data.budget or 0.0)
    if name is None:
        return both(f"No package costs at most {budget['en']} a year.", f"没有组合的年支出不超过 {budget['zh']}。")
    row, period = data.row(name), data.period
    if not data.has_intervals:
        few, births = data.replicates_text, number(row["births"], 0, True)
        return both(
            f"For at most {budget['en']} a year the package tried with the largest mean has {births} births within "
            f"{period['en']}. From {few['en']}, fewer than five, it cannot be told apart from others.",
            f"每年支出不超过 {budget['zh']}的所试组合中，{period['zh']}平均多出生人数最多者为 {births} 人。"
            f"仅有 {few['zh']}（不足五次独立模拟），无法与其他组合区分。",
        )
    told = people_said(_estimate(row, "births"))
    within = int((data.tried["cost"] <= (data.budget or 0.0)).sum())
    tied = len(data.as_good_as_best)
    return both(
        f"For at most {budget['en']} a year the best package tried has {told['en']} births within {period['en']}; "
        f"{tied} of {within - 1} others within the budget cannot be told apart from it.",
        f"每年支出不超过 {budget['zh']}的所试组合中，最优者在 {period['zh']}内{told['zh']}；"
        f"预算内其余 {within - 1} 个组合中有 {tied} 个无法与之区分。",
    )


def _estimate(row: Mapping[Any, Any], name: str) -> dict[str, float]:
    """Mean, interval and replicates of a value of a package."""
    return {"mean": float(row[name]), "low": float(row[f"{name}_low"]), "high": float(row[f"{name}_high"]),
            "n": float(row["n"])}  # fmt: skip


DOSE_FIGURES = 6
CAPTIONS = {
    "cheapest": both("The cheapest package tried that reaches the target", "所试组合中达到目标且支出最少者"),
    "best": both("The package tried with most births within the budget", "所试组合中预算内多出生人数最多者"),
    "farthest": both("The package tried that gets farthest", "所试组合中最接近目标者"),
}


def _package_table(data: SearchData, name: str, key: str) -> Table:
    """What a package sets, against current law."""
    head: list[Cell] = [
        both("Measure", "措施"),
        both("Field", "参数"),
        both("Value", "取值"),
        both("Current law", "现行政策"),
        both("Dose, % of the range", "剂量（占取值范围%）"),
    ]
    rows: list[list[Cell]] = []
    doses = data.doses_of(name)
    for card in sorted(data.factors, key=lambda c: -doses[c["name"]]):
        for span in card["spans"]:
            value = data.design_value(name, span["name"])
            rows.append(
                [
                    dict(card["label"]),
                    marked(span["label"], [span["name"]]),
                    _value(value, span),
                    Number(span["law"], figures=DOSE_FIGURES),
                    Number(100 * doses[card["name"]]),
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
        "在相同种子上从众多候选中选出的最优组合略带运气成分。引用前请以情景方式、用更多种子重新模拟：",
    )
    return [Paragraph(told, "note"), Code(["found:", "  changes:", *changes])]


def _value(value: float, span: dict[str, Any]) -> Number:
    return Number(value, figures=DOSE_FIGURES, unit=both(span["unit"], span["unit_zh"]))


def front_section(data: SearchData) -> Section:
    """What more money buys along the front, and how many packages there were."""
    title = both("What does more money buy?", "增加支出能换来什么？")
    n, front, pairs = data.counts, data.front, max(len(data.front) - 1, 0)
    unfinished = both(f" {n['unfinished']} more did not finish and are left out.",
                      f"另有 {n['unfinished']} 个未完成，不计入。") if n["unfinished"] else both("", "")  # fmt: skip
    told = both(
        f" Of {pairs} pairs of neighbours on the front {data.neighbours_told_apart} can be told apart.",
        f"前沿上 {pairs} 对相邻组合中有 {data.neighbours_told_apart} 对可以区分。",
    )
    if not data.neighbours_told_apart:
        told = both(f" Of {pairs} pairs of neighbours on the front none can be told apart.",
                    f"前沿上 {pairs} 对相邻组合均无法区分。")  # fmt: skip
    if not data.has_intervals:
        few = data.replicates_text
        told = both(f" From {few['en']}, fewer than five, neighbours on the front cannot be told apart.",
                    f"仅有 {few['zh']}（不足五次独立模拟），前沿上的相邻组合无法区分。")  # fmt: skip
    lead = both(
        f"{n['tried']} different packages were tried besides current law: {n['front']} are on the front (none tried, "
        f"nor current law, costs at most as much and gains more), {n['beaten']} are beaten."
        f"{unfinished['en']}{told['en'] if pairs else ''}",
        f"除现行政策外共试算 {n['tried']} 个不同组合：{n['front']} 个位于前沿（所试组合及现行政策中，"
        f"没有支出不更高而效果更好者），{n['beaten']} 个被超过。{unfinished['zh']}{told['zh'] if pairs else ''}",
    )
    period = data.period
    head: list[Cell] = [
        both("Largest doses, of their range", "剂量最高的措施（占取值范围）"),
        cost_head(data),
        both(f"Mean TFR in {data.tfr_year}", f"{data.tfr_year} 年平均总和生育率"),
        both(f"Births more within {period['en']}", f"{period['zh']}内多出生人数"),
    ]
    assured = data.target is not None and data.has_intervals
    if assured:
        head.insert(3, both("TFR assured", "有把握达到的总和生育率"))
    rows: list[list[Cell]] = []
    for _, row in front.iterrows():
        cells: list[Cell] = [
            data.largest_doses(str(row["scenario"])),
            money_cell(_estimate(row, "cost")),
            Number(row["tfr"], digits=2),
            with_interval(_estimate(row, "births"), 0),
        ]
        if assured:
            cells.insert(3, Number(row["tfr_assured"], digits=2))
        rows.append(cells)
    caption = both(f"The {n['front']} packages on the front, cheapest first",
                   f"前沿上的 {n['front']} 个组合（按支出由低到高）")  # fmt: skip
    note = both(
        "Grey: every package tried. The search knows only what it met: a better package may lie between. Some of the "
        "births may only be earlier.",
        "灰点为全部所试组合。搜索只了解已试算的组合，之间可能存在更优者。其中部分出生可能只是提前。",
    )
    blocks: list[Block] = [FigureRef(figures.front, note), Table("front_shown", caption, head, rows)]
    return Section("front", title, lead, blocks)


def cost_head(data: SearchData) -> Text:
    """Head of a column of costs."""
    years = data.in_force
    return in_unit(f"Cost over current law, million yuan a year ({years['en']})",
                   f"较现行政策增加的支出（{{unit}}/年，{years['zh']}）")  # fmt: skip


def missing_section(data: SearchData) -> Section | None:
    """What stands between the best package and the target; None where it is reached or nothing was supposed."""
    title = both("What is missing?", "还缺什么？")
    table, target = data.missing, data.target
    if table is None or target is None or "cheapest" in data.chosen:
        return None
    all_three = table.set_index("scenario").loc["missing-all"] if "missing-all" in set(table["scenario"]) else None
    best = data.row("best-bounds")
    singles = table[table["scenario"] != "missing-all"].sort_values("tfr", ascending=False)
    if all_three is None or singles.empty:
        return Section("missing", title, both("The suppositions could not be run.", "假设情景未能模拟。"))
    strongest = singles.iloc[0]
    name = SUPPOSITIONS[str(strongest["scenario"])]
    gap = float(target["tfr"]) - best["tfr"]
    reaches = all_three[data.reached] >= float(target["tfr"])
    how = (both(f" with probability {number(100 * target['probability'])} %",
                f"（以 {number(100 * target['probability'])}% 的概率）")
           if data.has_intervals else both(" on average", "（按均值）"))  # fmt: skip
    step = said(data.step_beyond(str(strongest["scenario"])), 2, sign=True)
    if not data.has_intervals:
        step = both(*[number(strongest["tfr"] - best["tfr"], 2, True)] * 2)
    lead = both(
        f"With every measure at its best bound the mean TFR of {target['year']} is {best['tfr']:.2f}, "
        f"{number(gap, 2)} short of {target['tfr']:g}. "
        f"The largest mean step beyond: {name['en']}, {step['en']}. All three suppositions together give a mean of "
        f"{all_three['tfr']:.2f}, which " + ("reaches" if reaches else "still misses") + f" the target{how['en']}.",
        f"各措施均取最优上限时，{target['year']} 年平均总和生育率为 {best['tfr']:.2f}，"
        f"比 {target['tfr']:g} 低 {number(gap, 2)}。"
        f"单项假设中平均影响最大的是“{name['zh']}”：{step['zh']}。三项假设同时成立时平均为 {all_three['tfr']:.2f}，"
        + ("达到" if reaches else "仍未达到") + f"目标{how['zh']}。",
    )  # fmt: skip
    note = both(
        "Suppositions laid over the best bounds, not measures anybody can order: they show where the rest would have "
        "to come from. Where marriage is supposed otherwise there is no cost over current law, since current law was "
        "not run with it.",
        "这些是叠加在最优上限之上的假设，而非可下达的措施；用于说明差距需从何处弥补。"
        "对结婚另作假设时，未按同一假设模拟现行政策，故无法给出新增支出。",
    )
    head: list[Cell] = [
        both("Supposition", "假设"),
        both("Mean TFR", "平均总和生育率"),
        both("Against best bounds", "较最优上限"),
        cost_head(data),
    ]
    if data.has_intervals:
        head.insert(3, both("TFR assured", "有把握达到的总和生育率"))
    rows: list[list[Cell]] = []
    for _, row in table.iterrows():
        cells: list[Cell] = [
            SUPPOSITIONS[str(row["scenario"])],
            Number(row["tfr"], digits=2),
            with_interval(data.step_beyond(str(row["scenario"])), 2),
            money_cell(_estimate(row, "cost")),
        ]
        if data.has_intervals:
            cells.insert(3, Number(row["tfr_assured"], digits=2))
        rows.append(cells)
    caption = both("What each supposition would add", "各项假设的作用")
    blocks: list[Block] = [FigureRef(figures.missing, note), Table("missing", caption, head, rows)]
    return Section("missing", title, lead, blocks)


def reproduction_section(data: SearchData) -> Section:
    """How to get the same numbers again."""
    plan, runs = data.plan, data.manifest["runs"]
    lead = both(
        f"NSGA-II, {plan['population']} candidates a generation, {plan['generations']} generations, "
        f"{runs['finished']} of {runs['asked']} runs finished. The same config asks for the same candidates.",
        f"NSGA-II，每代 {plan['population']} 个候选、{plan['generations']} 代，完成 "
        f"{runs['finished']}/{runs['asked']} 次模拟；同一配置产生相同的候选组合。",
    )
    more = []
    if data.has_intervals:
        over = data.replicates_text
        more.append(both(f"Intervals are t intervals over {over['en']}.", f"区间为按 {over['zh']}计算的 t 区间。"))
        if data.target is not None:
            more.append(both(
                "Assured: the value that one more run reaches with the stated probability (predictive t).",
                "“有把握达到”：再模拟一次以所述概率可达到的数值（预测 t 分布）。",
            ))  # fmt: skip
    return reproduce_section(data, lead, more, both("Sources, data, search", "源码、数据、搜索"))


def _facts(data: SearchData) -> list[Fact]:
    measures = Fact(both("Measures", "措施"), str(len(data.factors)))
    tried = Fact(both("Packages tried", "所试组合"), number(data.counts["tried"]))
    return facts_of(data, measures, tried, "runs", "people", "measures", "end")
