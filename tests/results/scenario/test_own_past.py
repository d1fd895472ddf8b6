"""A run's own past against what was observed, what is imposed, and what its intervals say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from results.content.blocks import Bullets, FigureRef, Lists, Paragraph, Table
from results.documents.page import table_frame
from results.scenario.data import RunData
from results.scenario.sections.limits import imposed_section, limits_section, what_intervals_cover
from results.scenario.sections.past import fit_section
from tests.results.reading import line_of
from tests.results.sample_run import write_sample_run


@pytest.fixture(scope="module")
def data(tmp_path_factory: Any) -> RunData:
    return RunData.read(write_sample_run(tmp_path_factory.mktemp("run"), ["current_law", "package"], seeds=6))


def own_past(data: RunData) -> tuple[pd.DataFrame, list[str]]:
    """The table, and the words of paragraphs and captions in English."""
    section = fit_section(data)
    (table,) = [block for block in section.blocks if isinstance(block, Table) and block.name == "fit"]
    texts = [b.text["en"] for b in section.blocks if isinstance(b, Paragraph)]
    captions = [b.caption["en"] for b in section.blocks if isinstance(b, FigureRef) and b.name == "history_fit"]
    return table_frame(table), [section.lead["en"], *texts, *captions]


def test_what_is_put_in_is_not_counted(data: RunData) -> None:
    table, texts = own_past(data)
    inside = int((table["Verdict"] == "inside").sum())
    put_in = table["Verdict"].str.startswith("put in")
    assert len(table) == 5 and put_in.sum() == 1 and table.loc[put_in, "Use"].item() == "imposed by migration tables"
    assert any(f"the stated range of {inside} of 4 observed figures that are not put in" in text for text in texts)
    assert list(table["Use"][:4]) == ["set by hand"] * 4


def test_a_band_is_told_of_only_where_one_is_drawn(data: RunData) -> None:
    few = replace(data, series=data.series[data.series["seed"] <= 3])
    assert "shaded: 95 % interval of the mean" in own_past(data)[1][-1]
    assert "shaded" not in own_past(few)[1][-1]


def test_intervals_are_said_to_hold_what_they_hold(data: RunData) -> None:
    few = replace(data, series=data.series[data.series["seed"] <= 3])
    assert what_intervals_cover(few)["en"].startswith("There are no intervals: 3 independent runs are too few")
    assert "不足五次" in what_intervals_cover(few)["zh"]
    assert "over 6 seeds under one set of numbers" in what_intervals_cover(data)["en"]
    drawn = replace(data, design=data.design.assign(draw=data.design["seed"]))
    told = what_intervals_cover(drawn)["en"]
    assert "the mean over 6 parameter draws" in told and "may lie farther off" in told


def test_the_words_for_imposed_and_emergent_are_those_of_the_project(data: RunData) -> None:
    section = imposed_section(data)
    (lists,) = [block for block in section.blocks if isinstance(block, Lists)]
    assert section.title["zh"] == "哪些是外部设定，哪些是模型内生结果？"
    assert [head["zh"][:4] for head, _ in lists.columns] == ["外部设定", "模型内生"]
    told = [item["en"] for _, items in lists.columns for item in items]
    assert not any("rise of second births" in text for text in told), "held back, and missed by the fit"


def test_numbers_of_parameters_have_their_names_and_units_in_both_languages(data: RunData) -> None:
    card = {
        "name": "taste", "label": {"en": "Taste for nurseries", "zh": "对托育机构的偏好"}, "value": [-0.5, 1.0],
        "unit": "utility", "unit_zh": "效用", "low": -2.0, "high": 2.0, "status": "fitted", "source": "x",
    }  # fmt: skip
    told = replace(data, context={**data.context, "parameters": [card]})
    (table,) = [b for b in fit_section(told).blocks if isinstance(b, Table) and b.name == "parameters"]
    assert table.rows[0][0] == card["label"] and table.rows[0][3] == {"en": "utility", "zh": "效用"}
    assert table.rows[0][1] == "taste" and line_of(table.rows[0][6]) == "−2 – 2"
    assert table.rows[0][5] == {"en": "−0.5 1", "zh": "−0.5 1"}, "a text, so that a long list breaks into lines"


def test_no_chinese_percentage_of_the_limits_has_a_space(data: RunData) -> None:
    (items,) = [block.items for block in limits_section(data).blocks if isinstance(block, Bullets)]
    assert any("5%" in item["zh"] for item in items) and not any(" %" in item["zh"] for item in items)
