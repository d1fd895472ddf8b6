"""Text files that people give: read whole, or refused in one message that says what they are instead."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path

from policies.errors import InputError, cut, nearest
from policies.messages import tr

MOST_BYTES = 1_000_000
"""Far above what any file of people needs, and below what takes long to read."""
MOST_OF_A_PATH = 300
_CHINESE = re.compile("[\u4e00-\u9fff]")


def read_text(path: Path) -> str:
    """Return the text of a file; InputError when there is none, or when it is no UTF-8 text of a sensible size."""
    return _decoded(_content(path), path)


def spreadsheet_text(path: Path) -> str:
    """Return the text of a table as spreadsheets save it: UTF-8, UTF-16 with its mark, or GBK (GB18030).

    InputError, naming the line, for what is none of them.
    """
    content = _content(path)
    found = next((text for name in _encodings(content) if (text := _in_encoding(content, name)) is not None), None)
    if found is not None and "\0" not in found:
        return found
    line = _line_of_first(content, found)
    raise InputError(
        tr("{path}: text neither in UTF-8 nor in GBK nor in UTF-16 (line {line}); save it as CSV UTF-8").format(
            path=_path(path), line=line
        )
    )


def _encodings(content: bytes) -> tuple[str, ...]:
    """Return the encodings that a spreadsheet may have saved these bytes in, the likeliest first."""
    return ("utf-16",) if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ("utf-8-sig", "gb18030")


def _in_encoding(content: bytes, encoding: str) -> str | None:
    """Return bytes as text in an encoding, or None where they are none."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if encoding != "gb18030" or _in_common_letters(text) else None


def _in_common_letters(text: str) -> bool:
    """Whether more than half of what is no ASCII is of GB 2312; it is not where spoilt UTF-8 is read as GBK."""
    foreign = "".join(letter for letter in text if not letter.isascii())
    return 2 * len(foreign.encode("gb2312", errors="ignore").decode("gb2312")) > len(foreign)


def _line_of_first(content: bytes, found: str | None) -> int:
    """Return the line of the first byte that is in no encoding, or of the first NUL."""
    if found is not None:
        return found[: found.find("\0")].count("\n") + 1
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return content[: error.start].count(b"\n") + 1
    return 1


def _content(path: Path) -> bytes:
    """Return the bytes of a file; InputError when there is none, or when it is of no sensible size."""
    try:
        if path.is_dir():
            raise InputError(_is_folder(path))
        if not path.is_file():
            raise InputError(tr("{path}: no such file{hint}").format(path=_path(path), hint=_hint_beside(path)))
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise InputError(
                tr("{path}: found {size:,} bytes; allowed at most {most:,}").format(
                    path=path, size=size, most=MOST_BYTES
                )
            )
        return path.read_bytes()
    except InputError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(tr("{path}: cannot be read: {reason}").format(path=_path(path), reason=reason)) from None


def _path(path: Path) -> str:
    """Return a path as a message repeats it."""
    return cut(str(path), MOST_OF_A_PATH)


def _is_folder(path: Path) -> str:
    """Return the message for a folder given in place of a file."""
    inside = sorted([*path.glob("*.yaml"), *path.glob("*/*.yaml")])
    if not inside:
        return tr("{path}: is a folder; give a YAML file").format(path=_path(path))
    return tr("{path}: is a folder; give a file, such as {name}").format(path=_path(path), name=inside[0])


def _hint_beside(path: Path) -> str:
    """Return a hint at the file beside a missing one that is most like it."""
    beside = [other.name for other in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
    return tr("; did you mean {name!r}?").format(name=nearest(path.name, beside)) if beside else ""


def _decoded(content: bytes, path: Path) -> str:
    """Return bytes as UTF-8 text, without the mark that some editors put first; say what else they seem to be."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(tr("{path}: not UTF-8 text but UTF-16; save it as UTF-8").format(path=path))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
    try:
        if b"\0" not in content and _CHINESE.search(content.decode("gb18030")):
            raise InputError(
                tr("{path}: not UTF-8 text but, it seems, GBK (line {line}); save it as UTF-8").format(
                    path=path, line=line
                )
            )
    except UnicodeDecodeError:
        pass
    raise InputError(tr("{path}: not UTF-8 text (line {line})").format(path=path, line=line))


def table_text(path: Path) -> str:
    """Return the text of a comma-separated table; InputError with the line that is none."""
    text = read_text(path)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        raise InputError(
            tr("{path}: line {line}: no comma-separated text: {error}").format(
                path=_path(path), line=reader.line_num, error=error
            )
        ) from None
    return text
