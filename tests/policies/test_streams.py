"""Streams write every text, whatever their encoding lacks."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from policies.streams import HANDLER, never_fail, plain

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "encoding", "written"),
    [
        ("TFR +0.04 (−0.01 to 0.09)", "ascii", "TFR +0.04 (-0.01 to 0.09)"),
        ("累计多出生 −12 人", "gbk", "累计多出生 -12 人"),
        ("60\u202f% ≥ 1.6, “yes” – no…", "ascii", '60 % >= 1.6, "yes" - no...'),
        ("遂宁", "ascii", "??"),
        ("┏━━┓│é", "ascii", "+--+|e"),
        ("Suining → 遂宁", "cp1252", "Suining -> ??"),
    ],
)
def test_what_an_encoding_lacks_is_written_in_plain_letters(text: str, encoding: str, written: str) -> None:
    assert text.encode(encoding, HANDLER).decode(encoding) == written


def test_a_stream_that_was_told_never_fails() -> None:
    kept = io.BytesIO()
    stream = io.TextIOWrapper(kept, encoding="gbk")
    never_fail(stream)
    stream.write("−0.035\u2009遂宁")
    stream.flush()
    assert kept.getvalue().decode("gbk") == "-0.035 遂宁"


def test_everything_becomes_ascii() -> None:
    every = (chr(number) for number in range(0x80, 0x30000) if not 0xD800 <= number < 0xE000)
    assert all(plain(character).isascii() for character in every)


def test_reading_still_fails() -> None:
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", HANDLER)


def test_work_goes_on_when_nobody_reads_any_more() -> None:
    """As for `2>&1 | head -1`: what is written after the reader went away goes nowhere, and nothing is raised."""
    code = "import sys; from policies.streams import tell; tell('one', sys.stderr); sys.stdin.readline()\n" \
           "for line in range(9): tell('more', sys.stderr)\nprint('done')"  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None and process.stderr.readline() == "one\n"
    process.stderr.close()
    process.stderr = None
    said, _ = process.communicate("go on\n")
    assert said == "done\n" and process.returncode == 0
