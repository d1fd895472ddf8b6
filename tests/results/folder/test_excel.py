"""Cells that a spreadsheet takes for what they are not."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from results.content.blocks import Table, both
from results.documents.workbook import write_workbook
from results.folder.excel import is_mistaken, is_number, safe_for_excel, safe_text
from results.folder.store import RunFolder

FORMULAS = ['=HYPERLINK("x","y")', "=1+1", "+SUM(A1)", "-A1", "@SUM(A1)", "\t=1+1", "＝1+1", "#N/A", "#DIV/0!"]
"""Labels of people that a spreadsheet would run, or take for an error."""


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("5/8", "5 of 8"),
        ("2026-01", "2026M01"),
        ("2026/1", "2026M01"),
        ("2026年1月", "2026M01"),
        ("2026-01-15", "2026M01D15"),
        ("10-14", "10 to 14"),
        ("1:2", "1 to 2"),
        ("January 2026", "(January 2026)"),
        ("May", "(May)"),
        ("=1+1", " =1+1"),
        ("+3,480 births", " +3,480 births"),
        ("−0.02 (of 5)", " -0.02 (of 5)"),
        ("@name", " @name"),
        ("\t=1+1", " \t=1+1"),
        ("\r=1+1", " \r=1+1"),
        ("＝1+1", " ＝1+1"),
        ("-2+3", " -2+3"),
        ("−0.035", "-0.035"),
        ("+1,234.5", "+1,234.5"),
        ("60\u202f%", "60 %"),
        ("0.035", "0.035"),
        ("15–19", "15–19"),
        ("Maybe", "Maybe"),
        ("6 of 8", "6 of 8"),
        ("遂宁", "遂宁"),
        ("", ""),
    ],
)
def test_a_text_is_written_so_that_a_spreadsheet_leaves_it(text: str, safe: str) -> None:
    assert safe_text(text) == safe
    assert not is_mistaken(safe)


def test_numbers_are_numbers() -> None:
    assert all(map(is_number, ("1", "-1", "+1.5", "1,234", "1.2e-5", ".5", "96.6 %", "96.6%")))
    assert not any(map(is_number, ("", "-", "1-2", "5/8", "1.2.3", "12 births", "−1")))


def test_tables_of_a_run_folder_open_in_excel(tmp_path: Path) -> None:
    """They start with the mark by which Excel knows UTF-8, and hold no text that it mistakes."""
    table = pd.DataFrame(
        {"1/2": ["5/8", "−1"], "情景": pd.Categorical(["遂宁", "2026-01"]), "value": [0.5, float("nan")]}
    )
    path = RunFolder.create(tmp_path / "run").write_table(table, "tables", "x.csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert path.read_text(encoding="utf-8-sig").splitlines() == ["1 of 2,情景,value", "5 of 8,遂宁,0.5", "-1,2026M01,"]
    assert list(table["1/2"]) == ["5/8", "−1"], "the table itself stays"
    assert safe_for_excel(table).shape == table.shape


def test_labels_that_would_run_are_texts_in_the_workbook(tmp_path: Path) -> None:
    plain = pd.DataFrame({"=A1": [1.5] * len(FORMULAS), "label": FORMULAS})
    head = [both("=B1", "=B1"), both("Value", "数值")]
    table = Table("effects", both("=C1", "=C1"), head, [[both(name, name), "1.5"] for name in FORMULAS])
    write_workbook(tmp_path / "x.xlsx", both("=D1", "=D1"), [table], {"runs": plain})
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert {cell.data_type for cell in cells} == {"s"}
    kept = [cell.value for cell in book["runs"]["B"][1:]]
    assert kept == FORMULAS and [cell.value for cell in book["effects"]["A"][2:]] == FORMULAS
    assert all(cell.quotePrefix for cell in book["runs"]["B"][1:8]) and book["runs"]["A1"].quotePrefix
    assert book["runs"]["A2"].value == 1.5, "numbers stay numbers"


def test_labels_that_would_run_come_back_from_the_file_as_they_were(tmp_path: Path) -> None:
    """One space stands before them, and nothing else is another."""
    names = FORMULAS
    path = RunFolder.create(tmp_path / "run").write_table(pd.DataFrame({"name": names, "n": 1}), "tables", "x.csv")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert not any(line.lstrip('"')[0] in "=+-@＝" for line in lines)
    back = pd.read_csv(path, keep_default_na=False)["name"]
    assert back.str.removeprefix(" ").tolist() == names and back[:6].str.startswith(" ").all()
