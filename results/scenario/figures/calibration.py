"""Figures of the fit to the city: predictions against what was observed, prior against posterior."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from results.content.figure_labels import broken, lines_of, name_rows
from results.content.figure_style import INK, MUTED, POLICY_COLOURS
from results.scenario.fit import FITTED, HELD_BACK, INPUT, FitData, HasContext, Row, is_share, printed

FITS, MISSES, BAR = POLICY_COLOURS[0], POLICY_COLOURS[1], "#c3ccd6"
FARTHEST = 4.0
"""Half-widths of the tolerance at which the axis ends; what lies beyond is an arrow."""
ROW_INCHES = 0.25
LABEL_WIDTH = 44
"""Width of a row's name on one line; longer names take more lines and a taller row."""
TALLER = 0.4
"""Rows by which each further line of a name makes a row taller."""
HEADS = {
    FITTED: {"en": "Fitted", "zh": "用于拟合"},
    HELD_BACK: {"en": "Held back", "zh": "留出"},
    INPUT: {"en": "Given to the model", "zh": "模型输入"},
}


def fit_predictive(data: HasContext, lang: str) -> Figure | None:
    """Figures the model was fitted to."""
    return _predictive(FitData.of(data.context), lang, (FITTED,))


def fit_held_back(data: HasContext, lang: str) -> Figure | None:
    """Figures it was not fitted to."""
    return _predictive(FitData.of(data.context), lang, (HELD_BACK, INPUT))


def scaled(row: Row) -> dict[str, float]:
    """Predictions as distances from the observed value, in half-widths of its tolerance on that side."""
    found = {}
    for name in ("predicted", "predicted_low", "predicted_high"):
        value = row[name] - row["observed"]
        half = row["high"] - row["observed"] if value > 0 else row["observed"] - row["low"]
        found[name] = value / half if half > 0 else 0.0
    return found


def _predictive(fit: FitData | None, lang: str, uses: tuple[str, ...]) -> Figure | None:
    kept = [(use, fit.targets(use)) for use in uses] if fit is not None else []
    kept = [(use, rows) for use, rows in kept if rows]
    if fit is None or not kept:
        return None
    places: list[tuple[float, Row]] = []
    heads: list[tuple[float, str]] = []
    place = 0.0
    for use, rows in kept:
        met = sum(bool(row["inside"]) for row in rows)
        score = (
            ""
            if use == INPUT
            else {"en": f": {met} of {len(rows)} met", "zh": f"：{len(rows)} 项中满足 {met} 项"}[lang]
        )
        heads.append((place, HEADS[use][lang] + score))
        place += 1.1
        for row in rows:
            taller = TALLER * (lines_of(broken(fit.target_label(row, lang), LABEL_WIDTH)) - 1)
            places.append((place + taller / 2, row))
            place += 1 + taller
    height = ROW_INCHES * place + 0.9
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=0.36, right=0.66, top=1 - 0.6 / height, bottom=0.35 / height)
    axes.set_xlim(-FARTHEST, FARTHEST)
    axes.set_ylim(place - 0.3, -0.7)
    axes.axvline(0, color="#7b8794", lw=1)
    for at, row in places:
        _draw(axes, at, row, lang)
    for at, text in heads:
        axes.annotate(
            text,
            (0, at),
            xycoords=("axes fraction", "data"),
            xytext=(-215, 0),
            textcoords="offset points",
            fontsize=9.5,
            fontweight="bold",
            color=INK,
            va="center",
            annotation_clip=False,
        )
    names = [broken(fit.target_label(row, lang), LABEL_WIDTH) for _, row in places]
    name_rows(axes, [at for at, _ in places], names)
    axes.tick_params(axis="x", labelsize=8.5)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_title(
        {"en": "Observed and predicted (tolerance of the observed = ±1)", "zh": "观测与预测（观测误差范围 = ±1）"}[
            lang
        ],
        fontsize=11,
        pad=20,
        x=-1.15,
    )
    for x, text in (
        (1.04, {"en": "observed", "zh": "观测"}[lang]),
        (1.30, {"en": "predicted (80 %)", "zh": "预测（80% 区间）"}[lang]),
    ):
        axes.annotate(
            text,
            (x, 1.0),
            xycoords="axes fraction",
            xytext=(0, 5),
            textcoords="offset points",
            fontsize=8.5,
            color=MUTED,
            annotation_clip=False,
        )
    return figure


