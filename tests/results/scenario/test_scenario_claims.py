"""Every number of the first screen and of section leads, worked out again from the tables beside the page.

The sentences are read as a reader reads them: numbers with their signs and units, in both languages. What a sentence
says must be what the tables hold, no number more and none less; tampered sentences must be caught.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from results.analysis.compare import ratio_interval, t_interval
from results.report import write_report
from results.scenario.data import RunData
from results.scenario.sections.births import births_section
from results.scenario.sections.effects import effect_section, target_section
from results.scenario.sections.gains import gains_section
from results.scenario.sections.money import cost_section
from results.scenario.sections.opening import opening
from results.scenario.sections.women import women_section
from tests.conftest import empty_figures
from tests.results.sample_run import write_sample_run

END = 2035
Numbers = list[float]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunData, dict[str, pd.DataFrame]]:
    """A run of three packages with completed cohorts, and the tables written beside its page."""
    folder = write_sample_run(
        tmp_path_factory.mktemp("run"), ["current_law", "package", "voucher", "leave"], seeds=8, complete=True
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("results.scenario.report.make_figures", empty_figures)
        page = write_report(folder)
    files = (page.parent / "tables").glob("*.csv")
    return RunData.read(folder), {path.stem: pd.read_csv(path, encoding="utf-8-sig") for path in files}


# ---- reading a sentence --------------------------------------------------------------------------------------------

NUMBER = r"[+−]?\d[\d,]*(?:\.\d+)?"
UNITS = {"million yuan": 1e6, "yuan": 1.0, "亿元": 1e8, "万元": 1e4, "元": 1.0}


def numbers_in(text: str) -> Numbers:
    """Numbers of a sentence in yuan, persons, percent and years; names, and the 95 of a confidence, left out."""
    text = re.sub(r"“[^”]*”", "", text)
    text = re.sub(r"95 ?% ?(interval|confidence|区间|置信水平)", "", text)
    found: Numbers = []
    units = "|".join(UNITS)
    for match in re.finditer(rf"({NUMBER})(?: (?:to|至) ({NUMBER}))? ?({units})?", text):
        scale = UNITS.get(match[3] or "", 1.0)
        found += [scale * float(n.replace(",", "").replace("−", "-")) for n in match.groups()[:2] if n]
    return found


def printed(value: float) -> set[float]:
    """How a value may stand on the page: 2 to 4 significant digits, or 0 to 3 decimals; money in its units."""
    if math.isinf(value) or math.isnan(value):
        return set()
    size = 10.0 ** (math.floor(math.log10(abs(value))) - 1) if value else 1.0
    return {
        *(round(value / s) * s for s in (size, size / 10, size / 100)),
        *(round(value, digits) for digits in range(4)),
    } | {round(value / unit, digits) * unit for unit in (1e4, 1e6, 1e8) for digits in (0, 1, 2) if abs(value) >= unit}


def matched(found: Numbers, expected: Iterable[float]) -> None:
    """Every number of the sentence is an expected one, and every expected one is there; each once."""
    left = list(found)
    for value in expected:
        if math.isinf(value) or math.isnan(value):
            continue
        place = next(
            (
                i
                for i, n in enumerate(left)
                if any(math.isclose(n, p, rel_tol=1e-9, abs_tol=1e-9) for p in printed(value))
            ),
            None,
        )
        assert place is not None, f"{value:g} is not said; left of the sentence: {left}"
        left.pop(place)
    assert not left, f"numbers without a source: {left}"


def check(sentence: dict[str, str], expected: Numbers, up: dict[str, float] | None = None) -> None:
    """Both languages say the same expected numbers; ``up``: words that go with a number's sign, ``提高``: +0.03."""
    signless = [abs(value) for value in expected]
    for lang in ("en", "zh"):
        matched([abs(n) for n in numbers_in(sentence[lang])], signless)
        signs = [n for n in numbers_in(sentence[lang]) if n < 0]
        allowed = {-p for v in expected if v < 0 for p in printed(-v)}
        assert all(any(math.isclose(n, a, rel_tol=1e-9) for a in allowed) for n in signs), f"a sign is wrong: {signs}"
    for word, value in (up or {}).items():
        turned = {
            "raises": "lowers",
            "提高": "降低",
            "多出生": "少出生",
            "多支出": "少支出",
            "more a year": "less a year",
        }
        text = sentence["zh"] if ord(word[0]) > 0x2E80 else sentence["en"]
        assert (word in text) == (value >= 0) and (turned[word] in text) == (value < 0), f"{word}: {value:+g}"


