"""YAML as people write it: nothing is taken for what was not meant; what is refused says its line and the remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from policies.errors import InputError
from policies.messages import speaking
from policies.text_files import read_text
from policies.validation import read_yaml
from policies.yaml_text import parsed

DEEP, LONG = "[" * 3000, "9" * 5000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n{{ amount }}: 5", "line 2: { or [ where a key is wanted; fill in a template such as {{ amount }}"),
        ("a: {{ amount }}", "line 1: { or [ where a key is wanted"),
        ("? [a]\n: 1", "line 1: { or [ where a key is wanted"),
        ("a: 1\nend: 2029-02-30", "line 2: '2029-02-30' is not a day of the calendar"),
        ("end: 2029-01-01T25:00:00", "is not a day of the calendar"),
        (f"a: 1\nn: {LONG}", "line 2: a number of 5,000 digits; allowed at most 18"),
        (f"a: {DEEP}", "line 1: lists in lists; allowed 40 deep"),
        (f"a: {DEEP}{']' * 3000}", "line 1: lists in lists; allowed 40 deep"),
        ("a: 0500", "line 1: 0500 means 500 to some programs and, as an octal number, something else to others"),
        ("a: 010", "010 means 10 to some programs"),
        ("a: 08", "write 8, or put a name into quotes"),
        ("a: 1:30", "line 1: 1:30 would be read to the base 60, as 90"),
        ("a: 1\n\tb: 2", "line 2: a tab; indent with spaces"),
        ("kind： sobol\ntitle: x", "line 1: a full-width colon (：); write : and a space"),
        ("title: x\nend：2035-12\nscale: 1", "line 2: a full-width colon (：); write : and a space"),
        ("t: {en: x, zh：甲}", "line 1: a full-width colon (：)"),
        ("t: {en: Vouchers, leave, zh: 甲}", "'leave' has no value; put a text that holds a comma into quotes"),
        ("t: Vouchers: all", "a second colon; put a text that holds a colon into quotes"),
        ("t: %b", "a text that begins with such a sign stands in quotes"),
        ("t: 'abc", "a text in quotes that does not end"),
        ("t: [1, 2\nb: 1", "line 2: a comma, or the end of what was opened by { or [, is missing"),
        ("a: &a [*a]", "line 1: *a stands inside of &a, itself"),
        ("a: *b", "* refers to a name that no & gives"),
        ("a: !!set {x}", "line 1: the type !!set is not read"),
        ('a: "\\0"', "line 1: a control character (code 0)"),
        ('a: "\\ud800"', "line 1: a control character (code 55296)"),
        ("a: 1\nb\x07: 1", "line 2: a control character (code 7)"),
        ("yes: 1", "line 1: the key 'yes' is read as true; put it into quotes"),
        ("~: 1", "line 1: the key '~' is read as null"),
        ("a: 1\na: 2", "line 2: the key 'a' is written twice"),
        ("a: 1\n---\nb: 2", "line 2: a second document begins; a file holds one"),
    ],
)
def test_what_is_not_meant_is_refused_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        parsed(text, "a.yaml")
    said = str(caught.value)
    assert said.startswith("a.yaml: ") and expected in said and len(said) < 500
    with speaking("zh"), pytest.raises(InputError) as caught:
        parsed(text, "a.yaml")
    assert "第" in str(caught.value) and "行" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3", {"x": 1, "y": 3}),
        ("b: {v: 1e8, w: 1.5e3, x: -0.5, y: 1_000, z: 0}", {"v": 1e8, "w": 1500.0, "x": -0.5, "y": 1000, "z": 0}),
        ("b: {v: 0.05, w: '0500', x: '1:30', y: 2027-01}", {"v": 0.05, "w": "0500", "x": "1:30", "y": "2027-01"}),
    ],
)
def test_what_is_meant_is_read(text: str, expected: dict[str, Any]) -> None:
    assert parsed(text, "a.yaml")["b"] == expected


def test_repeated_names_cannot_grow_without_end() -> None:
    text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for before, name in zip("abcdef", "bcdefg", strict=True):
        text += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    with pytest.raises(InputError, match="more than 20,000 values"):
        parsed(text, "a.yaml")


def test_a_file_of_another_encoding_says_which(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    for content, expected in (
        ("a: 1\ntitle: 遂宁市".encode("gb18030"), "GBK (line 2); save it as UTF-8"),
        ("title: 遂宁市".encode("utf-16"), "UTF-16; save it as UTF-8"),
        (b"a: \xff\xff", "not UTF-8 text (line 1)"),
        (b"a: " + b"x" * 1_000_001, "allowed at most 1,000,000"),
    ):
        path.write_bytes(content)
        with pytest.raises(InputError, match="a.yaml") as caught:
            read_yaml(path)
        assert expected in str(caught.value)
    path.write_bytes(b"\xef\xbb\xbfa: 1")  # the mark that Notepad puts first
    assert read_yaml(path) == {"a": 1}


def test_a_folder_and_a_name_too_long_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("a: 1")
    with pytest.raises(InputError, match=r"is a folder; give a file, such as .*a\.yaml"):
        read_text(tmp_path)
    for name in ("x" * 5000, "a\0b"):
        with pytest.raises(InputError) as caught:
            read_text(tmp_path / name)
        assert len(str(caught.value)) < 500
