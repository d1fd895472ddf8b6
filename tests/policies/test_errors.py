"""Messages for wrong input: nearest names, unknown keys, keys written twice."""

from pathlib import Path

import pytest

from policies.catalogue import Label
from policies.errors import MOST_BYTES, InputError, cut, nearest, shown, unknown_name
from policies.numbers_meant import advice_on_number
from policies.validation import read_yaml, validated


def test_nearest_finds_the_name_that_was_meant() -> None:
    names = ["childcare_voucher.amount", "child_allowance.order1", "rent_subsidy.order1"]
    assert nearest("childcare_vouchr.amont", names) == "childcare_voucher.amount"
    assert nearest("amount", names) == "childcare_voucher.amount"
    assert nearest("anything", []) == ""


def test_unknown_name_says_where_what_and_what_is_allowed() -> None:
    message = str(unknown_name("lever", "vaucher", ["voucher", "leave"], "config.yaml"))
    assert message == "config.yaml: unknown lever 'vaucher'; did you mean 'voucher'? allowed: leave, voucher"


def test_a_long_list_is_cut() -> None:
    message = str(unknown_name("thing", "thing-07", [f"thing-{number:02d}" for number in range(50)]))
    assert "did you mean 'thing-07'" in message
    assert message.endswith("and 30 more")


def test_input_error_is_a_value_error() -> None:
    assert issubclass(InputError, ValueError)


def test_unknown_key_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match=r"here: unknown key 'enn' \(did you mean 'en'\?\); allowed: en, zh"):
        validated(Label, {"enn": "text", "zh": "文"}, "here")


def test_yaml_problems_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "twice.yaml").write_text("a: 1\nb: 2\na: 3\n")
    (tmp_path / "broken.yaml").write_text("a: [1\n")
    (tmp_path / "list.yaml").write_text("- 1\n")
    with pytest.raises(InputError, match=r"twice.yaml: line 3: the key 'a' is written twice"):
        read_yaml(tmp_path / "twice.yaml")
    with pytest.raises(InputError, match=r"broken.yaml: not valid YAML"):
        read_yaml(tmp_path / "broken.yaml")
    with pytest.raises(InputError, match=r"list.yaml: expected keys and values, found list"):
        read_yaml(tmp_path / "list.yaml")
    with pytest.raises(InputError, match=r"no such file; did you mean 'twice.yaml'"):
        read_yaml(tmp_path / "twise.yaml")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("800元", "; write 800"),
        ("1,000", "; write 1000"),
        ("８００", "; write 800"),
        ("3万", "; write 30000"),
        ("1.5 亿元", "; write 150000000"),
        ("60%", "; write 0.6, or 60 where the unit is %"),
        ("-0.5", "; write -0.5"),
        ("eight", ""),
        (True, ""),
        ("9" * 5000, ""),
    ],
)
def test_a_number_with_its_unit_says_what_to_write(written: object, meant: str) -> None:
    assert advice_on_number(written) == meant


@pytest.mark.parametrize("letter", ["x", "遂", "\U0001f984"])
def test_no_message_repeats_what_is_long(letter: str) -> None:
    assert len(str(InputError(letter * 100_000)).encode()) <= MOST_BYTES
    assert len(str(unknown_name("lever", letter * 100_000, ["voucher"])).encode()) < 600
    assert len(shown([[letter * 1000] * 1000] * 1000)) < 10_000 and len(shown(10**1000)) < 100
    assert cut("short") == "short" and "(100,000 characters)" in cut(letter * 100_000)


def test_a_number_of_any_length_is_shown() -> None:
    assert shown(10**5000) == "<16610 bits>" and shown(2027) == "2027"