def _draw(axes: Axes, at: float, row: Row, lang: str) -> None:
    found = scaled(row)
    colour = MUTED if row["use"] == INPUT else FITS if row["inside"] else MISSES
    axes.barh(at, 2, left=-1, height=0.62, color=BAR, lw=0)
    axes.plot([0, 0], [at - 0.31, at + 0.31], color="white", lw=1.5)
    low, high = max(found["predicted_low"], -FARTHEST), min(found["predicted_high"], FARTHEST)
    if low < high:
        axes.plot([low, high], [at, at], color=colour, lw=1.7, solid_capstyle="round")
    value = found["predicted"]
    if abs(value) <= FARTHEST:
        axes.plot([value], [at], "o", color=colour, ms=4.2)
    else:
        axes.plot(
            [FARTHEST if value > 0 else -FARTHEST], [at], ">" if value > 0 else "<", color=colour, ms=6, clip_on=False
        )
    observed, predicted, low_text, high_text = printed(
        [row[k] for k in ("observed", "predicted", "predicted_low", "predicted_high")], str(row["unit_en"])
    )
    sign = {"en": " %", "zh": "%"}[lang] if is_share(str(row["unit_en"])) else ""
    predicted_text = {
        "en": f"{predicted}{sign} ({low_text} to {high_text})", "zh": f"{predicted}{sign}（{low_text} 至 {high_text}）"
    }[lang]  # fmt: skip
    texts = ((1.04, f"{observed}{sign}", MUTED), (1.30, predicted_text, colour))
    for x, text, ink in texts:
        axes.annotate(
            text, (x, at), xycoords=("axes fraction", "data"), fontsize=8, color=ink, va="center", annotation_clip=False
        )


def fit_widths(data: HasContext, lang: str) -> Figure | None:
    """Prior and posterior of the numbers that were fitted."""
    title = {"en": "What the city's figures say about each fitted number", "zh": "本市数据对各拟合参数的约束"}[lang]
    return _widths(FitData.of(data.context), lang, title, fitted=True)


def fit_responses(data: HasContext, lang: str) -> Figure | None:
    """Prior and posterior of the responses, which come from the evidence and were not fitted."""
    title = {
        "en": "Responses to measures: from the evidence, not fitted",
        "zh": "对政策的反应：依据研究或假设，不拟合",
    }[lang]
    return _widths(FitData.of(data.context), lang, title, fitted=False)


def _widths(fit: FitData | None, lang: str, title: str, fitted: bool) -> Figure | None:
    """Prior and posterior of free numbers, on the prior's 80 % interval as scale."""
    rows = [] if fit is None else [row for row in fit.rows("parameters") if (row["kind"] == "level") == fitted]
    rows = [row for row in rows if row["prior_high"] > row["prior_low"]]
    if fit is None or not rows:
        return None
    ordered = sorted(rows, key=lambda row: float(row["width_ratio"]))
    height = ROW_INCHES * len(ordered) + 1.0
    figure, axes = plt.subplots(figsize=(8.6, height))
    figure.subplots_adjust(left=0.37, right=0.86, top=1 - 0.6 / height, bottom=0.35 / height)
    for at, row in enumerate(ordered):
        low, wide = row["prior_low"], row["prior_high"] - row["prior_low"]
        ends = [(row[f"posterior_{end}"] - low) / wide for end in ("low", "median", "high")]
        colour = FITS if row["kind"] == "level" else MUTED
        axes.barh(at, 1, left=0, height=0.62, color=BAR, lw=0)
        axes.plot([ends[0], ends[2]], [at, at], color=colour, lw=1.9, solid_capstyle="round")
        axes.plot([ends[1]], [at], "o", color=colour, ms=4.4)
        axes.annotate(
            f"{row['width_ratio']:.2f}",
            (1.04, at),
            xycoords=("axes fraction", "data"),
            fontsize=8.5,
            color=colour,
            va="center",
            annotation_clip=False,
        )
    names = [broken(fit.parameter_label(row["name"], lang), 52) for row in ordered]
    name_rows(axes, range(len(ordered)), names)
    axes.set_ylim(len(ordered) - 0.4, -0.7)
    axes.set_xticks(
        [0, 1], {"en": ["10 % of prior", "90 % of prior"], "zh": ["先验 10%", "先验 90%"]}[lang], fontsize=8.5
    )
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_title(title, fontsize=11, pad=20, x=-0.75)
    axes.annotate(
        {"en": "width ratio", "zh": "宽度比"}[lang],
        (1.04, 1.0),
        xycoords="axes fraction",
        xytext=(0, 5),
        textcoords="offset points",
        fontsize=8.5,
        color=MUTED,
        annotation_clip=False,
    )
    return figure
