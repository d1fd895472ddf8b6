"""What tests share. Things that take time to build are built once a session and must not be changed by a test."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest

os.environ["CRADLE_LANG"] = "en"  # tests read English messages, whatever the system speaks
os.fsync = lambda file: None  # type: ignore[assignment]  # no power is cut in a test, and thousands of small files are written


LONGEST = (
    "test_guides.py", "test_cli.py", "experiments/search/test_optimise.py", "experiments/run/test_known_functions.py",
    "results/scenario/test_report.py", "fuzz/test_fuzz.py", "results/sensitivity/test_sensitivity.py",
    "results/test_chinese.py",
    "calibration/fit/test_fit.py", "browser/test_page.py", "experiments/run/test_on_ray.py", "browser/test_reports.py",
    "benchmarks/test_bench_study.py", "benchmarks/test_bench.py", "abm/view/test_dashboard.py",
)  # fmt: skip
"""Files of minutes, run first, so that workers who take a file at a time end at about the same time. While the first
compiles the engine, for some minutes, the others have those that do without."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--no-engine", action="store_true", help="A test that compiles a function of the engine fails.")


def pytest_configure(config: pytest.Config) -> None:
    """Under ``--no-engine`` compiling is refused: what is called quick stays so."""
    if config.getoption("--no-engine"):
        from numba.core.dispatcher import Dispatcher

        def refuse(dispatcher: Any, signature: Any) -> None:
            pytest.fail(f"compiles {dispatcher.py_func.__module__}.{dispatcher.py_func.__qualname__}")

        Dispatcher.compile = refuse  # type: ignore[assignment, method-assign]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others as they are."""
    here = Path(__file__).parent
    place = {here / name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path, len(LONGEST)))


def pytest_collection_finish() -> None:
    """All modules are loaded: what they hold stays, and no collection of garbage looks through it again."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports of scenarios are written with empty figures: drawing takes most of the time, and tests read words."""
    monkeypatch.setattr("results.scenario.report.make_figures", empty_figures)


def empty_figures(data: Any, named: Any) -> dict[str, dict[str, str]]:
    """In place of ``results.content.figures.make_figures``."""
    return {ref.name: dict.fromkeys(("en", "zh"), "<svg></svg>") for ref in named}


@pytest.fixture(scope="session")
def toytown() -> Any:
    """The made-up town for tests (`abm.city.city.City`, frozen)."""
    from abm.city.loading import load_city

    return load_city("toytown")


@pytest.fixture(scope="session")
def suining() -> Any:
    """The real city (`abm.city.city.City`, frozen)."""
    from abm.city.loading import load_city

    return load_city("suining")


@pytest.fixture(scope="session")
def catalogue() -> Any:
    """All levers (`policies.catalogue.Catalogue`, frozen)."""
    from policies.catalogue import load_catalogue

    return load_catalogue()


@pytest.fixture(scope="session")
def law(catalogue: Any) -> Any:
    """Today's law with its dated history (`policies.timeline.Timeline`, frozen)."""
    from policies.timeline import current_law

    return current_law(catalogue)


@pytest.fixture(scope="session")
def parameters() -> Any:
    """Default behavioural parameters (`abm.core.parameters.Parameters`, frozen)."""
    from abm.core.parameters import Parameters

    return Parameters.load()


@pytest.fixture(scope="session")
def toytown_founded(toytown: Any) -> Any:
    """Toytown, every resident, at its founding in November 2010. Fork it; do not run it.

    Fixtures that build other models ask for it first: it leaves the engine compiled, by one worker while others wait.
    """
    from abm.model import FamilyModel
    from experiments.run.compiled_once import engine_ready

    engine_ready()
    return FamilyModel(toytown, scale=1.0, seed=1)


@pytest.fixture
def toytown_model(toytown_founded: Any) -> Any:
    """A model of toytown of the test's own, ready to run from its founding."""
    return toytown_founded.fork()
