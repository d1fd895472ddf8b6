"""Cases a lawyer can read (`cases/*.yaml`): the code that pays must pay what they say, every yuan, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from abm.money.law_row import law_row
from abm.observe.rows import cost_rows
from policies.catalogue import Catalogue
from policies.clock import month_label, year_of
from policies.errors import InputError
from policies.validation import validated
from tests.policies.case_files import Case, CaseFile, months_of, read_all
from tests.policies.case_runner import CaseCity, by_lever_and_payer, by_year, of_levers, rights_of, timeline_of

FILES = read_all()
CASES = {case.title: case for file in FILES.values() for case in file.cases}
FILE_OF = {case.title: file for file in FILES.values() for case in file.cases}
HALF_A_JIAO = 0.05
"""Yuan: earnings are kept in single precision."""


def compared(case: Case) -> set[str]:
    """Levers whose every yuan must be in a case: those that its file names and those that it mentions."""
    return {*FILE_OF[case.title].levers, *(lever for payments in case.pays.values() for lever in payments)}


def params(cases: dict[str, Case]) -> list[Any]:
    """One test a case, named by its title; where the code is known to disagree the test must fail."""

    def marks(case: Case) -> Any:
        return pytest.mark.xfail(reason=case.disagrees, strict=True, raises=AssertionError) if case.disagrees else ()

    return [pytest.param(case, id=title, marks=marks(case)) for title, case in cases.items()]


@pytest.mark.parametrize("case", params({title: case for title, case in CASES.items() if case.pays}))
def test_payments(toytown_founded: Any, case: Case) -> None:
    city = CaseCity(case, toytown_founded.fork())
    paid = of_levers(city.pay(), compared(case))
    covered: set[int] = set()
    for when, expected in case.pays.items():
        months = months_of(when)
        covered.update(months)
        found = by_lever_and_payer(sum(paid[month] for month in months))  # type: ignore[arg-type]
        wanted = {(lever, payer): yuan for lever, payers in expected.items() for payer, yuan in payers.items()}
        assert found == pytest.approx(wanted, rel=0, abs=HALF_A_JIAO), f"{when}: {case.how}"
    rest = {month_label(month): by_lever_and_payer(paid[month]) for month in paid if month not in covered}
    assert not any(rest.values()), f"paid in months that the case does not mention: {rest}"
    for year, totals in case.totals.items():
        check_totals(dict(rows_of_year(city, by_year(paid)[int(year)])), totals)
    if case.household is not None and not case.totals:
        county, fifth = city.model.city.counties.index(case.household.county), case.household.income_fifth - 1
        for ledger in paid.values():
            assert ledger.sum() == pytest.approx(ledger[:, :, county, :, fifth].sum()), "under another county or fifth"


def rows_of_year(city: CaseCity, ledger: Any) -> list[tuple[str, float]]:
    """The rows of a run's output on money: (group, yuan)."""
    return [(group, yuan) for _, group, yuan in cost_rows({"ledger": ledger}, city.model.city.counties, 1.0)]


def check_totals(rows: dict[str, float], totals: dict[str, float]) -> None:
    """The named groups have these totals, and the other groups of the same kind nothing."""
    kinds = {tuple(part.split(":")[0] for part in group.split(";")) for group in totals}
    found = {
        group: yuan
        for group, yuan in rows.items()
        if tuple(part.split(":")[0] for part in group.split(";")) in kinds and (yuan != 0.0 or group in totals)
    }
    assert found == pytest.approx(totals, rel=0, abs=HALF_A_JIAO)


@pytest.mark.parametrize("case", params({title: case for title, case in CASES.items() if case.rights}))
def test_rights(catalogue: Catalogue, case: Case) -> None:
    timeline = timeline_of(case, catalogue)
    for when, rights in case.rights.items():
        for month in months_of(when):
            found = rights_of(case, law_row(timeline, catalogue, month), month)
            assert {name: found[name] for name in rights} == pytest.approx(dict(rights)), f"{when}: {case.how}"


# --- the files themselves --------------------------------------------------------------------------------------------


def test_titles_are_unlike_each_other() -> None:
    assert len(CASES) == sum(len(file.cases) for file in FILES.values())
    assert len(CASES) >= 45


def test_every_lever_has_a_file_and_every_paying_lever_a_payment(catalogue: Catalogue) -> None:
    assert {lever for file in FILES.values() for lever in file.levers} == set(catalogue.levers)
    paid = {lever for case in CASES.values() for payments in case.pays.values() for lever in payments}
    paying = {name for name, lever in catalogue.levers.items() if lever.payers}
    assert paid == paying - {"leave_cost_sharing"}  # it moves money that the leave levers book


PLAIN: dict[str, Any] = {
    "title": "A family with one child",
    "source": "Nothing but a test",
    "how": "none",
    "household": {"mother": {"age": 30}, "children": ["2020-05"]},
    "pays": {"2024-01": "nothing"},
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sorce": "?"}, "did you mean 'source'"),
        ({"source": ""}, "source"),
        ({"household": {"mother": {"age": 30, "work": "farming"}}}, "farm or informal"),
        ({"household": {"mother": {"age": 30, "earnings": 5}}}, "earnings"),
        ({"household": {"children": ["2020-05"]}}, "name the mother"),
        ({"household": {"mother": {"age": 30}, "children": ["2020-05", "2019-05"]}}, "eldest first"),
        ({"pays": {"2024-13": "nothing"}}, "2024-13"),
        ({"pays": {"2024": "nothing", "2024-05": "nothing"}}, "written twice"),
        ({"pays": {"2024-01": {"child_allowance": {"citty": 5}}}}, "citty"),
        ({"pays": {}}, "pays or rights"),
        ({"household": None}, "one of"),
    ],
)
def test_a_wrong_case_is_refused(change: dict[str, Any], message: str) -> None:
    file = {"levers": ["child_allowance"], "read": "A file for this test only.", "cases": [PLAIN]}
    assert validated(CaseFile, file, "cases/mine.yaml").cases[0].months == months_of("2024-01")
    with pytest.raises(InputError, match=message):
        validated(CaseFile, {**file, "cases": [{**PLAIN, **change}]}, "cases/mine.yaml")


def test_spans_are_months() -> None:
    assert [year_of(month) for month in (months_of("2027")[0], months_of("2027")[-1])] == [2027, 2027]
    assert [month_label(month) for month in months_of("2027-11 to 2028-01")] == ["2027-11", "2027-12", "2028-01"]
