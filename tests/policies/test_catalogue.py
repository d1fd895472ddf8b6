"""Lever files and evidence: all of ours are valid; wrong ones are named with key and allowed values."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.catalogue import FOLDER, PAYERS, Catalogue, load_catalogue
from policies.clock import month_index
from policies.errors import InputError
from policies.packages import load_package, package_changes, package_names
from policies.timeline import Timeline

ROOT = Path(__file__).parents[2]


def test_the_engine_reads_every_parameter_of_every_lever_and_no_others(catalogue: Catalogue) -> None:
    """A field of the law reads ``lever__parameter`` in compiled code, ``"lever.parameter"`` elsewhere; one of an order
    is put together."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "abm").rglob("*.py")))
    compiled = {found.replace("__", ".") for found in re.findall(r"\b[a-z]\w*?[a-z]__[a-z]\w*\b", sources)}
    written = set(re.findall(r'"([a-z]\w*\.[a-z]\w*)"', sources))
    written |= {name.replace("{order}", order) for name in re.findall(r'f"([a-z]\w*\.[a-z]\w*\{order\})"', sources)
                for order in "123"}  # fmt: skip
    read = {name for name in compiled | written if name.partition(".")[0] in catalogue.levers}
    assert read == set(catalogue.fields)


OFF_TODAY = (
    "childcare_voucher.amount fee_cap.fee workplace_nurseries.places_per_1000_employees nursery_classes.places_per_1000"
    " home_care_allowance.amount birth_grant.order1 assisted_reproduction.local_centre leave_cost_sharing.rate"
    " maternity_leave.flexible_coverage flexible_hours.share_of_jobs dismissal_protection.strength"
    " elder_care.share_served out_of_school_cost.reduction bride_price_limit.limit marriage_grant.amount"
    " matchmaking.strength talent_settlement.grant talent_settlement.arrivals_added campaign.ideal_added"
    " purchase_subsidy.order3 rent_subsidy.order3"
)


def test_what_suining_does_not_have_is_off_and_can_be_switched_on(catalogue: Catalogue, law: Timeline) -> None:
    values = law.at(month_index("2026-11"))
    for name in OFF_TODAY.split():
        assert values[name] == 0, name
        assert catalogue.parameter(name).low <= 0 < catalogue.parameter(name).high


def test_no_evidence_is_called_an_assumption(catalogue: Catalogue) -> None:
    for lever in catalogue.levers.values():
        assert lever.evidence or (lever.assumption and len(lever.assumption.en) > 20), lever.name
        assert len(set(lever.evidence)) == len(lever.evidence), lever.name


def test_values_nobody_looked_up_are_graded_so(catalogue: Catalogue) -> None:
    for name, parameter in catalogue.fields.items():
        for dated in parameter.values:
            words = f"{dated.reference} {dated.note.en if dated.note else ''}".lower()
            if "assumed" in words or "design choice" in words or "not found" in words:
                assert dated.grade in ("C", "D") or "renew" in words, (name, dated)


def test_each_step_fits_between_the_bounds(catalogue: Catalogue) -> None:
    for name, parameter in catalogue.fields.items():
        assert parameter.step <= parameter.high - parameter.low, name
        if parameter.kind == "flag":
            assert (parameter.low, parameter.high, parameter.step) == (0, 1, 1), name


def test_names_are_sorted_and_full(catalogue: Catalogue) -> None:
    assert list(catalogue.field_names) == sorted(catalogue.field_names)
    assert catalogue.parameter("childcare_voucher.amount").unit == "yuan per child per month"


def test_payer_shares_sum_to_one(catalogue: Catalogue) -> None:
    for lever in catalogue.levers.values():
        for part in lever.payers:
            shares = lever.payer_shares(part)
            assert sum(shares.values()) == pytest.approx(1)
            assert set(shares) <= set(PAYERS)
    with pytest.raises(InputError, match="did you mean 'benefit'"):
        catalogue.lever("childcare_voucher").payer_shares("benefits")


def test_every_effect_in_the_evidence_is_cited_by_a_lever(catalogue: Catalogue) -> None:
    cited = {row_id for lever in catalogue.levers.values() for row_id in lever.evidence}
    effects = {row.id for row in catalogue.evidence.values() if row.table == "policy_effects.csv"}
    assert effects <= cited


