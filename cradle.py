"""The command ``cradle``: run, resume, check, report, levers, equal-cost, bench, backtest, city, app, calibrate.

Exit status 0 done, 2 the user's input is wrong (one clear message), 1 anything else. Ctrl-C leaves a run that
``cradle resume`` continues.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

# Only light modules are imported here, so that --help and wrong input answer at once; each command imports its own.
from experiments.errors import BackendError
from policies.errors import InputError, nearest
from results.store import CONFIG, FAILURES, RunFolder, RunFolderError, StoreError

RUNS = Path("results") / "runs"
DONE, FAILED, WRONG_INPUT = 0, 1, 2
LANGUAGES = ("en", "zh")
BENCH_PARTS = ("all", "engine", "study")
COMPILER_CALLBACKS = "executionengine.py"
"""File of llvmlite from which C code calls Python."""
RUNNERS = ("serial", "ray")
COMPILING = "compiling the engine for this machine, once: two to four minutes before the first month"
app = typer.Typer(
    name="cradle",
    help="Simulate family decisions in a city and compare family policies.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
screen = Console()
errors = Console(stderr=True)


def say(text: str) -> None:
    """A plain line on standard output, never cut or wrapped."""
    print(text, flush=True)


def stop(message: str, status: int) -> NoReturn:
    """End with one message on standard error."""
    print(message, file=sys.stderr, flush=True)
    raise typer.Exit(status)


def _terminated(number: int, frame: Any) -> None:
    """SIGTERM is taken like Ctrl-C (also where a script's shell ignores Ctrl-C): the run can be resumed.

    While the compiler calls back into Python an exception would be swallowed there and leave code half compiled, so
    that every run after it fails; then it is raised a moment later.
    """
    while frame is not None:
        if frame.f_code.co_filename.endswith(COMPILER_CALLBACKS) and hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            return
        frame = frame.f_back
    raise KeyboardInterrupt


@contextmanager
def clear_endings(kept: Path | None = None, again: str = "") -> Iterator[None]:
    """Turn what can go wrong into one message and the right exit status; ``kept`` is a run to be resumed, ``again``
    says how else to go on."""
    again = f"\nWhat is finished is kept; continue with: cradle resume {kept}" if kept else again
    taken = [signal.SIGTERM, signal.SIGINT, *([signal.SIGALRM] if hasattr(signal, "SIGALRM") else [])]
    before = {number: signal.signal(number, _terminated) for number in taken}
    try:
        yield
    except (InputError, RunFolderError) as error:
        stop(str(error), WRONG_INPUT)
    except (StoreError, BackendError) as error:
        stop(f"{error}{again}", FAILED)
    except KeyboardInterrupt:
        stop(f"stopped{again}", FAILED)
    except MemoryError:
        stop(f"out of memory; a smaller --scale needs less{again}", FAILED)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _checked_options(
    on: str | None = None,
    address: str | None = None,
    workers: int | None = None,
    scale: float | None = None,
    seeds: int | None = None,
) -> None:
    """Refuse options that cannot be; all of them at once."""
    problems = []
    if on is not None and on not in RUNNERS:
        problems.append(f"--on: found {on!r}, did you mean {nearest(on, RUNNERS)!r}? allowed: {', '.join(RUNNERS)}")
    elif on == "serial" and address is not None:
        problems.append("--address: is for --on ray; with --on serial there is no cluster")
    elif on == "serial" and (workers or 1) > 1:
        problems.append(f"--workers: found {workers}, allowed 1 with --on serial (more than one process is Ray)")
    if workers is not None and workers < 1:
        problems.append(f"--workers: found {workers}, allowed 1 or more")
    if scale is not None and not 0 < scale <= 1:
        problems.append(f"--scale: found {scale:g}, allowed above 0 up to 1")
    if seeds is not None and seeds < 1:
        problems.append(f"--seeds: found {seeds}, allowed 1 or more")
    if problems:
        raise InputError("\n".join(problems))


Config = Annotated[Path, typer.Argument(help="A YAML file, see experiments/configs.", show_default=False)]
Scale = Annotated[float | None, typer.Option(help="Share of residents simulated (instead of the config's).")]
Seeds = Annotated[int | None, typer.Option(help="Number of seeds (instead of the config's).")]
On = Annotated[
    str | None,
    typer.Option(help="serial (this process) or ray (the default for more than one worker).", show_default=False),
]
Address = Annotated[
    str | None,
    typer.Option(help="A Ray cluster to join: auto, HOST or HOST:PORT (left out: this machine).", show_default=False),
]
Workers = Annotated[
    int | None,
    typer.Option(help="Processes on this machine (1), or at most so many of a cluster (all).", show_default=False),
]
Lang = Annotated[str, typer.Option(help="Language in which the report opens: en or zh.")]
RunName = Annotated[str, typer.Argument(help="A run folder, or its name under results/runs.", show_default=False)]


@app.command()
def run(
    config: Config,
    out: Annotated[Path, typer.Option(help="Folder in which the run folder is made.")] = RUNS,
    on: On = None,
    address: Address = None,
    workers: Workers = None,
    scale: Scale = None,
    seeds: Seeds = None,
) -> None:
    """Run a config and write its report."""
    with clear_endings():
        _checked_options(on, address, workers, scale, seeds)
        from experiments.runner import start_run
        from experiments.study import read_study

        study = read_study(config, scale=scale, seeds=seeds)
        folder, design = start_run(study, out)
        _execute(study, folder, design, (workers, on, address))


@app.command()
def resume(run: RunName, on: On = None, address: Address = None, workers: Workers = None, lang: Lang = "en") -> None:
    """Do what is left of a run, and write its report."""
    with clear_endings():
        _checked_options(on, address, workers)
        _checked_language(lang)
        from experiments.runner import take_up
        from experiments.study import read_study

        folder = RunFolder.find(run, RUNS)
        study = read_study(folder.file(CONFIG))
        if study.kind == "optimise":
            from experiments.optimise import take_up_search

            design = take_up_search(folder, study)
        else:
            design = take_up(folder, study)
        _execute(study, folder, design, (workers, on, address), lang)


def _execute(study: Any, folder: RunFolder, design: Any, where: tuple[Any, Any, Any], lang: str = "en") -> None:
    """Run, report, and end with the headline and the report's path."""
    from abm.compiled_cache import must_compile
    from experiments.progress import reporter_for
    from experiments.runner import execute, standing_backend

    with clear_endings(kept=folder.path):
        left = len(design) - len(folder.finished() & set(design["run_id"]))
        to_do = f"{left} of {len(design)} runs to do" if study.kind != "optimise" else "a search, runs as they are met"
        say(f"{study.config['title']['en']}: {to_do}, {study.people:,} people -> {folder.path}")
        if left and must_compile():
            print(COMPILING, file=sys.stderr, flush=True)
        if study.kind == "optimise":
            from experiments.optimise import search

            with standing_backend(*where):
                failures, _ = search(study, folder, lambda s, f, d: execute(s, f, d, reporter_for(errors), *where))
        else:
            failures = execute(study, folder, design, reporter_for(errors), *where)
        if failures and not folder.finished():
            stop(f"{_failure_text(failures, folder)}; there is nothing to report", FAILED)
        page, lead = _report(folder, lang)
        say("")
        say(lead["zh" if lang == "zh" else "en"])
        say(f"report: {page.resolve()}")
        if failures:
            stop(_failure_text(failures, folder), FAILED)


def _failure_text(failures: list[dict[str, str]], folder: RunFolder) -> str:
    first = failures[0]
    return (
        f"runs that failed: {len(failures)} (all are in {folder.file(FAILURES)}); the first:"
        f" {first['error']} in the {first['stage']}: {first['message']}"
    )


def _report(folder: RunFolder, lang: str) -> tuple[Path, dict[str, str]]:
    from results.report import write_report_of_kind

    return write_report_of_kind(folder, lang)


def _checked_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise InputError(f"--lang: found {lang!r}, allowed: {', '.join(LANGUAGES)}")


@app.command()
def check(config: Config, scale: Scale = None, seeds: Seeds = None, workers: Workers = None) -> None:
    """Say everything that is wrong with a config, or what it would take to run it."""
    with clear_endings():
        _checked_options(workers=workers, scale=scale, seeds=seeds)
        from experiments.design import estimate, most_packages
        from experiments.progress import clock_text
        from experiments.study import read_study
        from policies.clock import month_label

        study = read_study(config, scale=scale, seeds=seeds)
        size = estimate(study)
        together = min(workers or 1, size.runs)
        say(f"{config}: fine")
        say(f"  scenarios  {_names(list(study.timelines))}")
        say(f"  months     {size.months}, {study.config['start']} to {study.config['end']}, scenarios part in"
            f" {month_label(study.branch_month)}")  # fmt: skip
        say(f"  people     {size.people:,} ({100 * study.scale:g} % of residents)")
        draws = f", {study.draws} parameter draws" if study.draws > 1 else ""
        if study.has_draw_by_seed:
            draws = f", each seed on a draw of its own of the {study.draws} of the fit"
        most = "at most " if study.kind == "optimise" else ""
        arms = f"{len(study.timelines)} scenarios" if not most else f"{1 + most_packages(study)} packages"
        say(f"  runs       {most}{size.runs} ({study.seeds} seeds, {most}{arms}{draws})")
        say(
            f"  time       about {clock_text(size.seconds / together)} on {together}"
            f" process{'es' if together > 1 else ''}"
        )
        say(f"  memory     about {size.memory_megabytes * together:,.0f} MB")
        say(f"  disk       about {size.disk_megabytes:,.0f} MB")


def _names(names: list[str], most: int = 12) -> str:
    """Names in one line; of a long design the first few."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


@app.command()
def report(run: RunName, lang: Lang = "en") -> None:
    """Write the report of a run again."""
    with clear_endings():
        _checked_language(lang)
        page, lead = _report(RunFolder.find(run, RUNS), lang)
        say(lead[lang])
        say(f"report: {page.resolve()}")


@app.command()
def levers(
    name: Annotated[str | None, typer.Argument(help="A lever or one of its parameters.", show_default=False)] = None,
    lang: Lang = "en",
) -> None:
    """List the levers and packages, or show all about one lever."""
    with clear_endings():
        _checked_language(lang)
        from experiments.config import LAST_LAW_MONTH
        from policies.catalogue import load_catalogue
        from policies.clock import month_index
        from policies.describe import lever_card, lever_table, package_table

        catalogue = load_catalogue()
        if name is not None:
            say(lever_card(catalogue, name, lang))
            return
        wide = screen if screen.is_terminal else Console(width=160)
        wide.print(lever_table(catalogue, month_index(LAST_LAW_MONTH), lang))
        wide.print(package_table(catalogue, lang))


@app.command("equal-cost")
def equal_cost(
    config: Config,
    out: Annotated[Path, typer.Option(help="The table to write (CSV).", show_default=False)],
    yuan: Annotated[float, typer.Option(help="Extra public cost a year that every measure shall have.")] = 1e8,
    year: Annotated[int, typer.Option(help="Year in which costs are compared.")] = 2030,
    seeds: Annotated[int, typer.Option(help="Seeds a run.")] = 4,
    scale: Scale = None,
    workers: Workers = None,
    runs: Annotated[Path, typer.Option(help="Folder in which the run folders are made.")] = RUNS,
) -> None:
    """Find for every measure of a config the bound at which all cost the same, from the model's own ledger."""
    with clear_endings():
        _checked_options(workers=workers, scale=scale, seeds=seeds)
        if yuan <= 0 or not out.resolve().parent.is_dir():
            raise InputError(f"--yuan: found {yuan:g}; --out: {out}; allowed: a positive sum, a folder that exists")
        from experiments.equal_cost import make_table
        from experiments.study import read_study

        study = read_study(config, scale=scale, plausible_bounds=True)
        table = make_table(study, yuan, year, seeds, lambda s: _series_of(s, runs, workers))
        table.to_csv(out, index=False, lineterminator="\n")
        for status, part in table.drop_duplicates("factor").groupby("status"):
            say(f"{status}: {', '.join(part['factor'])}")
        say(f"table: {out.resolve()}")


def _series_of(study: Any, runs: Path, workers: int | None) -> Any:
    """Run a study and return its merged table; a failed run stops the command."""
    from experiments.progress import reporter_for
    from experiments.runner import execute, start_run
    from results.store import SERIES

    folder, design = start_run(study, runs)
    with clear_endings(kept=folder.path):
        failures = execute(study, folder, design, reporter_for(errors), workers)
        if failures:
            stop(_failure_text(failures, folder), FAILED)
        return folder.read_table(SERIES)


@app.command()
def bench(
    json: Annotated[Path | None, typer.Option(help="Write the numbers to this file too.", show_default=False)] = None,
    part: Annotated[str, typer.Option(help="engine, study (the headline Sobol study) or all.")] = "all",
    full_sobol: Annotated[bool, typer.Option(help="Run the whole headline study, up to half an hour.")] = False,
) -> None:
    """Measure speed and memory on this machine."""
    with clear_endings():
        if json is not None and not json.resolve().parent.is_dir():
            raise InputError(f"--json: {json}: no such folder {json.resolve().parent}")
        if part not in BENCH_PARTS:
            raise InputError(f"--part: found {part!r}, allowed: {', '.join(BENCH_PARTS)}")
        from abm.bench import machine, run_bench, write_numbers

        numbers = run_bench() if part != "study" else {"machine": machine()}
        if part != "engine":
            from experiments.bench_study import measure_study, study_table

            study = measure_study(screen, full=full_sobol)
            screen.print(study_table(study))
            numbers = {**study, **numbers}
        if json is not None:
            write_numbers(numbers, json, screen)


@app.command()
def backtest(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Back-tests to run (default: all).", show_default=False)
    ] = None,
    scale: Annotated[float | None, typer.Option(help="Share of residents simulated (default: 0.1).")] = None,
    seeds: Annotated[int | None, typer.Option(help="Number of seeds (default: 8).")] = None,
    out: Annotated[Path, typer.Option(help="Folder for the table.")] = RUNS / "backtests",
) -> None:
    """Hold the model's responses against what studies found."""
    with clear_endings():
        _checked_options(scale=scale, seeds=seeds)
        from calibration.backtest import made_with, plan, run, screen_table, summary_line, timed
        from experiments.backtest_table import check_folder, write_backtests
        from experiments.progress import clock_text, reporter_for

        check_folder(out)
        job = plan(ids or (), scale=scale, seeds=seeds)
        say(f"{len(job.chosen)} back-tests in {job.city.name}, {job.seeds} seeds, {job.people:,} people -> {out}")
        table, seconds = timed(lambda: run(job, reporter_for(errors)))
        wide = screen if screen.is_terminal else Console(width=190)
        wide.print(screen_table(table))
        path = write_backtests(out, table, made_with(job, seconds))
        say(summary_line(table))
        say(f"table: {path.resolve()} ({clock_text(seconds)})")


