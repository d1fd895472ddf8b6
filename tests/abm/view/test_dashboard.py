"""The page: two cities of one past, sliders from the lever files, what a couple weighs; it draws itself."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("solara", reason="the page is an extra: pip install '.[dashboard]'")

import solara

from abm.core.kin import has_grandparent_carer
from abm.core.population import FEMALE, MARRIED, RESIDENT
from abm.core.tables import NOW
from abm.model import FamilyModel
from abm.money.prospect import family_prospect
from abm.view.dashboard import cities, sessions
from abm.view.dashboard import desk as desks
from abm.view.dashboard.cities import DashboardModel
from abm.view.dashboard.family import part_at
from abm.view.dashboard.page import Page
from abm.view.dashboard.sliders import MAIN, groups, package_values, sliders
from abm.view.dashboard.units import percent
from abm.view.prospect_lines import LINES, prospect_lines
from policies.clock import month_index
from policies.errors import InputError
from policies.packages import PACKAGES_FOLDER

DASHBOARD = Path(__file__).parents[3] / "abm" / "view" / "dashboard"
TOYTOWN: dict[str, Any] = {"city": "toytown", "scale": 0.3, "begins": "2022-01", "package": "current-law"}


@pytest.fixture(scope="module")
def pair() -> DashboardModel:
    model = DashboardModel(**TOYTOWN, birth_grant__order1=100_000, birth_grant__order2=100_000)
    for _ in range(24):
        model.step()
    return model


def births(model: FamilyModel) -> Any:
    return model.births_log()[["mother_id", "month", "order"]]


def test_the_first_city_is_the_city_under_current_law(pair: DashboardModel, law: Any) -> None:
    """What stands beside the policy is no special kind of city."""
    plain = FamilyModel("toytown", scale=0.3, seed=1, start="2020-11", timeline=law)
    plain.run_until_month(pair.month)
    assert births(plain).equals(births(pair))


def test_the_cities_share_their_past_and_differ_by_the_law(pair: DashboardModel) -> None:
    assert pair.policy is not None
    ours, theirs = births(pair), births(pair.policy)
    before = [log[log["month"] < month_index("2022-01")] for log in (ours, theirs)]
    assert before[0].equals(before[1]) and not ours.equals(theirs)
    assert pair.additional_births == pytest.approx((len(theirs) - len(ours)) / pair.scale)
    assert pair.additional_cost > 0


def test_reset_builds_the_same_pair_again(pair: DashboardModel) -> None:
    """Mesa's page resets with ``type(model)(**sliders)``."""
    again = type(pair)(**TOYTOWN, birth_grant__order1=100_000, birth_grant__order2=100_000)
    while again.month < pair.month:
        again.step()
    assert again.policy is not None and pair.policy is not None
    assert births(again.policy).equals(births(pair.policy))


