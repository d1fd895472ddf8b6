"""The command ``cradle``: run, resume, check, report, levers, equal-cost, bench, backtest, city, app, calibrate.

Exit status 0 done, 2 the user's input is wrong (one clear message), 1 anything else. Ctrl-C leaves a run that
``cradle resume`` continues.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

# Only light modules are imported here, so that --help and wrong input answer at once; each command imports its own.
from experiments.commands.carry_out import errors, execute_and_report, series_of, write_and_say
from experiments.commands.common import checked_options, clear_endings, say, version_text
from experiments.commands.typer_words import SpokenCommand, SpokenGroup
from policies.errors import InputError
from policies.messages import asked_in, language, language_from_system, tr, translated
from policies.streams import never_fail
from results.folder.lock import held
from results.folder.store import RunFolder

RUNS = Path("results") / "runs"
BENCH_PARTS = ("all", "engine", "study")
HELP_LANGUAGE = asked_in(sys.argv) or language_from_system()
"""Language of --help, whose texts typer takes when this module is loaded."""


def about(template: str) -> str:
    """A text of --help in its language."""
    return translated(template, HELP_LANGUAGE)


app = typer.Typer(
    name="cradle",
    cls=SpokenGroup,
    help=about("Simulate family decisions in a city and compare family policies."),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
screen = Console()


def option(template: str, *flags: str) -> Any:
    """An option with its text of --help."""
    return typer.Option(*flags, help=about(template))


def argument(template: str) -> Any:
    """An argument with its text of --help."""
    return typer.Argument(help=about(template), show_default=False)


def command[**P, R](name: str | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a command; its docstring, in the language of --help, is what --help says of it."""

    def registered(function: Callable[P, R]) -> Callable[P, R]:
        said = about(" ".join((function.__doc__ or "").split()))
        return app.command(name, cls=SpokenCommand, help=said)(function)

    return registered


def _say_version(wanted: bool) -> None:
    if wanted:
        say(f"cradle {version_text()}")
        raise typer.Exit


SAY_VERSION = typer.Option("--version", help=about("Say the version and end."), callback=_say_version, is_eager=True)


@app.callback()
def _before_any_command(version: Annotated[bool, SAY_VERSION] = False) -> None:
    """Options that stand before a command."""


Config = Annotated[Path, argument("A YAML file, see experiments/configs.")]
Scale = Annotated[float | None, option("Share of residents simulated (instead of the config's).")]
Seeds = Annotated[int | None, option("Number of seeds (instead of the config's).")]
On = Annotated[
    str | None,
    option("serial (this process) or ray (the default for more than one worker)."),
]
Address = Annotated[
    str | None,
    option("A Ray cluster to join: auto, HOST or HOST:PORT (left out: this machine)."),
]
Workers = Annotated[
    int | None,
    option("Processes on this machine (1), or at most so many of a cluster (all)."),
]
Lang = Annotated[
    str | None,
    option("Language of messages and of the report: en or zh (default: the system's)."),
]
RunName = Annotated[str, argument("A run folder, or its name under results/runs.")]


@command()
def run(
    config: Config,
    out: Annotated[Path, option("Folder in which the run folder is made.")] = RUNS,
    on: On = None,
    address: Address = None,
    workers: Workers = None,
    scale: Scale = None,
    seeds: Seeds = None,
    lang: Lang = None,
) -> None:
    """Run a config and write its report."""
    with clear_endings(lang=lang):
        checked_options(on, address, workers, scale, seeds)
        from experiments.run.run_table import folder_name
        from experiments.run.runner import start_run
        from experiments.study.study import read_study

        study = read_study(config, scale=scale, seeds=seeds)
        with held(out / folder_name(study)):
            folder, design = start_run(study, out)
            execute_and_report(study, folder, design, (workers, on, address), lang)


@command()
def resume(run: RunName, on: On = None, address: Address = None, workers: Workers = None, lang: Lang = None) -> None:
    """Do what is left of a run, and write its report."""
    with clear_endings(lang=lang):
        checked_options(on, address, workers)
        from experiments.run.resume import study_of, take_up

        folder = RunFolder.find(run, RUNS)
        with held(folder.path):
            study = study_of(folder)
            design = take_up(folder, study)
            execute_and_report(study, folder, design, (workers, on, address), lang)


@command()
def check(config: Config, scale: Scale = None, seeds: Seeds = None, workers: Workers = None, lang: Lang = None) -> None:
    """Say everything that is wrong with a config, or what it would take to run it and what its answer will lack."""
    with clear_endings(lang=lang):
        checked_options(workers=workers, scale=scale, seeds=seeds)
        from experiments.commands.check import check_lines
        from experiments.study.study import read_study

        study = read_study(config, scale=scale, seeds=seeds)
        for line in check_lines(study, config, workers):
            say(line)


