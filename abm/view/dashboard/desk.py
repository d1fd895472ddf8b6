"""What one browser tab holds: its settings, its two cities, and what its buttons do. Knows nothing of how it looks."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import solara
import solara.lab
import solara.lifecycle
from mesa.visualization.utils import force_update
from solara.server.kernel_context import has_current_context, without_context

from abm.core.hazards import HazardBoundError
from abm.view.dashboard.cities import (
    DEFAULT_BEGINS,
    DEFAULT_PACKAGE,
    FIRST_BEGINNING,
    LARGEST_SEED,
    LAST_MONTH,
    DashboardModel,
    checked_beginning,
    checked_seed,
)
from abm.view.dashboard.sessions import Seats, hand_back
from abm.view.dashboard.sliders import checked_package, package_values, sliders
from policies.catalogue import load_catalogue
from policies.clock import month_label
from policies.errors import InputError, cut
from policies.messages import LANGUAGES, language, speaking
from policies.packages import load_package, package_names

CITY = {"city": "suining", "scale": 0.01}
"""What `cradle app` was asked for; the same in every tab."""
ASKED: dict[str, str | None] = {"lang": None}
"""The language that `cradle app` was asked for; without one every tab speaks that of its browser."""
SEATS = Seats()
"""Tabs that hold cities."""
CLOSING_SECONDS = 30.0
"""How long to wait for Solara to put a closed tab away before what it held is looked for."""


@dataclass
class Settings:
    """What a person has set: all that a pair of cities is built from."""

    package: str = DEFAULT_PACKAGE
    begins: str = DEFAULT_BEGINS
    seed: str = "1"
    moved: dict[str, float] = field(default_factory=dict)

    def keywords(self) -> dict[str, Any]:
        """Keywords of :class:`DashboardModel`."""
        own = {"package": self.package, "begins": self.begins, "seed": checked_seed(self.seed)}
        return {**CITY, **own, **self.moved}


def opening_language() -> str:
    """The language in which a tab opens: the one asked for, else its browser's, else that of the terminal."""
    sent = solara.lab.headers.value or {}  # type: ignore[attr-defined]
    said = sent.get("accept-language", [])
    return ASKED["lang"] or browser_language(said[0] if said else "") or language()


def browser_language(accepted: str) -> str:
    """The first of this page's languages in an Accept-Language header such as "zh-CN,zh;q=0.9,en;q=0.8"; empty where
    none is there."""
    ranked = []
    for place, part in enumerate(accepted.lower().split(",")):
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        ranked.append((-weight, place, name[:2]))
    return next((name for weight, _, name in sorted(ranked) if name in LANGUAGES and weight < 0), "")


def closing_of_this_tab() -> threading.Event | None:
    """What is set once Solara has put the tab away; None where no server holds it."""
    return solara.lifecycle.kernel_closed_event() if has_current_context() else None


def in_background(work: Callable[[], None]) -> None:
    """Do something long beside the page. Solara's own tasks stay in memory when their tab is closed."""
    threading.Thread(target=work, daemon=True).start()