# ---- what the tables hold ------------------------------------------------------------------------------------------


def three(row: pd.Series) -> Numbers:
    return [float(row["mean"]), float(row["low"]), float(row["high"])]


def effect(tables: dict[str, pd.DataFrame], scenario: str, year: int) -> Numbers:
    table = tables["effects_by_year"].query("indicator == 'tfr' and scenario == @scenario and year == @year")
    return three(table.iloc[0])


def births(tables: dict[str, pd.DataFrame], scenario: str, quantity: str) -> Numbers:
    return three(tables["births_matched"].query("scenario == @scenario and quantity == @quantity").iloc[0])


def wide(tables: dict[str, pd.DataFrame], column: str) -> pd.DataFrame:
    return tables["by_replicate"].pivot(index="replicate", columns="scenario", values=column)


def cost_a_year(tables: dict[str, pd.DataFrame], scenario: str) -> Numbers:
    own = tables["by_replicate"].query("scenario == @scenario")
    return list(t_interval((own["extra_cost_yuan"] / own["years_in_force"]).to_numpy()))


def expected_opening(tables: dict[str, pd.DataFrame]) -> list[Numbers]:
    """Numbers of the four sentences: target, births, best value, cost."""
    level = tables["levels_by_year"].query("indicator == 'tfr' and year == 2030")
    best = level.loc[level["mean"].idxmax()]
    count = int(best["n"])
    most = 100 * (1 - 0.05 ** (1 / count))
    added, spent = wide(tables, "births_additional"), wide(tables, "extra_cost_yuan")
    shares = [
        [100 * v for v in ratio_interval(t["voucher"].to_numpy(), t["package"].to_numpy())] for t in (added, spent)
    ]
    price = list(ratio_interval(spent["package"].to_numpy(), added["package"].to_numpy()))
    payers = tables["cost_by_payer_total"].query("scenario == 'package'")
    more = payers[payers["mean"] > 0]["mean"]
    saved = payers[payers["mean"] < 0].iloc[0]
    return [
        [2030, *three(best), 1.6, count, most],
        [3, 2030, *effect(tables, "package", 2030), *births(tables, "package", "births_additional"), 50,
         *births(tables, "package", "within_horizon"), 2026, END],
        [*shares[0], *shares[1]],
        [*cost_a_year(tables, "package"), 2027, END, *price, *(100 * more / more.sum()),
         more.sum() / 9, *(v / 9 for v in three(saved))],
    ]  # fmt: skip


def test_the_first_screen_says_what_the_tables_hold(run: tuple[RunData, dict[str, pd.DataFrame]]) -> None:
    data, tables = run
    sentences, expected = opening(data).sentences, expected_opening(tables)
    assert len(sentences) == 5 and data.draws == 1
    assert "one set of parameters" in sentences[4]["en"] and "同一组参数" in sentences[4]["zh"]
    for sentence, own in zip(sentences, expected, strict=False):
        check(sentence, [v if not (v < 0 and "save" in sentence["en"]) else abs(v) for v in own])
    change, additional = expected[1][2], expected[1][5]
    check(sentences[1], expected[1], {"raises": change, "提高": change, "多出生": additional})
    check(sentences[3], [abs(v) for v in expected[3]], {"more a year": expected[3][0], "多支出": expected[3][0]})
    assert "completed cohorts" in sentences[1]["en"] and "完整队列" in sentences[1]["zh"]


def test_payers_are_named_by_share_and_savings_apart(run: tuple[RunData, dict[str, pd.DataFrame]]) -> None:
    data, tables = run
    text = opening(data).sentences[3]
    payers = tables["cost_by_payer_total"].query("scenario == 'package'").set_index("category")["mean"]
    share = 100 * payers["city"] / payers[payers > 0].sum()
    assert f"city government ({share:.1f} %)" in text["en"] and f"市级财政（{share:.1f}%）" in text["zh"]
    assert payers["insurance_fund"] < 0 and "insurance fund save" in text["en"] and "每年节省" in text["zh"]