def test_evidence_numbers_read_as_numbers(catalogue: Catalogue) -> None:
    assert catalogue.evidence["ttp12_jp_24_26"].number == 0.8
    assert catalogue.evidence["cc_jp_fukai2017"].number is None


def test_how_strong_a_study_is_says_what_its_row_says(catalogue: Catalogue) -> None:
    told = {
        "ca_se_lottery": ("randomised", "elsewhere", "births"),
        "re_cn_yicheng2017": ("natural_experiment", "china", "births"),  # its note: synthetic control
        "cc_cn_kindergarten2024": ("natural_experiment", "china", "births"),  # its citation: fuzzy RD
        "lv_cn_triple": ("natural_experiment", "china", "other"),
        "cc_cn_hubei2023": ("association", "china", "intention"),  # its note: cross-section
        "ca_cn_tianmen2024": ("association", "china", "births"),  # its note: no control group
        "ca_au_sinclair2012": ("association", "elsewhere", "births"),  # its note: series without control
        "ca_fr_ls": ("model", "elsewhere", "births"),
        "ho_sg_bto": ("association", "similar", "marriage"),
        "cc_cn_jiang2021": ("unknown", "china", "births"),
    }
    for row_id, kinds in told.items():
        row = catalogue.evidence[row_id]
        assert (row.design, row.region, row.measured) == kinds, row_id
    for row in catalogue.evidence.values():
        where = row.where.lower()
        if "judged" in where or "prior" in where:
            assert row.design == "prior", row.id
        if row.where.startswith(("China", "Urban China", "Hubei")):
            assert row.region == "china", row.id
        if row.where.startswith(("Japan", "Korea", "Taiwan", "Singapore")):
            assert row.region == "similar", row.id
        if "intention" in row.normalised_unit or "intention" in row.outcome:
            assert row.measured == "intention" or row.id == "fl_eig", row.id


def test_what_a_lever_cites_is_there_in_chinese(catalogue: Catalogue) -> None:
    for row_id in {row_id for lever in catalogue.levers.values() for row_id in lever.evidence}:
        row = catalogue.evidence[row_id]
        told = [row.what_zh, row.where_zh, row.outcome_zh or row.what_zh]
        told += [] if row.number is not None else [row.effect_zh]
        for text in told:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text), (row_id, text)
        assert bool(row.outcome_zh) == bool(row.outcome), row_id
        assert row.unit_zh == "%" or not row.unit_zh.isascii(), row_id
        assert " %" not in row.found("zh"), row_id


def test_what_was_found_reads_as_a_sentence_in_both_languages(catalogue: Catalogue) -> None:
    found = {row_id: (row.found("en"), row.found("zh")) for row_id, row in catalogue.evidence.items()}
    assert found["ho_us_dk2014"] == ("change in current births, non-owners: −1.0 %", "当期出生数变化，无房者：−1.0%")
    assert found["gp_cn_feng2020"][1] == "子女年度生育概率变化：7.5 个百分点（6 至 9）"
    assert found["gp_cn_feng2020"][0] == "change in the child's annual birth probability: 7.5 percentage points (6-9)"
    assert found["cc_jp_fukai2017"][0] == "births of women 25-39: positive small (sign only)"
    assert found["lv_no_dahl2016"] == ("change in completed fertility: 0 (no effect)", "终身生育数变化：0（无效应）")
    assert found["prior_cash"] == ("0.3 % (0.05 to 0.8)", "0.3%（0.05 至 0.8）")
    assert found["lv_es_fg2019"][0] == "change in further births within 2 years: −11 % (range −7 to −15)"
    assert found["ca_cn_tianmen2024"] == (
        "change in births from 2023 to 2024: 17 %, gross; national births same year +5.8 %",
        "2023 年至 2024 年出生数变化：17%（未扣除全国变化；同年全国出生数 +5.8%）",
    )
    assert not [row_id for row_id, texts in found.items() if ") (" in texts[0] or "）（" in texts[1]]


