"""The hash of sources sees what decides a result, and not words, imports or places."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.sources import hash_of

PROGRAM = '''"""What it is."""
import math


def doubled(number: float) -> float:
    """Twice the number."""
    return 2 * number  # twice
'''


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("abm", "policies", "experiments/run"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "abm" / "rules.py").write_text(PROGRAM)
    (tmp_path / "abm" / "parameters.yaml").write_text("b: 1.0\n")
    (tmp_path / "policies" / "clock.py").write_text("MONTHS = 12\n")
    (tmp_path / "experiments" / "run" / "seed_task.py").write_text("SEEDS = 1\n")
    return tmp_path


@pytest.mark.parametrize(
    ("found", "written"),
    [('"""Twice the number."""', '"""Two times it."""'), ("  # twice", ""), ("import math\n", "import os\n"),
     ('"""What it is."""\n', "")],
)  # fmt: skip
def test_words_and_imports_decide_nothing(project: Path, found: str, written: str) -> None:
    before = hash_of(project)
    (project / "abm" / "rules.py").write_text(PROGRAM.replace(found, written))
    assert hash_of(project) == before


def test_a_text_of_a_lever_decides_nothing(project: Path) -> None:
    lever = project / "policies" / "voucher.yaml"
    lever.write_text("label: {en: Voucher, zh: 券}\namount: {low: 0, note: off the fee}  # yuan\n", encoding="utf-8")
    before = hash_of(project)
    lever.write_text("label: {en: A voucher, zh: 托育券}\namount: {low: 0, note: none}\n", encoding="utf-8")
    assert hash_of(project) == before
    lever.write_text("label: {en: A voucher, zh: 托育券}\namount: {low: 1, note: none}\n", encoding="utf-8")
    assert hash_of(project) != before


TABLE = """id,what,effect,unit,citation,label_en,what_zh
a,Places,1.2,pct,"Nobody 2016, JEEA",Places,托位
"""


@pytest.mark.parametrize(
    ("found", "written", "decides"),
    [("a,Places,", "a,More places,", False), ("Nobody 2016", "Nobody 2017", False), (",Places,托位", ",Room,位", False),
     ("1.2", "1.3", True), ("pct", "share", True), ("\na,", "\nb,", True)],
)  # fmt: skip
def test_a_text_of_a_table_decides_nothing(project: Path, found: str, written: str, decides: bool) -> None:
    table = project / "policies" / "effects.csv"
    table.write_text(TABLE, encoding="utf-8")
    before = hash_of(project)
    assert found in TABLE
    table.write_text(TABLE.replace(found, written), encoding="utf-8")
    assert (hash_of(project) != before) == decides


def test_a_column_of_words_that_comes_decides_nothing(project: Path) -> None:
    table = project / "policies" / "effects.csv"
    table.write_text("id,effect\na,1.2\n", encoding="utf-8")
    before = hash_of(project)
    table.write_text("id,citation_zh,effect\na,无,1.2\n", encoding="utf-8")
    assert hash_of(project) == before


def test_a_file_that_moves_decides_the_same(project: Path) -> None:
    before = hash_of(project)
    (project / "abm" / "money").mkdir()
    (project / "abm" / "rules.py").rename(project / "abm" / "money" / "rules.py")
    assert hash_of(project) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [("abm/rules.py", PROGRAM.replace("2 *", "3 *")), ("abm/parameters.yaml", "b: 1.1\n"),
     ("policies/clock.py", "MONTHS = 13\n"), ("experiments/run/seed_task.py", "SEEDS = 2\n")],
)  # fmt: skip
def test_a_number_decides(project: Path, name: str, text: str) -> None:
    before = hash_of(project)
    (project / name).write_text(text)
    assert hash_of(project) != before


def test_what_only_tells_or_draws_decides_nothing(project: Path) -> None:
    before = hash_of(project)
    (project / "policies" / "messages.py").write_text("WORD = 1\n")
    assert hash_of(project) == before
