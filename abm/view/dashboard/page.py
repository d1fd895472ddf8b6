"""The page itself: a frame, the panel on the left, four tabs on the right. `cradle app` serves it.

It is made of Mesa's and Solara's parts rather than of ``SolaraViz`` itself, whose words are English only, whose
parameters are one flat list, and which shows a traceback for a wrong value. :class:`DashboardModel` keeps SolaraViz's
contract (Reset builds ``type(model)(**sliders)``), so it runs in a plain ``SolaraViz`` too (a test does).
"""

from __future__ import annotations

from pathlib import Path

import solara
from mesa.visualization.utils import update_counter

from abm.view.dashboard.cities import DashboardModel
from abm.view.dashboard.desk import SEATS, Desk, in_background
from abm.view.dashboard.household_view import HouseholdTab
from abm.view.dashboard.panel import Panel
from abm.view.dashboard.views import Families, Headline, Money, Notes, Overview
from abm.view.dashboard.words import word

STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
RESULTS = "results"
TABS = ("overview", "families", "money", "household", "notes")


@solara.component
def Page() -> None:
    """One browser tab."""
    desk = solara.use_memo(Desk, [])
    lang = desk.lang.value
    solara.Title(word("title", lang))
    solara.Style(STYLE)
    solara.use_effect(lambda: in_background(desk.enter), [])
    solara.use_effect(lambda: desk.leave, [])
    spoken = {"lang": "zh-CN" if lang == "zh" else "en"}
    with solara.Div(classes=["frame", f"lang-{lang}"], attributes=spoken):
        skip = {"class": "skip", "href": f"#{RESULTS}"}  # or the keyboard has to pass every slider
        if desk.full.value:
            Full(desk)
            return
        solara.HTML(tag="a", unsafe_innerHTML=word("to_results", lang), attributes=skip)
        Panel(desk)
        with solara.Div(classes=["main"], attributes={"id": RESULTS, "tabindex": "-1"}):
            Body(desk)


@solara.component
def Full(desk: Desk) -> None:
    """No room for this tab: why, and a button to try again."""
    lang = desk.lang.value
    with solara.Div(classes=["full"]):
        solara.Div(children=[word("full", lang).format(n=SEATS.most)])
        with solara.Div(classes=["by"]):
            solara.Button(
                word("try_again", lang), on_click=desk.enter, color="primary", small=True, classes=["do-enter"]
            )
            LanguageButton(desk)


@solara.component
def LanguageButton(desk: Desk) -> None:
    """The name of the other language, in that language."""
    lang = desk.lang.value
    solara.Button(
        word("other_language", lang),
        on_click=lambda: desk.lang.set("en" if lang == "zh" else "zh"),
        text=True,
        small=True,
        classes=["do-language"],
    )


@solara.component
def Body(desk: Desk) -> None:
    """Headline and tabs, or what stands in their way."""
    lang, model = desk.lang.value, desk.model.value
    update_counter.get()
    tab, set_tab = solara.use_state(0)
    with solara.Div(classes=["top"]):
        with solara.v.Tabs(v_model=tab, on_v_model=set_tab, height=36, class_="tabs"):
            for name in TABS:
                solara.v.Tab(children=[word(name, lang)], class_=f"tab-{name}")
        LanguageButton(desk)
    if desk.problem.value:
        key, _, text = desk.problem.value.partition("|")
        solara.Error(f"{word(key, lang)}: {text}", classes=["problem"])
    if desk.building.value:
        solara.v.ProgressLinear(indeterminate=True)
        if model is None:
            solara.Div(classes=["waiting"], children=[f"{word('building', lang)} {word('first_time', lang)}"])
    if model is None:
        return
    if not model.running:
        solara.Info(word("end", lang))
    Headline(model, lang)
    name = TABS[int(tab or 0)]
    with solara.Div(classes=["showing", f"showing-{name}"]):
        Tab(name, desk, model, lang)


@solara.component
def Tab(name: str, desk: Desk, model: DashboardModel, lang: str) -> None:
    """What stands under a tab."""
    if name == "overview":
        Overview(model, lang)
    elif name == "families":
        Families(model, lang)
    elif name == "money":
        Money(model, desk.catalogue, lang)
    elif name == "household":
        HouseholdTab(desk, model, lang)
    else:
        Notes(lang)


@solara.component
def Layout(children: list[solara.Element] = []) -> None:  # noqa: B006  Solara passes the page in here
    """No frame of Solara's own round the page."""
    solara.Div(classes=["whole"], children=children)