@app.command("city")
def city_(
    tables: Annotated[Path, typer.Argument(help="Folder with city.yaml, population.csv, ...", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder in which the city's folder is made.", show_default=False)],
    donor: Annotated[
        str | None, typer.Option(help="City that lends what is missing (instead of city.yaml's).", show_default=False)
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a folder that is there.")] = False,
) -> None:
    """Make a city from a statistics office's tables, borrowing what they lack, and check it (docs/adding-a-city.md)."""
    with clear_endings():
        from abm.city_pack.make import make_pack

        try:
            made = make_pack(tables, out, donor, replace)
        except OSError as error:
            raise InputError(f"--out: cannot write {out}: {error.strerror or error}") from None
        for line in made.lines():
            say(line)


@app.command("app")
def app_(
    port: Annotated[int, typer.Option(help="Port of this machine on which the page is served.")] = 8765,
    scale: Annotated[float, typer.Option(help="Share of residents simulated.")] = 0.01,
    city: Annotated[str, typer.Option(help="A city under abm/cities.")] = "suining",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the page in the browser: two cities side by side, current law and yours."""
    with clear_endings():
        _checked_options(scale=scale)
        from abm.dashboard.serve import serve

        try:
            serve(city, scale, port, not no_browser, say)
        except KeyboardInterrupt:
            say("page closed")


@app.command()
def calibrate(
    config: Config,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the tables (default: the fit's own folder).", show_default=False)
    ] = None,
    runs: Annotated[Path, typer.Option(help="Folder in which the fit's own folder is made.")] = RUNS,
    again: Annotated[
        Path | None, typer.Option(help="Fit nothing: live the draws in this folder of tables anew.", show_default=False)
    ] = None,
    on: On = None,
    address: Address = None,
    workers: Workers = None,
) -> None:
    """Fit parameters to observed series, or go on with a fit that was stopped."""
    with clear_endings():
        _checked_options(on, address, workers)
        from calibration.calibrate import calibrate as fit_all
        from calibration.calibrate import plan_fit, predict_again, score_line, screen_table, write
        from calibration.workers import calls_in_order
        from experiments.backtest_table import check_folder
        from experiments.fit_table import read_fit
        from experiments.progress import clock_text

        shipped = read_fit(again) if again is not None else None
        job = plan_fit(config, runs)
        where = out or again or job.folder.path / "tables"
        check_folder(where)
        say(f"{job.fit.title.en}: {len(job.fit.names)} free numbers, {len(job.targets)} targets -> {job.folder.path}")
    same = f"cradle calibrate {config}" + (f" --again {again}" if again else "")
    go_on = f"\nWhat is finished is kept; go on with the same command: {same}"
    with clear_endings(again=go_on), calls_in_order(workers, on, address) as in_order:
        tables = predict_again(job, shipped, in_order, errors) if shipped else fit_all(job, in_order, errors)
        write(tables, where)
        wide = screen if screen.is_terminal else Console(width=160)
        wide.print(screen_table(tables))
        say(score_line(tables))
        say(f"tables: {where.resolve()} ({clock_text(tables.how['seconds'])})")


def main() -> None:
    """Entry point of the installed command."""
    app()


if __name__ == "__main__":
    main()
