"""The figure of back-tests: evidence and model intervals side by side, one row a test."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.content.figure_labels import broken, lines_of, name_rows
from results.content.figure_style import INK, MUTED, POLICY_COLOURS
from results.content.words import number
from results.scenario.backtest_rows import ANCHOR, DEFAULT_SET, SIGN, digits_of, label_of, model_digits
from results.scenario.data import RunData

Row = dict[str, Any]
LEFT_END, RIGHT_END = -1.6, 2.6
"""Limits of the scaled axis; what lies beyond is an arrow."""
EVIDENCE_COLOUR = "#c3ccd6"
FITS, MISSES = POLICY_COLOURS[0], POLICY_COLOURS[1]
ROW_INCHES = 0.3
MOST_ROWS = 28
"""Rows on a printed page in letters that can be read."""
LABEL_WIDTH, TALLER = 54, 0.3
"""Width of a row's name on one line, and rows by which each further line makes a row taller."""


def scaled(row: Row) -> dict[str, float] | None:
    """Limits and values of a row over the far end of its evidence interval; None for signs and unknown values."""
    known = [row[name] for name in ("evidence_low", "evidence_high", "model_value", "model_low", "model_high")]
    if row["rule"] == SIGN or any(value is None for value in known):
        return None
    far = max(abs(row["evidence_low"]), abs(row["evidence_high"]))
    names = ("evidence_value", "evidence_low", "evidence_high", "model_value", "model_low", "model_high")
    return {name: row[name] / far for name in names} if far > 0 else None


def backtests(data: RunData, lang: str) -> Figure | None:
    """Evidence interval (bar) and model interval (line) of tests with an interval, by group: the first groups."""
    return _drawn(in_two(_rows(data))[0], lang)


def backtests_more(data: RunData, lang: str) -> Figure | None:
    """The same for the other groups, where all would be too many for a page."""
    return _drawn(in_two(_rows(data))[1], lang)


def _rows(data: RunData) -> list[Row]:
    context = data.context.get("backtests") or {"rows": []}
    return [row for row in context["rows"] if row["set"] == DEFAULT_SET and scaled(row)]


def in_two(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows in two parts of about equal length, no group in both; the second is empty where all fit on a page."""
    starts = [i for i in range(1, len(rows)) if rows[i]["group"] != rows[i - 1]["group"]]
    if len(rows) <= MOST_ROWS or not starts:
        return rows, []
    middle = min(starts, key=lambda i: abs(2 * i - len(rows)))
    return rows[:middle], rows[middle:]


def _drawn(rows: list[Row], lang: str) -> Figure | None:
    if not rows:
        return None
    names = [broken(label_of(row)[lang], LABEL_WIDTH) for row in rows]
    places, heads, place = [], [], 0.0
    for i, row in enumerate(rows):
        if i == 0 or row["group"] != rows[i - 1]["group"]:
            heads.append((place, row[f"group_{lang}"]))
            place += 1.0
        taller = TALLER * (lines_of(names[i]) - 1)
        places.append(place + taller / 2)
        place += 1.0 + taller
    height = ROW_INCHES * place + 0.9
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=0.40, right=0.78, top=1 - 0.62 / height, bottom=0.3 / height)
    axes.set_xlim(LEFT_END, RIGHT_END)
    axes.set_ylim(place - 0.3, -0.6)
    axes.axvline(0, color="#7b8794", lw=1)
    for row, at in zip(rows, places, strict=True):
        _draw(axes, row, at, lang)
    for at, text in heads:
        axes.annotate(
            text, (0, at), xycoords=("axes fraction", "data"), xytext=(-218, 0), textcoords="offset points",
            fontsize=9.5, fontweight="bold", color=INK, va="center", annotation_clip=False,
        )  # fmt: skip
    name_rows(axes, places, names)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xticks([-1, 0, 1, 2])
    _heads(axes, lang)
    return figure


def _heads(axes: Axes, lang: str) -> None:
    """Title, and names over the two columns of numbers."""
    axes.set_title(
        {"en": "Model and evidence (far end of evidence = 1)", "zh": "模型与证据（证据区间远端 = 1）"}[lang],
        fontsize=11,
        pad=24,
    )
    for x, text in ((1.03, {"en": "evidence", "zh": "证据"}[lang]), (1.36, {"en": "model", "zh": "模型"}[lang])):
        axes.annotate(
            text, (x, 1.0), xycoords="axes fraction", xytext=(0, 4), textcoords="offset points", fontsize=8.5,
            color=MUTED, annotation_clip=False,
        )  # fmt: skip


def _draw(axes: Axes, row: Row, at: float, lang: str) -> None:
    """One row: bar of the evidence with its value, line and point of the model, both in numbers at the right."""
    at_scale = scaled(row)
    if at_scale is None:
        return
    colour = MUTED if row["imposed"] else FITS if row["overlap"] or row["inside"] else MISSES
    axes.barh(
        at, at_scale["evidence_high"] - at_scale["evidence_low"], left=at_scale["evidence_low"], height=0.62,
        color=EVIDENCE_COLOUR, lw=0,
    )  # fmt: skip
    if row["rule"] != ANCHOR and row["evidence_value"] != 0:
        axes.plot([at_scale["evidence_value"]] * 2, [at - 0.31, at + 0.31], color="white", lw=1.6)
    low, high = max(at_scale["model_low"], LEFT_END), min(at_scale["model_high"], RIGHT_END)
    if low < high:
        axes.plot([low, high], [at, at], color=colour, lw=1.8, solid_capstyle="round")
    value = at_scale["model_value"]
    if LEFT_END <= value <= RIGHT_END:
        axes.plot([value], [at], "o", color=colour, ms=4.5)
    else:
        end, mark = (RIGHT_END, ">") if value > 0 else (LEFT_END, "<")
        axes.plot([end], [at], mark, color=colour, ms=6, clip_on=False)
    digits, to = digits_of(row), {"en": "to", "zh": "至"}[lang]
    texts = (
        (1.03, f"{number(row['evidence_low'], digits)} {to} {number(row['evidence_high'], digits)}", MUTED),
        (1.36, number(row["model_value"], model_digits(row)), colour),
    )
    for x, text, ink in texts:
        axes.annotate(
            text, (x, at), xycoords=("axes fraction", "data"), fontsize=8.5, color=ink, va="center",
            annotation_clip=False,
        )  # fmt: skip