TAMPERED = [
    (0, "en", "2030", "2031"), (0, "zh", "1.6", "1.7"), (0, "en", "below 3", "below 4"),
    (1, "en", "raises", "lowers"), (1, "zh", "提高", "降低"), (1, "en", "2026–2035", "2026–2034"),
    (1, "zh", "2026—2035", "2027—2035"), (1, "zh", "多出生", "少出生"), (1, "en", "+", "−"),
    (2, "en", "for 3", "for 4"), (2, "zh", "%", "0%"),
    (3, "en", "city government (9", "city government (8"), (3, "zh", "亿元", "万元"),
    (3, "en", "2027–", "2026–"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "lang", "right", "wrong"), TAMPERED)
def test_a_wrong_period_sign_share_or_language_is_caught(
    run: tuple[RunData, dict[str, pd.DataFrame]], place: int, lang: str, right: str, wrong: str
) -> None:
    data, tables = run
    sentence, expected = dict(opening(data).sentences[place]), expected_opening(tables)[place]
    assert right in sentence[lang], sentence[lang]
    sentence[lang] = sentence[lang].replace(right, wrong)
    with pytest.raises(AssertionError):
        if place == 1:
            check(sentence, expected, {"raises": expected[2], "提高": expected[2], "多出生": expected[5]})
        else:
            check(sentence, [abs(v) for v in expected] if place == 3 else expected)


def test_section_leads_say_what_the_tables_hold(run: tuple[RunData, dict[str, pd.DataFrame]]) -> None:
    data, tables = run
    check(target_section(data).lead, expected_opening(tables)[0])
    own = effect(tables, "package", END)
    check(effect_section(data).lead, [END, *own], {"raises": own[0], "提高": own[0]})
    added, within = (births(tables, "package", q) for q in ("births_additional", "within_horizon"))
    check(births_section(data).lead, [*added, 2026, END, *within], {"多出生": added[0]})
    spent = expected_opening(tables)[3]
    check(cost_section(data).lead, [*spent[:3], 2027, END, *spent[5:8]], {"more a year": spent[0]})
    levels = tables["levels_by_year"].query("indicator == 'births' and scenario == 'current_law'").set_index("year")
    lead = women_section(data).lead
    for lang in ("en", "zh"):
        said = numbers_in(lead[lang])
        for value in (levels.loc[2025, "mean"], *three(levels.loc[END])):
            assert any(n in printed(value) for n in said), (value, said)
    assert sorted(numbers_in(lead["en"])) == sorted(numbers_in(lead["zh"]))


def test_gains_by_order_are_those_of_their_table(run: tuple[RunData, dict[str, pd.DataFrame]]) -> None:
    data, tables = run
    lead, row = gains_section(data).lead, tables["gains_births_order"].iloc[0]
    cells = [str(cell).replace("-", "−") for cell in row.tolist()[1:]]
    shown = {n for cell in cells for n in numbers_in(cell.replace("[", "").replace("]", ""))}
    by_order = lead["en"].split(";")[0]
    assert {n for n in numbers_in(by_order) if n not in (2026, END)} <= shown
    assert sorted(numbers_in(lead["en"])) == sorted(numbers_in(lead["zh"]))


def test_a_cost_a_year_leaves_out_the_years_before_the_measure(
    run: tuple[RunData, dict[str, pd.DataFrame]],
) -> None:
    data, _ = run
    assert data.years_in_force("package") == 9.0, "January 2027 to December 2035 of a horizon from 2026"
    assert data.first_year_in_force == 2027


def test_one_probability_of_the_target_stands_in_a_report(
    run: tuple[RunData, dict[str, pd.DataFrame]], tmp_path: Path
) -> None:
    """The chance of a scenario in sentence and table is the same one."""
    data, tables = run
    row = tables["target"].set_index("Scenario").loc["Voucher, housing and leave"]
    bound, limits = 1 - 0.05 ** (1 / 8), "Limits that so many runs allow, 95 %, no estimate"
    assert f"{100 * bound:.0f} %" in target_section(data).lead["en"] and pd.isna(row[limits])
    assert row[f"{limits}: high"] == pytest.approx(bound, abs=5e-4) and row[f"{limits}: of"] == 8
