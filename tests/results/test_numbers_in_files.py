"""Numbers of every kind of report are numbers in its files, and the same in page, csv and workbook."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from experiments.run.progress import LineReporter
from experiments.run.runner import execute, start_run
from experiments.study.study import read_study
from results.content.blocks import Cell, Table, both
from results.content.cells import COUNTED, NOTHING, PLACES, Number, Scaled, decimals, measured, missing
from results.documents import page
from results.documents.page import table_frame
from results.documents.workbook import sheet_rows, write_workbook
from results.folder.excel import is_mistaken, is_number, safe_text
from results.folder.store import CONTEXT, DESIGN, MANIFEST, SERIES, RunFolder
from results.report import WRITERS
from tests.conftest import empty_figures
from tests.experiments.known_functions import LEVERS, model_of
from tests.results.made_studies import forecast, search, sobol_study
from tests.results.reading import line_of
from tests.results.sample_run import write_sample_run

SCENARIOS = ["current_law", "package"]
FACTORS = {f"x{i}": {"fields": [field]} for i, field in enumerate(list(LEVERS)[:2])}
SWEEP: dict[str, Any] = {"kind": "sweep", "replicate_seeds": None, "replicate_rows": None, "seeds": 5}
METHODS: dict[str, dict[str, Any]] = {
    "draws": {"samples": 4, "uncertainty": {"draws": 5, "parameters": {"present_weight_rho": None}}},
    "morris": {"method": "morris", "samples": 4},
    "grid": {**SWEEP, "method": "grid", "points": 2},
    "lhs": {**SWEEP, "method": "lhs", "samples": 3},
    "one_at_a_time": {**SWEEP, "method": "one_at_a_time", "points": 2},
}
Written = tuple[Path, Sequence[Table], Mapping[str, pd.DataFrame]]


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch) -> Callable[[RunFolder], Written]:
    """Writes the report of a run without its figures; returns its folder, its tables and those behind figures."""
    seen: list[tuple[Sequence[Table], Mapping[str, pd.DataFrame]]] = []

    def noted(path: Path, title: Any, tables: Sequence[Table], plain: Mapping[str, pd.DataFrame]) -> None:
        seen.append((tables, plain))
        write_workbook(path, title, tables, plain)

    monkeypatch.setattr(page, "write_workbook", noted)
    for kind in ("scenario", "sensitivity", "forecast", "optimise"):
        monkeypatch.setattr(f"results.{kind}.report.make_figures", empty_figures)

    def written(folder: RunFolder) -> Written:
        path, _ = WRITERS[folder.read_json(CONTEXT).get("kind", "scenario")](folder, "en")
        return path.parent, *seen[-1]

    return written


def folder_of(path: Path, data: Any) -> RunFolder:
    """A folder with what a report reads of a finished run that is made up."""
    folder = RunFolder.create(path)
    title, city = both("Made up", "虚构"), {**data.context["city"], "labels": both("Nowhere", "无名市")}
    folder.write_json(CONTEXT, {**data.context, "title": title, "city": city})
    folder.write_json(MANIFEST, data.manifest)
    folder.write_table(data.design, DESIGN)
    folder.write_table(data.series, SERIES)
    folder.write_failures([])
    return folder


MADE: dict[str, Callable[[Path], RunFolder]] = {
    "scenario": lambda path: write_sample_run(path, SCENARIOS, seeds=5, complete=True),
    "one seed": lambda path: write_sample_run(path, SCENARIOS, seeds=1),
    "sobol": lambda path: folder_of(path, sobol_study({"grant": 3.0, "voucher": 2.9, "waiver": 0.1}, rows=16)),
    "forecast": lambda path: folder_of(
        path, forecast({(s, d): (1000.0 + 9 * s, 2000.0 - 30 * s * d) for s in range(1, 4) for d in range(3)})
    ),
    "optimise": lambda path: folder_of(
        path,
        search({"front-a": (1.5, 20, 1.2), "front-b": (3.25, 50, 1.5), "front-c": (4.0, 50, 2.5)}, 6, budget=2e7,
               target={"tfr": 2.0, "year": 2030, "probability": 0.8}),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", MADE)
def test_numbers_are_the_same_in_page_csv_and_workbook(
    kind: str, write: Callable[[RunFolder], Written], tmp_path: Path
) -> None:
    hold(*write(MADE[kind](tmp_path / "run")))


@pytest.mark.parametrize("method", METHODS)
def test_numbers_of_studies_are_the_same_in_page_csv_and_workbook(
    method: str, write: Callable[[RunFolder], Written], write_study: Callable[..., Path], own_histories: None,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", model_of(lambda u: float(u[0] + 0.3 * u[1]), 0.02))
    study = read_study(write_study(factors=FACTORS, end="2027-12", **{"samples": None, **METHODS[method]}))
    folder, design = start_run(study, tmp_path / "runs")
    assert execute(study, folder, design, LineReporter()) == []
    hold(*write(folder))


def hold(folder: Path, tables: Sequence[Table], plain: Mapping[str, pd.DataFrame]) -> None:
    """Every table of a report against its page, its csv file as pandas reads it, and its sheet."""
    text = html.unescape((folder / "report.html").read_text(encoding="utf-8")).replace("\u00a0%", " %")
    book = openpyxl.load_workbook(folder / "tables" / "tables.xlsx")
    numbers = 0
    assert len({*plain, *(table.name for table in tables)}) == len(plain) + len(tables), "one file each"
    for table in tables:
        path = folder / "tables" / f"{table.name}.csv"
        frame = pd.read_csv(path)
        heads, _, *rows = (list(row) for row in book[table.name[:31]].values)
        assert len(frame) == len(rows) == len(table.rows)
        for place, head in enumerate(table.head):
            cells = [row[place] for row in table.rows]
            if head != both("Unit", "单位"):
                assert not [cell for cell in cells if is_written_number(cell)], (table.name, head)
            if not any(isinstance(cell, Number | Scaled | int) for cell in cells):
                continue
            name = table_frame(Table("one", both("", ""), [head], [[cell] for cell in cells])).columns
            for part, expected in expected_parts(cells).items():
                (column,) = {name[0].removesuffix(": low") + part} & set(name)
                own = [
                    other for other in frame.columns if safe_text(column) in (other, re.sub(r" \(\d+\)$", "", other))
                ]
                assert any(same(frame[other], expected) for other in own), (table.name, column)
                sheet = [place for place, other in enumerate(heads) if other == column]
                told = [[row[place] if is_a_number(row[place]) else None for row in rows] for place in sheet]
                assert any(same(pd.Series(values, dtype=float), expected) for values in told), (table.name, column)
                numbers += sum(value is not None for value in expected)
            for cell in cells:
                for lang, own_cell in (("en", in_language(cell, "en")), ("zh", in_language(cell, "zh"))):
                    if isinstance(own_cell, Number):
                        assert own_cell.first(lang) in text and own_cell.below(lang) in text, (table.name, own_cell)
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        written = pd.read_csv(path, dtype=str)
        assert not any(is_mistaken(str(word)) for word in (*written.columns, *written.stack()))
    assert numbers > 5
    for name, frame in ((name, frame) for name, frame in plain.items() if len(frame)):
        read = pd.read_csv(folder / "tables" / f"{name}.csv")
        wrong = [column for column in frame.select_dtypes("number") if not pd.api.types.is_numeric_dtype(read[column])]
        assert wrong == [], (name, wrong)


def expected_parts(cells: Sequence[Cell]) -> dict[str, list[float | None]]:
    """What the value and the ends of the intervals of a column are, those parts that any cell has, by the digits of the
    page."""
    found: dict[str, list[float | None]] = {}
    for part in ("value", "low", "high"):
        values = [on_page(cell, part) for cell in cells]
        if any(value is not None for value in values):
            found["" if part == "value" else f": {part}"] = values
    return found


def on_page(cell: Cell, part: str) -> float | None:
    """A number of a cell as the page prints it: its English text read back, which only a test may do."""
    cell = in_language(cell, "en")
    if isinstance(cell, int):
        return float(cell) if part == "value" else None
    value = getattr(cell, part) if isinstance(cell, Number) else None
    if not isinstance(cell, Number) or value is None or not math.isfinite(value):
        return None
    text = Number(value, digits=cell.digits, figures=cell.figures, percent=cell.percent).line()
    share = text.endswith(" %")
    return float(text.removesuffix(" %").replace(",", "").replace("−", "-")) / (100 if share else 1)


def in_language(cell: Cell, lang: str) -> Cell:
    return (cell.zh if lang == "zh" else cell.en) if isinstance(cell, Scaled) else cell


def is_written_number(cell: Cell) -> bool:
    """True for a number that was written as a text, with or without its interval."""
    text = cell.get("en", "") if isinstance(cell, dict) else cell if isinstance(cell, str) else ""
    return is_number(re.sub(r" [\[(].*[\])]$", "", text).replace("−", "-"))


def is_a_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def same(column: pd.Series, expected: Sequence[float | None]) -> bool:
    """True if a column is one of numbers, and these."""
    if not pd.api.types.is_numeric_dtype(column):
        return False
    wanted = [math.nan if value is None else value for value in expected]
    return bool(pd.Series(wanted).sub(column.to_numpy(dtype=float)).abs().max() < 1e-9) and list(
        pd.isna(wanted)
    ) == list(column.isna())


ROWS: list[list[Cell]] = [
    ["estimate", Number(1234.4, -5.2, 3456.0, sign=True)],
    ["no interval", measured(2.0, None, None)],
    ["no upper limit", Number(1.0, 0.5, math.inf)],
    ["any value", Number(1.0, math.nan, math.inf)],
    ["share", Number(0.3704, percent=True, digits=1)],
    ["place", Number(3, 2, 5, words=PLACES)],
    ["counted", Number(3, of=20, words=COUNTED)],
    ["year", 2030],
    ["unit", Number(1000.0, figures=6, unit=both("yuan", "元"))],
    ["at most", Number(None, high=1.8, digits=1, words=both("at most {high}", "至多 {high}"))],
    ["undefined", missing(both("not defined", "无法计算"))],
    ["words", both("not booked", "未单列")],
    ["nothing", NOTHING],
]
LINES = [
    ("+1,234 [−5 to +3,456]", "+1,234 [−5 至 +3,456]"),
    ("2 [no interval from so few runs]", "2 [模拟次数太少，不给区间]"),
    ("1 [0 or more, no upper limit]", "1 [0 以上，无上限]"),
    ("1 [any value]", "1 [任何值均有可能]"),
    ("37.0 %", "37.0%"),
    ("3 (2–5)", "3 (2–5)"),
    ("3 / 20", "3 / 20"),
    ("2030", "2030"),
    ("1,000 yuan", "1,000 元"),
    ("at most 1.8", "至多 1.8"),
    ("not defined", "无法计算"),
    ("not booked", "未单列"),
    ("–", "–"),
]
MIXED = Table("mixed", both("Mixed", "混合"), [both("Kind", "种类"), both("N", "数")], ROWS)


def test_a_cell_is_printed_in_both_languages() -> None:
    assert [(line_of(row[1]), line_of(row[1], "zh")) for row in ROWS] == LINES


def test_a_column_of_numbers_becomes_one_of_each_part() -> None:
    frame = table_frame(MIXED).drop(columns="Kind").set_axis([str(row[0]) for row in ROWS])
    assert list(frame.columns) == ["N", "N: low", "N: high", "N: of", "N: unit", "N: note"]
    assert frame.loc["estimate"].tolist() == [1234, -5, 3456, None, None, None]
    assert frame["N"].tolist() == [1234, 2, 1, 1, 0.37, 3, 3, 2030, 1000, None, None, None, None]
    assert frame["N: high"].dropna().tolist() == [3456, 5, 1.8]
    assert frame["N: note"].dropna().to_dict() == {
        "no interval": "no interval from so few runs", "no upper limit": "no upper limit", "any value": "any value",
        "undefined": "not defined", "words": "not booked",
    }  # fmt: skip
    assert frame.loc["counted", "N: of"] == 20 and frame.loc["unit", "N: unit"] == "yuan"


def test_a_sheet_says_in_the_place_of_a_number_why_there_is_none() -> None:
    english, chinese, *rows = sheet_rows(MIXED)
    assert english == ["Kind", "N", "N: low", "N: high", "N: of", "N: unit"] and chinese[2] == "数: 下限"
    found = {row[0]: row[1:4] for row in rows}
    assert found["no interval"] == [2, "no interval from so few runs / 模拟次数太少，不给区间", None]
    assert found["no upper limit"] == [1, 0, "no upper limit / 无上限"]
    assert found["undefined"] == ["not defined / 无法计算", None, None] and found["nothing"] == [None] * 3


@pytest.mark.parametrize(
    ("value", "figures", "digits"), [(0.25, 3, 2), (1234.5, 3, 0), (0.0497437, 3, 4), (0.99996, 4, 0), (0.0, 3, 0)]
)
def test_significant_figures_have_no_zeros_at_their_end(value: float, figures: int, digits: int) -> None:
    assert decimals(value, figures) == digits
