"""The files that are double-clicked: how they are written, and what the one of Linux says without a Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NEEDED = ("sh", "dirname", "cat", "cmp", "iconv")


def test_the_file_of_windows_has_its_line_ends_and_plain_letters() -> None:
    written = (ROOT / "start.bat").read_bytes()
    assert written.isascii()
    assert written.count(b"\n") == written.count(b"\r\n") > 50
    assert "*.bat text eol=crlf" in (ROOT / ".gitattributes").read_text(encoding="utf-8")


def test_both_files_use_the_messages_that_are_there() -> None:
    said = {path.stem for path in (ROOT / "start").iterdir()}
    windows = (ROOT / "start.bat").read_text(encoding="ascii")
    linux = (ROOT / "start.sh").read_text(encoding="ascii")
    for name in said:
        assert f"start\\{name}.txt" in windows
        assert f"say {name}\n" in linux or f"leave {name}" in linux
        english, chinese = (ROOT / "start" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        assert english.isascii() and not chinese.isascii()


@pytest.mark.skipif(shutil.which("sh") is None or shutil.which("iconv") is None, reason="no shell or no iconv here")
@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_without_a_python_it_says_so_in_both_languages(tmp_path: Path, encoding: str) -> None:
    """From a folder with a space and Chinese in its name, to a terminal in UTF-8 or GBK."""
    home, tools = tmp_path / "my 摇篮", tmp_path / "tools"
    home.mkdir()
    tools.mkdir()
    shutil.copytree(ROOT / "start", home / "start")
    for name in ("start.sh", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, home)
    for name in NEEDED:
        (tools / name).symlink_to(str(shutil.which(name)))
    assert os.access(home / "start.sh", os.X_OK)
    done = subprocess.run(
        [home / "start.sh"], env={"PATH": str(tools), "PYTHONIOENCODING": encoding}, stdin=subprocess.DEVNULL,
        capture_output=True, check=False, text=True, encoding=encoding,
    )  # fmt: skip
    assert done.returncode == 1
    assert "needs Python 3.12 or newer" in done.stderr and "需要 Python 3.12 或更高版本" in done.stderr
    assert "首次使用" in done.stdout
