"""How figures look: palette, fonts, axes, labels at the ends of lines, and SVG with text left as text."""

from __future__ import annotations

import io
import logging
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

FONTS = [
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "WenQuanYi Micro Hei",
    "sans-serif",
]
"""Latin first, then Chinese; the reader's browser takes the first it has."""

INK, MUTED, GRID, PAPER = "#1f2933", "#5b6770", "#e4e7eb", "#ffffff"
BASELINE_COLOUR = "#4a5560"
POLICY_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B8860B", "#56B4E9", "#7A5195"]
"""Okabe and Ito's palette for colour-blind readers, its yellow darkened to be seen on white."""
DASHES: list[object] = ["-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (3, 1, 1, 1, 1, 1))]
CATEGORY_COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#999999", "#7A5195", "#C8B900"]
TARGET_COLOUR = "#B00020"

_STYLE = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # names are people's: a $ in one is a dollar, not mathematics
    "font.family": FONTS,
    "font.size": 10.5,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelcolor": MUTED,
    "axes.edgecolor": "#9aa5b1",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "legend.frameon": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "lines.linewidth": 2.0,
}


@contextmanager
def style() -> Iterator[None]:
    """The project's figure style; quiet about glyphs this machine lacks, since the reader's browser supplies them."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with warnings.catch_warnings(), sns.axes_style("ticks"), plt.rc_context(_STYLE):  # type: ignore[arg-type]
        warnings.filterwarnings("ignore", message=".*[Gg]lyph.*")
        yield


def scenario_colour(index: int) -> str:
    """Colour of the scenario at ``index`` (0 is the baseline)."""
    return BASELINE_COLOUR if index == 0 else POLICY_COLOURS[(index - 1) % len(POLICY_COLOURS)]


def scenario_dash(index: int) -> object:
    """Line style of the scenario at ``index``: told apart in black and white too."""
    return DASHES[index % len(DASHES)]


def spread_positions(wanted: Sequence[float], gap: float) -> list[float]:
    """Positions near ``wanted`` at least ``gap`` apart, in the same order (pool-adjacent-violators)."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    blocks: list[list[float]] = []  # [sum of (wanted - offset), count]
    for rank, i in enumerate(order):
        blocks.append([wanted[i] - rank * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, count = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += count
    flat = [total / count for total, count in blocks for _ in range(int(count))]
    out = [0.0] * len(wanted)
    for rank, i in enumerate(order):
        out[i] = flat[rank] + rank * gap
    return out


def kept_inside(places: Sequence[float], low: float, high: float, gap: float) -> list[float]:
    """Positions at least ``gap`` apart moved between ``low`` and ``high`` (beyond it only where they are too many)."""
    order = sorted(range(len(places)), key=lambda i: places[i])
    out = list(places)
    for rank, i in enumerate(order):
        out[i] = max(min(out[i], high - (len(order) - 1 - rank) * gap), low + rank * gap)
    return out


def inches(axes: Axes) -> tuple[float, float]:
    """Width and height of the figure that holds ``axes``."""
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    width, height = figure.get_size_inches()
    return float(width), float(height)


def end_labels(axes: Axes, ends: list[tuple[float, float, str, str]], size: float = 10.0) -> None:
    """Write the name of each line at its end: (x, y, text, colour), moved apart where lines end close together.

    Names written beside the line need no legend, and no measuring of glyphs this machine may not have.
    """
    if not ends:
        return
    low, high = axes.get_ylim()
    height_points = axes.get_position().height * inches(axes)[1] * 72
    lines = max(text.count("\n") + 1 for _, _, text, _ in ends)
    gap = (high - low) * size * (0.15 + 1.2 * lines) / height_points
    places = spread_positions([e[1] for e in ends], gap)
    places = kept_inside(places, low, high, gap)
    for (x, y, text, colour), place in zip(ends, places, strict=True):
        if abs(place - y) > gap / 3:
            axes.annotate(
                "", (x, y), (1.012, place), xycoords="data", textcoords=("axes fraction", "data"),
                arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.6, "alpha": 0.6}, annotation_clip=False,
            )  # fmt: skip
        axes.annotate(
            text, (1.018, place), xycoords=("axes fraction", "data"), color=colour, fontsize=size, va="center",
            ha="left", annotation_clip=False,
        )  # fmt: skip


def side_legend(axes: Axes, lines: list[tuple[str, str, object]], size: float = 9.5) -> None:
    """Names beside the right-hand panel, one under the other: (text, colour, line style)."""
    height_points = axes.get_position().height * inches(axes)[1] * 72
    width_points = axes.get_position().width * inches(axes)[0] * 72
    x = 1 + 10 / width_points
    above = 0.0
    for text, colour, dash in lines:
        rows = text.count("\n") + 1
        y = 0.97 - (above + 0.5 * (rows - 1)) * size * 1.4 / height_points
        above += rows + 0.2
        axes.plot(
            [x, x + 20 / width_points], [y, y], transform=axes.transAxes, color=colour, ls=dash, clip_on=False  # type: ignore[arg-type]
        )  # fmt: skip
        axes.annotate(
            text, (x + 25 / width_points, y), xycoords="axes fraction", color=colour, fontsize=size, va="center",
            annotation_clip=False,
        )  # fmt: skip


def wrapped(text: str, width: int = 24) -> str:
    """A long name on several lines (Chinese characters count twice)."""
    lines, line = [], ""
    for word in text.split(" "):
        candidate = f"{line} {word}".strip()
        if line and sum(2 if ord(c) > 0x2E80 else 1 for c in candidate) > width:
            lines.append(line)
            line = word
        else:
            line = candidate
    return "\n".join([*lines, line])


def shortened(text: str, width: int = 30) -> str:
    """A name short enough for the end of a line (Chinese characters count twice)."""
    kept, used = "", 0
    for character in text:
        used += 2 if ord(character) > 0x2E80 else 1
        if used > width:
            return kept.rstrip() + "…"
        kept += character
    return kept


def on_two_lines(text: str, width: int = 27) -> str:
    """A name for the end of a line: on one line if it fits, else on two; what does not fit there is cut off."""
    first, _, rest = wrapped(text, width).partition("\n")
    return "\n".join(shortened(part, width) for part in (first, rest.replace("\n", " ")) if part)


def note_years(axes: Axes, first: int, last: int) -> None:
    """Whole years on the x axis, at most about nine of them."""
    step = max(1, round((last - first) / 8))
    axes.set_xticks(list(range(first, last + 1, step)))
    axes.set_xlim(first - 0.3, last + 0.3)


def svg_text(figure: Figure, name: str) -> str:
    """A figure as SVG text: text left as text, no date, ids that no other figure of the page uses."""
    buffer = io.StringIO()
    with plt.rc_context({"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return without_generic_ids(buffer.getvalue())


def without_generic_ids(svg: str) -> str:
    """Drop matplotlib's group ids (``axes_1``), which nothing refers to and which repeat from figure to figure."""
    return re.sub(r'<g id="[a-zA-Z]+\w*_\d+">', "<g>", svg)


def inline_svg(svg: str, title: str) -> str:
    """SVG text for inclusion in a page: no prologue, width set by the page, a title for screen readers."""
    body = svg[svg.index("<svg") :]
    head, rest = body.split(">", 1)
    head = re.sub(r'\s(width|height)="[^"]*"', "", head)
    safe = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return f'{head} role="img" aria-label="{safe}">{rest}'


def people_tick(value: float, lang: str, top: float) -> str:
    """A count of people or births on an axis that ends at ``top``, as each language counts: thousands, millions, 万."""
    if not value or top < 2e4:
        return f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"
    if lang == "zh":
        return f"{value / 1e4:g} 万"
    return f"{value / 1e6:.1f} m" if top >= 2e6 else f"{value / 1e3:,.0f} k"


def people_ticks(axes: Axes, lang: str, beside: Sequence[Axes] = ()) -> None:
    """Counts of people on the vertical axis of a panel whose limits are set or will not shrink, in one unit with the
    panels ``beside`` it."""
    every = (axes, *beside)
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: people_tick(value, lang, max(panel.get_ylim()[1] for panel in every)))
    )