def test_a_past_is_taken_up_not_lived_again(pair: DashboardModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same births in both cities as when the past was lived, and no founding."""

    def no_founding(*_: Any, **__: Any) -> None:
        raise AssertionError("founded again")

    monkeypatch.setattr("abm.model.found", no_founding)
    taken_up = DashboardModel(**TOYTOWN, birth_grant__order1=100_000, birth_grant__order2=100_000)
    while taken_up.month < pair.month:
        taken_up.step()
    assert taken_up.policy is not None and pair.policy is not None
    assert births(taken_up).equals(births(pair)) and births(taken_up.policy).equals(births(pair.policy))
    assert taken_up.history.tfr_path() == pair.history.tfr_path()
    monkeypatch.undo()
    cities._pasts.clear()
    lived = DashboardModel(**TOYTOWN, birth_grant__order1=100_000, birth_grant__order2=100_000)
    assert births(lived).equals(births(taken_up).iloc[: len(births(lived))])


def test_couples_are_followed_in_both_cities(pair: DashboardModel) -> None:
    """One woman in two lives: alike until they come apart, and births in her diary are those of the log."""
    assert pair.policy is not None and len(pair.diaries) == cities.FOLLOWED
    assert len({diary.wife for diary in pair.diaries}) == cities.FOLLOWED
    born = 0
    for own, other in zip(pair.diaries, pair.policy_diaries, strict=True):
        assert own.wife == other.wife and len(own.standings) == len(other.standings) == 1 + pair.month - pair.parts
        assert own.standings[0] == other.standings[0]
        differ = part_at(own, other)
        for a, b in zip(own.standings, other.standings, strict=True):
            assert (a.lived == b.lived) or (differ is not None and a.month >= differ)
        for model, diary in ((pair, own), (pair.policy, other)):
            log = model.births_log()
            hers = log[(log["mother_id"] == model.population.persons["id"][diary.wife]) & (log["month"] >= pair.parts)]
            told = [event.month for event in diary.events if event.what == "birth"]
            assert set(told) <= set(hers["month"])
            born += len(told)
    assert born > 0


def test_a_decision_is_told_with_what_was_weighed(pair: DashboardModel) -> None:
    """Who starts trying had a chance; who changes care took an arrangement that was there, the best unless refused."""
    told = [event for diary in pair.diaries for event in diary.events if event.what in ("trying", "care")]
    assert {event.what for event in told} == {"trying", "care"}
    for event in told:
        weighed = dict(event.weighed)
        if event.what == "trying":
            assert 0.0 < weighed["chance"] < 1.0
        elif weighed:
            assert event.detail in weighed
            if event.detail != "grandparent" and "nursery" not in weighed:
                assert weighed[event.detail] == max(weighed.values())


def test_the_ledger_adds_up(pair: DashboardModel) -> None:
    """By lever and payer, against the observer's own cost rows."""
    assert pair.policy is not None
    shown = pair.additional_ledger  # lever, payer
    assert shown.sum() == pytest.approx(pair.additional_cost)
    year = 1900 + pair.month // 12 - 1
    for model, history in ((pair, pair.history), (pair.policy, pair.policy_history)):
        rows = model.rows()
        of_year = rows[(rows["indicator"] == "cost") & (rows["group"] == "all") & (rows["year"] == year)]
        ours = history.by_year("payers")[year].sum() / model.scale
        assert ours == pytest.approx(of_year["value"].sum(), rel=1e-9)


def test_mesas_own_page_draws_it_too() -> None:
    """DashboardModel keeps the contract of SolaraViz: Reset there builds a new pair from its sliders."""
    from ipyvuetify import Btn, Slider
    from mesa import visualization

    model = solara.reactive(DashboardModel(**TOYTOWN))
    voucher = visualization.Slider("Voucher", 0, 0, 2000, 100)
    given = {**TOYTOWN, "childcare_voucher__amount": voucher}

    @solara.component
    def Framed() -> None:
        with solara.AppLayout():  # the server's own frame, which has room for the controls
            visualization.SolaraViz(model, components=[], model_params=given, name="Cradle")

    _, render = solara.render(Framed(), handle_error=False)
    first = model.value
    next(found.widget for found in render.find(Slider) if found.widget.label == "Voucher").v_model = 800
    next(found.widget for found in render.find(Btn) if "Reset" in found.widget.children).click()
    assert model.value is not first and model.value.month == first.month
    assert model.value.policy is not None
    laws = [city.timeline.at(first.month) for city in (model.value, model.value.policy)]
    assert [law["childcare_voucher.amount"] for law in laws] == [0, 800]
    render.close()


def test_every_parameter_of_every_lever_has_a_slider(catalogue: Any) -> None:
    every = sliders(catalogue)
    assert {slider.field for slider in every.values()} == set(catalogue.fields)
    shown = groups(catalogue)
    assert [slider.field for slider in shown["main"]] == list(MAIN)
    reachable = {slider.field for family, of in shown.items() if family != "main" for slider in of}
    assert reachable == set(catalogue.fields)
    assert package_values(catalogue, "all-childcare")["childcare_voucher__amount"] > 0


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"birth_grant__order1": 1e9}, "birth_grant.order1"),
        ({"birth_grants__order1": 1}, "did you mean 'birth_grant__order1'"),
        ({"begins": "2100-01"}, "allowed 2021-12"),
        ({"seed": "x"}, "whole numbers"),
        ({"seed": "7" * 5000}, r"found '7+\.\.\.7+ \(5,000 characters\)'; allowed: whole numbers from 0"),
        ({"seed": 10**5000}, "found '0x"),
        ({"seed": -1}, "found '-1'"),
        ({"seed": 2**31}, "found '2147483648'"),
        ({"begins": "2" * 5000}, "not a month"),
        ({"package": "all-cahs"}, "all-cash"),
        ({"package": "policies/packages/voucher-only.yaml"}, "unknown package"),
        ({"package": "../packages/voucher-only"}, "unknown package"),
    ],
)
def test_wrong_input_is_said_in_words(keywords: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        DashboardModel(**{**TOYTOWN, **keywords})


@pytest.mark.parametrize(
    ("seed", "read"), [("7", 7), (" 12 ", 12), ("0" * 5000 + "3", 3), ("000", 0), (2**31 - 1, 2**31 - 1)]
)
def test_a_seed_is_a_whole_number(seed: int | str, read: int) -> None:
    assert cities.checked_seed(seed) == read


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_somebody_typed_is_never_repeated_at_length(lang: str, catalogue: Any) -> None:
    long = "9" * 5000
    said = [desks.seed_problem(long, lang), desks.begins_problem(long, lang)]
    with pytest.raises(InputError) as refused:
        next(iter(sliders(catalogue).values())).read(long, lang)
    for message in (*said, str(refused.value)):
        assert "5,000 个字符" in message if lang == "zh" else "5,000 characters" in message
        assert len(message) < 300


def test_a_package_from_the_browser_is_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A path, even to a package that could be read, is refused in words, and the sliders stay where they are."""
    desk = desks.Desk()
    desk.choose_package("voucher-only")
    shipped = PACKAGES_FOLDER / "all-cash.yaml"
    for package in (str(shipped), str(shipped.with_suffix("")), "/etc/passwd.yaml", "", ["all-cash"], None):
        desk.choose_package(package)
        assert desk.settings.value.package == "voucher-only"
        assert "unknown package" in desk.problem.value
        desk.problem.value = ""
    assert "Traceback" not in capsys.readouterr().err


def test_a_closed_tab_gives_its_cities_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than there is room for waits until one is closed; nobody of a closed tab's cities stays in memory."""
    monkeypatch.setattr(desks, "CITY", {"city": "toytown", "scale": 0.3})
    monkeypatch.setattr(desks, "SEATS", sessions.Seats(2))
    tabs = [desks.Desk() for _ in range(3)]
    for desk in tabs:
        desk.change(begins="2022-01", package="current-law")
        desk.enter()
    assert [desk.full.value for desk in tabs] == [False, False, True] and tabs[2].model.value is None
    tabs[0].leave()
    tabs[2].enter()
    assert not tabs[2].full.value and tabs[2].model.value is not None
    models = [desk.model.value for desk in tabs if desk.model.value]
    assert len(models) == 3 and wait_until(lambda: models[0].residents == 0) and models[1].residents > 2000
    month = models[0].month
    tabs[0].step(1)  # one that comes late lives nothing
    assert models[0].month == month
    for desk in tabs[1:]:
        desk.leave()
    cities_held = [city for model in models for city in (model, model.policy) if city]
    assert len(cities_held) == 6 and wait_until(lambda: all(city.population.n == 0 for city in cities_held))
    assert desks.SEATS.take("somebody")


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def test_the_lines_a_couple_weighs_give_its_prospect(pair: DashboardModel) -> None:
    """Held to the decision itself: sum over phases of the weight times ln(1 - bounded cost / consumption)."""
    p, t = pair.pars[0], pair.tables[0]
    persons, households = pair.population.persons, pair.population.households
    n = pair.population.n
    wives = np.flatnonzero(
        (persons["status"][:n] == RESIDENT) & (persons["sex"][:n] == FEMALE) & (persons["marital"][:n] == MARRIED)
        & (persons["partner"][:n] >= 0) & (pair.month - persons["birth_month"][:n] < 45 * 12)
    )[:60]  # fmt: skip
    assert len(wives) == 60
    for wife in wives:
        carer = int(has_grandparent_carer(persons, wife, pair.month, pair.pars))
        lines, consumption = prospect_lines(persons, households, wife, carer, pair.month, pair.pars, t)
        cost = np.clip(lines.sum(axis=1), -p["largest_gain"] * consumption, p["largest_cost"] * consumption)
        value = float((t["phase_weight"] * np.log(1.0 - cost / consumption)).sum())
        known = family_prospect(persons, households, wife, carer, pair.month, NOW, pair.pars, t)
        assert value == pytest.approx(known, rel=1e-9)
        assert lines.shape[1] == len(LINES)


def test_nothing_of_the_page_is_compiled() -> None:
    """Its sources are left out of the hash that names compiled code."""
    for source in DASHBOARD.glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Name)}
        assert not names & {"compiled", "njit", "jit", "numba"}, source.name