def test_an_effect_in_percent_is_said_to_be_a_change(catalogue: Catalogue) -> None:
    """A bare "births: 17 %" reads as a share. Counts, shares and what says so itself are no changes."""
    levels = {"re_cn_selective_takeup", "ar_fr_leridon2004", "fl_jp_overtime", "lv_cn_shi_wang2024"}
    for row_id, row in catalogue.evidence.items():
        if row.outcome and row.number and row.unit.startswith(("pct", "pp")) and row_id not in levels:
            assert row.outcome.startswith("change in ") and "变化" in row.outcome_zh, row_id


def test_every_row_is_there_in_chinese_and_no_brackets_follow_each_other(catalogue: Catalogue) -> None:
    for row_id, row in catalogue.evidence.items():
        assert row.what_zh and row.where_zh and bool(row.unit_zh) == bool(row.unit), row_id
        assert ") (" not in row.sentence("en") and "）（" not in row.sentence("zh"), row_id
    assert catalogue.evidence["cost_child_cn"].sentence("zh") == (
        "养育一个孩子至大学毕业的支出；中国 2024，平均：680000 元；育娲人口《中国生育成本报告 2024 版》，据媒体报道；"
        "描述数据，无效应，中国，其他结果；读取等级 B。"
    )


def test_what_is_no_citation_is_said_in_chinese(catalogue: Catalogue) -> None:
    words = re.compile(r"\b(via|press|synthesis|official|study|paper|report|statements|recalled|from)\b", re.IGNORECASE)
    for row_id, row in catalogue.evidence.items():
        citation = row.said("citation", "zh")
        assert not words.search(citation), (row_id, citation)
    assert catalogue.evidence["ca_cn_tianmen2024"].said("citation", "zh") == "天门市政府工作报告，据媒体 2025 年报道"


def test_texts_are_in_both_languages(catalogue: Catalogue) -> None:
    for lever in catalogue.levers.values():
        labels = [lever.label, lever.summary, lever.plan_section, lever.channel, *lever.not_modelled]
        labels += [lever.assumption] if lever.assumption else []
        labels += [parameter.label for parameter in lever.parameters.values()]
        for label in labels:
            assert any("\u4e00" <= letter <= "\u9fff" for letter in label.zh), (lever.name, label)
            assert label.en.isascii(), (lever.name, label)


def test_where_a_value_comes_from_is_told_in_chinese_too(catalogue: Catalogue) -> None:
    told: dict[str, Any] = {f"{n} {d.from_date}": d for n, found in catalogue.fields.items() for d in found.values}
    for package in package_names():
        changes = package_changes(load_package(package, catalogue), catalogue)
        told |= {f"{package} {change.field} {change.from_month}": change for change in changes}
    for name, row in told.items():
        assert not row.reference or any("\u4e00" <= letter <= "\u9fff" for letter in row.reference_zh), name
        assert " %" not in row.reference_zh, name


def test_unknown_names_are_answered_with_the_nearest(catalogue: Catalogue) -> None:
    with pytest.raises(InputError, match="did you mean 'childcare_voucher.amount'"):
        catalogue.parameter("childcare_voucher.amout")
    with pytest.raises(InputError, match="did you mean 'maternity_leave.days'.*levers: maternity_leave, "):
        catalogue.parameter("maternity_leav.days")
    with pytest.raises(InputError, match="did you mean 'rent_subsidy'"):
        catalogue.lever("rent_subsidi")


