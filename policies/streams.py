"""Streams that never lose an answer to their encoding: what it lacks is written in plain letters."""

from __future__ import annotations

import codecs
import errno
import os
import sys
import unicodedata
from typing import Any

HANDLER = "cradle"
"""Name under which the error handler is registered, for `open(..., errors=HANDLER)` and `reconfigure`."""

PLAIN = {
    "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "x", "±": "+/-", "·": ".", "•": "*", "…": "...",
    "≥": ">=", "≤": "<=", "≈": "~", "→": "->", "←": "<-", "‘": "'", "’": "'", "“": '"', "”": '"', "‰": " per mille",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u200a": " ", "\u200b": "", "\ufeff": "", "★": "*",
    "¥": "CNY ", "€": "EUR ", "β": "beta", "σ": "sigma", "μ": "mu", "²": "2", "³": "3",
}  # fmt: skip
"""What stands for a character that a stream cannot write, in ASCII."""
_BOX = range(0x2500, 0x2580)


def plain(character: str) -> str:
    """Return ASCII for one character: its own entry, a line for a piece of a box, its letter without the accent,
    else a question mark."""
    if character in PLAIN:
        return PLAIN[character]
    if ord(character) in _BOX:
        name = unicodedata.name(character, "")
        if "VERTICAL" in name and "HORIZONTAL" not in name:
            return "|" if not any(word in name for word in ("UP", "DOWN", "RIGHT", "LEFT")) else "+"
        return "-" if name.endswith("HORIZONTAL") else "+"
    letters = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return letters or "?"


def _replaced(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks in plain letters; errors of reading stay errors."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(plain(character) for character in error.object[error.start : error.end]), error.end


codecs.register_error(HANDLER, _replaced)


NOBODY_READS = (errno.EPIPE, errno.EIO, errno.EBADF)
"""What a stream answers whose other end is closed: a pipe, a terminal, a descriptor."""


def tell(text: str, stream: Any) -> None:
    """Write a line on a stream. Where there is none, or once nobody reads it any more (`| head -1`), it goes nowhere:
    work that is told of goes on."""
    if stream is None:
        return
    try:
        print(text, file=stream, flush=True)
    except OSError as error:
        if error.errno not in NOBODY_READS:
            raise
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def never_fail(*streams: Any) -> None:
    """Make streams (standard output and error by default) write in plain letters what their encoding lacks."""
    for stream in streams or (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=HANDLER)