@command()
def report(run: RunName, lang: Lang = None) -> None:
    """Write the report of a run again."""
    with clear_endings(lang=lang):
        write_and_say(RunFolder.find(run, RUNS), lang)


@command()
def levers(
    name: Annotated[str | None, argument("A lever or one of its parameters.")] = None,
    lang: Lang = None,
) -> None:
    """List the levers and packages, or show all about one lever."""
    with clear_endings(lang=lang):
        from experiments.study.config import LAST_LAW_MONTH
        from policies.catalogue import load_catalogue
        from policies.clock import month_index
        from policies.describe import lever_card, lever_table, package_table

        catalogue = load_catalogue()
        if name is not None:
            say(lever_card(catalogue, name, language()))
            return
        wide = screen if screen.is_terminal else Console(width=160)
        wide.print(lever_table(catalogue, month_index(LAST_LAW_MONTH), language()))
        wide.print(package_table(catalogue, language()))


@command("equal-cost")
def equal_cost(
    config: Config,
    out: Annotated[Path, option("The table to write (CSV).")],
    yuan: Annotated[float, option("Extra public cost a year that every measure shall have.")] = 1e8,
    year: Annotated[int, option("Year in which costs are compared.")] = 2030,
    seeds: Annotated[int, option("Seeds a run.")] = 4,
    scale: Scale = None,
    workers: Workers = None,
    runs: Annotated[Path, option("Folder in which the run folders are made.")] = RUNS,
    lang: Lang = None,
) -> None:
    """Find for every measure of a config the bound at which all cost the same, from the model's own ledger."""
    with clear_endings(lang=lang):
        checked_options(workers=workers, scale=scale, seeds=seeds)
        if not 0 < yuan < float("inf") or not out.resolve().parent.is_dir():
            raise InputError(
                tr("--yuan: found {yuan:g}; --out: {out}; allowed: a positive sum, a folder that exists").format(
                    yuan=yuan, out=out
                )
            )
        from experiments.search.equal_cost import make_table
        from experiments.study.study import read_study

        study = read_study(config, scale=scale, plausible_bounds=True)
        table = make_table(study, yuan, year, seeds, lambda s: series_of(s, runs, workers))
        table.to_csv(out, index=False, lineterminator="\n")
        for status, part in table.drop_duplicates("factor").groupby("status"):
            say(f"{tr(status)}: {', '.join(part['factor'])}")
        say(tr("table: {path}").format(path=out.resolve()))


@command()
def bench(
    json: Annotated[Path | None, option("Write the numbers to this file too.")] = None,
    part: Annotated[str, option("engine, study (the headline Sobol study) or all.")] = "all",
    full_sobol: Annotated[bool, option("Run the whole headline study, up to half an hour.")] = False,
    lang: Lang = None,
) -> None:
    """Measure speed and memory on this machine."""
    with clear_endings(lang=lang):
        if json is not None and not json.resolve().parent.is_dir():
            raise InputError(
                tr("--json: {json}: no such folder {folder}").format(json=json, folder=json.resolve().parent)
            )
        if part not in BENCH_PARTS:
            raise InputError(
                tr("--part: found {part!r}, allowed: {allowed}").format(part=part, allowed=", ".join(BENCH_PARTS))
            )
        from abm.bench.run import machine, run_bench, write_numbers
        from experiments.run.compiled_once import engine_ready

        engine_ready()
        numbers = run_bench() if part != "study" else {"machine": machine()}
        if part != "engine":
            from experiments.tools.bench_study import measure_study, study_table

            study = measure_study(screen, full=full_sobol)
            screen.print(study_table(study))
            numbers = {**study, **numbers}
        if json is not None:
            write_numbers(numbers, json, screen)