def test_the_page_draws_both_cities_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rendered without a browser: built, stepped, tabs drawn, language switched, a wrong seed shown in words."""
    monkeypatch.setattr(desks, "CITY", {"city": "toytown", "scale": 0.3})
    desk = desks.Desk()
    monkeypatch.setattr("abm.view.dashboard.page.Desk", lambda: desk)
    desk.change(begins="2022-01", package="current-law")
    desk.build()
    assert desk.model.value is not None and not desk.problem.value
    before = desk.model.value.month
    desk.step(13)
    assert desk.model.value.month == before + 13
    _, render = solara.render(Page(), handle_error=False)
    text = drawn(render)
    assert "Total fertility rate" in text and "<svg" in text
    desk.lang.set("zh")
    assert "总和生育率" in drawn(render)
    desk.follow(3)
    desk.change(seed="abc")
    desk.build()
    assert "abc" in desk.problem.value and desk.model.value is not None
    render.close()


def drawn(render: Any) -> str:
    """All text of a rendered page."""
    found: list[str] = []

    def walk(widget: Any) -> None:
        if isinstance(widget, str):
            found.append(widget)
        for name in ("children", "template", "innerHTML", "label", "unsafe_innerHTML"):
            value = getattr(widget, name, None)
            for part in value if isinstance(value, list | tuple) else [value]:
                if isinstance(part, str):
                    found.append(part)
                elif part is not None and hasattr(part, "comm"):
                    walk(part)

    for top in render.container.children if hasattr(render, "container") else []:
        walk(top)
    return re.sub(r"\s+", " ", " ".join(found))


@pytest.mark.parametrize(
    ("accepted", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("fr-FR,zh;q=0.5,en;q=0.7", "en"),
        ("fr-FR", ""),
        ("zh;q=0,en", "en"),
        ("zh;q=much", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_browser(accepted: str, lang: str) -> None:
    from abm.view.dashboard.desk import browser_language

    assert browser_language(accepted) == lang


def test_percent_stands_apart_in_english_and_not_in_chinese() -> None:
    assert percent(0.0734, "en", 1) == "7.3 %" and percent(0.6, "zh") == "60%"
