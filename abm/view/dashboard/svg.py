"""Small drawings as SVG text: the browser sets the letters, so Chinese needs no font of ours; hovering shows values."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

INK, MUTED, GRID = "#1f2933", "#5b6770", "#e4e7eb"
BASE, POLICY, TARGET = "#4a5560", "#0072b2", "#b00020"
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c8c", "#7a5195", "#b8a300")
"""Okabe and Ito's palette for colour-blind readers."""
PALE = ("#e69f00", "#cc79a7", "#56b4e9", "#8c8c8c", "#b8a300")
"""Colours on which words are dark."""
SIZE = 12
SMALLEST = 8.0
"""Size of type below which a legend takes a second row."""


@dataclass
class Drawing:
    """A drawing of a given size with a plot area inside its margins (left, top, right, bottom)."""

    width: float
    height: float
    margins: tuple[float, float, float, float] = (44, 12, 12, 26)
    parts: list[str] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Left edge of the plot."""
        return self.margins[0]

    @property
    def right(self) -> float:
        """Right edge of the plot."""
        return self.width - self.margins[2]

    @property
    def top(self) -> float:
        """Upper edge of the plot."""
        return self.margins[1]

    @property
    def bottom(self) -> float:
        """Lower edge of the plot."""
        return self.height - self.margins[3]

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = MUTED,
        anchor: str = "start",
        size: float = SIZE,
        weight: int = 400,
    ) -> None:
        """Words at a place; ``anchor`` start, middle or end."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}" font-size="{size}"'
            f' font-weight="{weight}">{escape(words)}</text>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, colour: str = GRID, width: float = 1, dash: str = ""
    ) -> None:
        """A straight line."""
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
            f' stroke-width="{width}"{dashed}/>'
        )

    def path(
        self, points: Sequence[tuple[float, float]], colour: str, width: float = 2, dash: str = "", title: str = ""
    ) -> None:
        """A line through points."""
        if not points:
            return
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        said = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(
            f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="{width}"'
            f' stroke-linejoin="round"{dashed}>{said}</polyline>'
        )

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str,
        title: str = "",
        outline: str = "",
        opacity: float = 1,
    ) -> None:
        """A rectangle; its title shows when the pointer rests on it."""
        said = f"<title>{escape(title)}</title>" if title else ""
        edge = f' stroke="{outline}" stroke-width="1.4"' if outline else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" fill="{colour}"'
            f' fill-opacity="{opacity}"{edge}>{said}</rect>'
        )

    def dot(self, x: float, y: float, radius: float, colour: str, title: str = "", outline: str = "#fff") -> None:
        """A circle."""
        said = f"<title>{escape(title)}</title>" if title else ""
        self.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" stroke="{outline}"'
            f' stroke-width="1">{said}</circle>'
        )

    def svg(self, label: str) -> str:
        """The drawing, with a label for screen readers."""
        return (
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" role="img" aria-label="{escape(label)}"'
            f' xmlns="http://www.w3.org/2000/svg">{"".join(self.parts)}</svg>'
        )


@dataclass(frozen=True)
class Scale:
    """From values to places along one axis."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round values from at or below ``low`` to at or above ``high``, about ``most`` of them."""
    if not high > low:
        high = low + 1.0
    raw = (high - low) / max(most, 1)
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def tick_text(value: float, step: float) -> str:
    """A tick with as many decimals as its step needs."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
    if step * 10**decimals % 1 > 1e-6:
        decimals += 1
    return f"{value:,.{decimals}f}"


def y_axis(drawing: Drawing, values: Sequence[float], most: int = 4, label: str = "", suffix: str = "") -> Scale:
    """Grid lines and numbers for an axis that holds ``values``; returns its scale."""
    marks = ticks(min(values), max(values), most)
    scale = Scale(marks[0], marks[-1], drawing.bottom, drawing.top)
    for mark in marks:
        drawing.line(drawing.left, scale(mark), drawing.right, scale(mark), GRID if mark else "#9aa5b1")
        drawing.text(
            drawing.left - 5, scale(mark) + 4, tick_text(mark, marks[1] - marks[0]) + suffix, anchor="end", size=11
        )
    if label:
        drawing.text(4, drawing.top - 8 if drawing.top >= 20 else 11, label, size=11)
    return scale


def year_axis(drawing: Drawing, first: float, last: float) -> Scale:
    """Whole years under the plot, at most about nine; returns the scale in years."""
    scale = Scale(first, max(last, first + 1), drawing.left, drawing.right)
    step = max(1, math.ceil((last - first) / 9))
    for year in range(math.ceil(first), math.floor(last) + 1, step):
        drawing.line(scale(year), drawing.bottom, scale(year), drawing.bottom + 4, "#9aa5b1")
        drawing.text(scale(year), drawing.bottom + 17, str(year), anchor="middle", size=11)
    return scale


def width_of(words: str, size: float = SIZE) -> float:
    """About how wide words are drawn: a Chinese character is a square, the others are those of a wide face."""
    return sum(size if ord(c) > 0x2E80 else 0.58 * size for c in words)


def in_two_lines(words: str, width: float, size: float = SIZE) -> list[str]:
    """The words, parted near their middle if they are wider than ``width``."""
    if width_of(words, size) <= width:
        return [words]
    spaces = [i for i, c in enumerate(words) if c in " （("] or range(1, len(words))
    cut = min(spaces, key=lambda i: abs(i - len(words) / 2))
    return [words[:cut].strip(), words[cut:].strip()]


def legend(drawing: Drawing, names: Sequence[tuple[str, str]], x: float, y: float, gap: float = 14) -> None:
    """Names with a patch of their colour, in one row; written smaller where they would not fit, and in two rows where
    nobody could read that."""
    patches = 14 * len(names) + gap * (len(names) - 1)
    room = drawing.width - x - patches - 6
    size = min(11.5, 11.5 * room / max(sum(width_of(name, 11.5) for name, _ in names), 1.0))
    if size < SMALLEST and len(names) > 1:
        half = (len(names) + 1) // 2
        legend(drawing, names[:half], x, y - 6, gap)
        legend(drawing, names[half:], x, y + 8, gap)
        return
    for name, colour in names:
        drawing.box(x, y - 9, 10, 10, colour)
        drawing.text(x + 14, y, name, INK, size=round(size, 1))
        x += 14 + gap + width_of(name, size)
