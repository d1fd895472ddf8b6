"""A page that is watched: what it writes to the console, whom it asks, what is drawn, which glyphs are missing."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from matplotlib.image import imread

HERE = ("127.0.0.1", "localhost", "")
FEWEST_COLOURS = 4
"""A figure has a ground, ink and data; a blank square has one colour."""

MISSING = """(nobody) => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 32;
  const pen = canvas.getContext('2d', {willReadFrequently: true});
  const drawn = (font, c) => {
    pen.clearRect(0, 0, 32, 32);
    pen.font = font;
    pen.fillText(c, 4, 24);
    return pen.getImageData(0, 0, 32, 32).data.join();
  };
  const fonts = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const of = node.parentElement;
    if (!of.checkVisibility() || ['SCRIPT', 'STYLE', 'TITLE'].includes(of.tagName.toUpperCase())) continue;
    if (/icon/i.test(getComputedStyle(of).fontFamily)) continue;
    const font = '20px ' + getComputedStyle(of).fontFamily;
    if (!fonts.has(font)) fonts.set(font, new Set());
    for (const c of node.data) if (c.trim()) fonts.get(font).add(c);
  }
  const found = [];
  for (const [font, signs] of fonts) {
    const missing = drawn(font, nobody);
    for (const c of signs) if (drawn(font, c) === missing) found.push(c);
  }
  return [found.join(''), [...fonts.values()].map(s => [...s].join('')).join('')];
}"""
"""Characters shown in no font of this machine: drawn alike to one that no font has."""
NOBODY = "\U0010fffe"
"""No character, now or ever."""

FIGURES = """() => [...document.querySelectorAll('svg')]
  .filter(s => s.checkVisibility() && s.getBoundingClientRect().width > 60)"""
CUT_OFF = """(svg) => {
  const frame = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter(t => {
    const b = t.getBoundingClientRect();
    return t.textContent.trim() && b.width &&
      (b.left < frame.left - 1.5 || b.right > frame.right + 1.5 ||
       b.top < frame.top - 1.5 || b.bottom > frame.bottom + 1.5);
  }).map(t => t.textContent);
}"""


class Watched:
    """A page of playwright with a memory for errors and for requests to other machines."""

    def __init__(self, page: Any, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.asked_elsewhere: list[str] = []
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url))
        page.goto(address)

    def _asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob", "file", "about") and parts.hostname not in HERE:
            self.asked_elsewhere.append(address)

    def text(self) -> str:
        """Words that are shown."""
        return str(self.page.inner_text("body"))

    def missing_glyphs(self) -> tuple[str, str]:
        """(characters that no font of this machine has, all characters looked at)."""
        missing, looked_at = self.page.evaluate(MISSING, NOBODY)
        return missing, looked_at

    def figures(self) -> list[Any]:
        """Handles of all figures that are shown."""
        listed = self.page.evaluate_handle(FIGURES)
        return [handle.as_element() for handle in listed.get_properties().values() if handle.as_element()]


def problems(figure: Any, picture: bool = True) -> list[str]:
    """What is wrong with a figure: words beyond its frame, or (a picture is taken to see it) nothing drawn."""
    name = figure.get_attribute("aria-label") or figure.evaluate("s => s.textContent.trim().slice(0, 60)")
    found = [f"{name}: cut off: {words}" for words in figure.evaluate(CUT_OFF)]
    if picture and colours(figure.screenshot()) < FEWEST_COLOURS:
        found.append(f"{name}: empty")
    return found


def colours(png: bytes) -> int:
    """Number of different colours in a picture, to five bits a channel."""
    pixels = imread(io.BytesIO(png), format="png")[..., :3]
    return len(np.unique((pixels * 31).astype(np.uint32) @ np.array([1024, 32, 1], np.uint32)))
