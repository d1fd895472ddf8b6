"""The figure of who gains: panels keep room for titles and ticks, however few scenarios make them low."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from results.content.figure_style import style
from results.scenario.data import RunData
from results.scenario.figures.gains import BETWEEN, who_gains
from tests.results.sample_run import write_sample_run


@pytest.mark.parametrize("scenarios", [["current_law", "package"], ["current_law", "package", "leave"]])
def test_rows_of_panels_stand_apart(tmp_path: Path, scenarios: list[str]) -> None:
    data = RunData.read(write_sample_run(tmp_path, scenarios, seeds=5))
    with style():
        figure = who_gains(data, "en")
    assert figure is not None
    height = figure.get_size_inches()[1]
    rows = sorted({(box.y0, box.y1) for axes in figure.axes if (box := axes.get_position())}, reverse=True)
    gaps = [height * (above[0] - below[1]) for above, below in pairwise(rows)]
    plt.close(figure)
    assert len(rows) > 1 and gaps == pytest.approx([BETWEEN] * len(gaps), abs=0.02)