@command()
def backtest(
    ids: Annotated[list[str] | None, argument("Back-tests to run (default: all).")] = None,
    scale: Annotated[float | None, option("Share of residents simulated (default: 0.1).")] = None,
    seeds: Annotated[int | None, option("Number of seeds (default: 8).")] = None,
    out: Annotated[Path, option("Folder for the table.")] = RUNS / "backtests",
    lang: Lang = None,
) -> None:
    """Hold the model's responses against what studies found."""
    with clear_endings(lang=lang):
        checked_options(scale=scale, seeds=seeds)
        from calibration.backtests.backtest import made_with, plan, run, screen_table, summary_line, timed
        from experiments.context.backtest_table import check_folder, write_backtests
        from experiments.run.compiled_once import engine_ready
        from experiments.run.progress import clock_text, reporter_for

        check_folder(out)
        job = plan(ids or (), scale=scale, seeds=seeds)
        say(
            tr("{count} back-tests in {city}, {seeds} seeds, {people:,} people -> {out}").format(
                count=len(job.chosen), city=job.city.name, seeds=job.seeds, people=job.people, out=out
            )
        )
        engine_ready()
        table, seconds = timed(lambda: run(job, reporter_for(errors)))
        wide = screen if screen.is_terminal else Console(width=190)
        wide.print(screen_table(table))
        path = write_backtests(out, table, made_with(job, seconds))
        say(summary_line(table))
        say(tr("table: {path} ({time})").format(path=path.resolve(), time=clock_text(seconds)))


@command("city")
def city_(
    tables: Annotated[Path, argument("Folder with city.yaml, population.csv, ...")],
    out: Annotated[Path, option("Folder in which the city's folder is made.")],
    donor: Annotated[
        str | None,
        option("City that lends what is missing (instead of city.yaml's)."),
    ] = None,
    replace: Annotated[bool, option("Replace the folder that this command made.", "--replace")] = False,
    lang: Lang = None,
) -> None:
    """Make a city from a statistics office's tables, borrowing what they lack, and check it (docs/adding-a-city.md)."""
    with clear_endings(lang=lang):
        from abm.city.pack.make import make_pack

        try:
            made = make_pack(tables, out, donor, replace)
        except OSError as error:
            raise InputError(
                tr("--out: cannot write {folder}: {reason}").format(folder=out, reason=error.strerror or error)
            ) from None
        for line in made.lines():
            say(line)


@command("app")
def app_(
    port: Annotated[int, option("Port of this machine on which the page is served.")] = 8765,
    scale: Annotated[float, option("Share of residents simulated.")] = 0.01,
    city: Annotated[str, option("A city under abm/cities.")] = "suining",
    no_browser: Annotated[bool, option("Do not open a browser.", "--no-browser")] = False,
    lang: Lang = None,
) -> None:
    """Open the page in the browser: two cities side by side, current law and yours."""
    with clear_endings(lang=lang):
        checked_options(scale=scale)
        from abm.view.dashboard.serve import serve

        try:
            serve(city, scale, port, not no_browser, say, lang)
        except KeyboardInterrupt:
            say(tr("page closed"))


@command()
def calibrate(
    config: Config,
    out: Annotated[
        Path | None,
        option("Folder for the tables (default: the fit's own folder)."),
    ] = None,
    runs: Annotated[Path, option("Folder in which the fit's own folder is made.")] = RUNS,
    again: Annotated[
        Path | None,
        option("Fit nothing: live the draws in this folder of tables anew."),
    ] = None,
    on: On = None,
    address: Address = None,
    workers: Workers = None,
    lang: Lang = None,
) -> None:
    """Fit parameters to observed series, or go on with a fit that was stopped."""
    with clear_endings(lang=lang):
        checked_options(on, address, workers)
        from calibration.fit.calibrate import calibrate as fit_all
        from calibration.fit.calibrate import plan_fit, predict_again, score_line, screen_table, write
        from calibration.fit.workers import calls_in_order
        from experiments.context.backtest_table import check_folder
        from experiments.context.fit_tables import read_fit
        from experiments.run.compiled_once import engine_ready
        from experiments.run.progress import clock_text

        shipped = read_fit(again) if again is not None else None
        job = plan_fit(config, runs)
        where = out or again or job.folder.path / "tables"
        check_folder(where)
        say(
            tr("{title}: {count} free numbers, {targets} targets -> {folder}").format(
                title=getattr(job.fit.title, language()), count=len(job.fit.names), targets=len(job.targets),
                folder=job.folder.path,
            )
        )  # fmt: skip
    same = f"cradle calibrate {config}" + (f" --again {again}" if again else "")
    with clear_endings(lang=lang):
        go_on = "\n" + tr("What is finished is kept; go on with the same command: {same}").format(same=same)
    with clear_endings(again=go_on, lang=lang), calls_in_order(workers, on, address) as in_order:
        engine_ready()
        tables = predict_again(job, shipped, in_order, errors) if shipped else fit_all(job, in_order, errors)
        write(tables, where)
        wide = screen if screen.is_terminal else Console(width=160)
        wide.print(screen_table(tables))
        say(score_line(tables))
        say(tr("tables: {path} ({time})").format(path=where.resolve(), time=clock_text(tables.how["seconds"])))


def main() -> None:
    """Entry point of the installed command."""
    never_fail()
    app()


if __name__ == "__main__":
    main()