class Desk:
    """Settings, cities and buttons of one tab; what is drawn depends on its reactive values."""

    def __init__(self) -> None:
        self.catalogue = load_catalogue()
        self.sliders = sliders(self.catalogue)
        self.lang = solara.reactive(opening_language())
        self.settings = solara.reactive(Settings())
        self.applied = solara.reactive(Settings())
        self.model: solara.Reactive[DashboardModel | None] = solara.reactive(None)
        self.building = solara.reactive(True)
        self.playing = solara.reactive(False)
        self.by_year = solara.reactive(False)
        self.couple = solara.reactive(0)
        self.problem = solara.reactive("")
        self.full = solara.reactive(False)
        self.lock = threading.Lock()
        self.plays = 0
        self.left = False
        self._closed = closing_of_this_tab()
        self._cities: DashboardModel | None = None
        self._usual: dict[str, dict[str, float]] = {}

    # --- settings -----------------------------------------------------------------------------------------------------

    def change(self, **settings: Any) -> None:
        """Set some settings; they count when the cities are built again."""
        self.settings.value = Settings(**{**vars(self.settings.value), **settings})

    def choose_package(self, package: object) -> None:
        """Start sliders from another shipped package, by its name; what was moved before goes back."""
        try:
            with speaking(self.lang.value):
                self.change(package=checked_package(package), moved={})
        except InputError as error:
            self._say("not_built", error)

    def usual(self, keyword: str) -> float:
        """Where the chosen package puts a slider."""
        return self._values(self.settings.value.package)[keyword]

    def today(self, keyword: str) -> float:
        """Where current law has a slider."""
        return self._values("current-law")[keyword]

    def _values(self, package: str) -> dict[str, float]:
        """Every slider under a package."""
        if package not in self._usual:
            self._usual[package] = package_values(self.catalogue, package)
        return self._usual[package]

    def value(self, keyword: str) -> float:
        """Where a slider stands."""
        return self.settings.value.moved.get(keyword, self.usual(keyword))

    def move(self, keyword: str, value: float) -> None:
        """Move a slider; back where the package has it, it follows the package again."""
        others = {k: v for k, v in self.settings.value.moved.items() if k != keyword}
        rounded = round(float(value), 6)
        self.change(moved=others if rounded == self.usual(keyword) else {**others, keyword: rounded})

    def packages(self, lang: str) -> list[dict[str, str]]:
        """Packages to choose from: name and label."""
        labels = {name: load_package(name, self.catalogue).label for name in package_names()}
        return [{"value": name, "text": label.zh if lang == "zh" else label.en} for name, label in labels.items()]

    @property
    def is_changed(self) -> bool:
        """Whether settings differ from what the cities were built from."""
        return self.settings.value != self.applied.value

    # --- coming and going ---------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """Build the cities if there is room for one more tab, else say that there is none."""
        self.full.value = not SEATS.take(self)
        if self.left:
            SEATS.give_back(self)
        elif not self.full.value:
            self.build()

    def leave(self) -> None:
        """The tab was closed: stop, make room, and give the memory of its cities back once its last step has ended."""
        self.left = True
        SEATS.give_back(self)
        with without_context():  # else it would be part of the tab that is being put away
            in_background(self._let_go)

    def _let_go(self) -> None:
        """Give back the memory of the cities, then what else the tab held: Solara's and Mesa's parts refer to
        themselves, and Python looks for such circles only now and then."""
        with self.lock:
            if self._cities is not None:
                self._cities.let_go()
            self._cities = None
        if self._closed is not None and self._closed.wait(CLOSING_SECONDS):
            time.sleep(1.0)  # its last websocket ends
        gc.collect()
        hand_back()

    # --- buttons ------------------------------------------------------------------------------------------------------

    def build(self, until: int | None = None) -> None:
        """Build both cities from the settings, and live them up to a month if one is given."""
        self.playing.value, self.problem.value, wanted = False, "", self.settings.value
        self.building.value = True
        try:
            with self.lock:
                with speaking(self.lang.value):
                    model = DashboardModel(**wanted.keywords())
                while until is not None and model.month < until and model.running:
                    model.step()
                if self.left:
                    return
                self._cities = self.model.value = model
                self.applied.value = wanted
        except (InputError, HazardBoundError, MemoryError) as error:
            self._say("not_built", error)
        finally:
            if not self.left:
                self.building.value = False
                force_update()
                gc.collect()  # the cities before: Mesa's models refer to themselves

    def follow(self, couple: int) -> None:
        """Show another of the couples whose lives are taken down."""
        self.couple.value = couple

    def step(self, months: int) -> None:
        """Live some months in both cities; what goes wrong is shown, not raised."""
        model = self.model.value
        if model is None:
            return
        try:
            with self.lock, speaking(self.lang.value):
                for _ in range(months):
                    if model.running and not self.left:
                        model.step()
        except (InputError, HazardBoundError, MemoryError) as error:
            self.playing.value = False
            self._say("stopped", error)
        if self.left:
            return
        if not model.running:
            self.playing.value = False
        force_update()

    def _say(self, key: str, error: BaseException) -> None:
        """Show what went wrong in words, and in the terminal."""
        self.problem.value = f"{key}|{error or type(error).__name__}"
        print(f"page: {error}", file=sys.stderr, flush=True)


def begins_problem(text: str, lang: str) -> str:
    """What is wrong with the month somebody typed, or nothing."""
    try:
        checked_beginning(text)
    except InputError:
        text = _repeated(text, lang)
        low, high = month_label(FIRST_BEGINNING), month_label(LAST_MONTH - 1)
        if lang == "zh":
            return f"输入“{text}”无效；请按“年-月”填写，允许 {low} 至 {high}"
        return f"found '{text}'; write YYYY-MM, allowed {low} to {high}"
    return ""


def _repeated(text: str, lang: str) -> str:
    """What somebody typed, as a message repeats it: never long."""
    with speaking(lang):
        return cut(text)


def seed_problem(text: str, lang: str) -> str:
    """What is wrong with the seed somebody typed, or nothing."""
    try:
        checked_seed(text)
    except InputError:
        text = _repeated(text, lang)
        if lang == "zh":
            return f"输入“{text}”无效；允许 0 至 {LARGEST_SEED} 之间的整数"
        return f"found '{text}'; allowed whole numbers from 0 to {LARGEST_SEED}"
    return ""