def test_the_catalogue_is_frozen(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="frozen"):
        catalogue.parameter("childcare_voucher.amount").high = 9  # type: ignore[misc]


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    """Return an edit that sets a dotted path of a lever file."""

    def edit(data: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        for part in parents:
            data = data[int(part)] if isinstance(data, list) else data[part]
        if value is None:
            del data[last]
        else:
            data[last] = value

    return edit


WRONG = [
    (_set("parameters.amount.hihg", 1), r"levers/childcare_voucher.yaml: parameters.amount: .*'hihg'.*mean 'high'"),
    (_set("parameters.amount.unit", None), r"parameters.amount.unit: Field required"),
    (_set("parameters.amount.low", 3000), r"low \(3000\) must be below high \(2000\)"),
    (_set("parameters.amount.high", True), r"parameters.amount.high: expected a number, found True"),
    (_set("parameters.amount.values", []), r"parameters.amount.values: .*at least 1 item"),
    (_set("parameters.amount.values", [{"from": "1990-01-01", "value": 9999, "reference": "x", "grade": "A"}]),
     r"values from 1990-01-01: found 9999 yuan per child per month; allowed 0 to 2000"),
    (_set("parameters.amount.values", [{"from": "2015-01-01", "value": 0, "reference": "x", "grade": "A"}]),
     r"a value in force by 2010-01 is needed"),
    (_set("parameters.amount.values", [{"from": "1990-01-01", "value": 0, "reference": "x", "grade": "E"}]),
     r"values.0.grade: Input should be 'A', 'B', 'C' or 'D', found 'E'"),
    (_set("parameters.amount.values", [{"from": "spring", "value": 0, "reference": "x", "grade": "A"}]),
     r"values.0.from: 'spring' is not a date"),
    (_set("parameters.min_order.values", [{"from": "1990-01-01", "value": 1.5, "reference": "x", "grade": "A"}]),
     r"found 1.5; allowed: whole numbers from 1 to 4"),
    (_set("payers", {"benefit": {"city": 0.7}}), r"payers.benefit: shares must be 0 or more and sum to 1"),
    (_set("payers", {"benefit": {"town": 1.0}}), r"payers.benefit.town.*: Input should be 'city', 'province'"),
    (_set("payers", {}), r"payers: name who pays"),
    (_set("evidence", ["prior_car"]), r"unknown evidence id 'prior_car'; did you mean 'prior_care'"),
    (_set("evidence", []), r"evidence: cite at least one row, or say in `assumption`"),
    (_set("near", ["ca_fr_ls"]), r"near: found 'ca_fr_ls'; allowed: rows that `evidence` cites"),
    (_set("name", "voucher"), r"name: found 'voucher'; allowed: the file's own name, 'childcare_voucher'"),
    (_set("family", "care"), r"family: Input should be 'childcare'"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "message"), WRONG)
def test_a_wrong_lever_file_is_named_with_key_and_allowed_values(
    edit: Callable[[dict[str, Any]], None], message: str, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER / "evidence", tmp_path / "evidence")
    (tmp_path / "levers").mkdir()
    data = yaml.safe_load((FOLDER / "levers" / "childcare_voucher.yaml").read_text(encoding="utf-8"))
    edit(data)
    target = tmp_path / "levers" / "childcare_voucher.yaml"
    target.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_catalogue(tmp_path)


def test_a_wrong_evidence_table_is_named(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "levers", tmp_path / "levers")
    shutil.copytree(FOLDER / "evidence", tmp_path / "evidence")
    table = tmp_path / "evidence" / "behaviour_parameters.csv"
    good = table.read_text(encoding="utf-8")
    table.write_text(good.replace(",grade,", ",mark,", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"behaviour_parameters.csv: missing column grade"):
        load_catalogue(tmp_path)
    table.write_text(good + "prior_care,x,x,x,1,x,,,x,A,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"id 'prior_care' is empty or used twice"):
        load_catalogue(tmp_path)
    table.write_text(good.replace(",prior,unknown,births,", ",priors,unknown,births,", 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"\(prior_cash\): design: found 'priors'; did you mean 'prior'"):
        load_catalogue(tmp_path)
    table.write_text(good + "new,x,x,x,1,x,,,a text, cut,A,,prior,china,births,,,,,,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"\(new\): as many cells as columns wanted"):
        load_catalogue(tmp_path)


def test_the_hash_follows_the_files(tmp_path: Path, catalogue: Catalogue) -> None:
    shutil.copytree(FOLDER / "levers", tmp_path / "levers")
    shutil.copytree(FOLDER / "evidence", tmp_path / "evidence")
    assert load_catalogue(tmp_path).hash() == catalogue.hash()
    lever = tmp_path / "levers" / "birth_grant.yaml"
    lever.write_text(lever.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    assert load_catalogue(tmp_path).hash() != catalogue.hash()


def test_a_folder_without_levers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no lever files"):
        load_catalogue(tmp_path)
