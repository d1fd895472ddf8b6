"""The command: what it prints, where it writes, how it ends."""

from __future__ import annotations

import ctypes
import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

import cradle
from experiments.commands.common import COMPILER_CALLBACKS, clear_endings
from policies.streams import HANDLER
from tests.experiments.conftest import WRITTEN

ROOT = Path(__file__).parents[1]
runner = CliRunner()


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The stand-in for the model, and a working folder and a cache of the test's own."""
    from tests.experiments.fake_model import FakeModel

    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", FakeModel)
    monkeypatch.setattr("experiments.run.compiled_once.engine_ready", lambda: None)
    monkeypatch.setattr(
        "experiments.commands.check.is_compiled", lambda: True
    )  # others may compile, or fill the memory,
    monkeypatch.setattr("experiments.commands.check.free_megabytes", lambda: 1e5)  # between two calls
    monkeypatch.setenv("CRADLE_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.chdir(tmp_path)


def config(**changes: object) -> str:
    Path("study.yaml").write_text(yaml.safe_dump({**WRITTEN, **changes}, allow_unicode=True), encoding="utf-8")
    return "study.yaml"


def test_run_report_and_resume() -> None:
    done = runner.invoke(cradle.app, ["run", config(), "--out", "out", "--seeds", "2"])
    assert done.exit_code == 0, done.output
    assert "0 of" not in done.stdout.splitlines()[0]
    page = Path(done.stdout.strip().splitlines()[-1].removeprefix("report: "))
    assert page.is_file() and page.parent.parent.name == "out"
    assert sorted(p.name for p in Path.cwd().iterdir()) == ["out", "study.yaml"], "nothing is written elsewhere"
    again = runner.invoke(cradle.app, ["resume", str(page.parent)])
    assert again.exit_code == 0 and "0 of 4 runs to do" in again.stdout
    page.unlink()
    chinese = runner.invoke(cradle.app, ["report", "out", "--lang", "zh"])
    assert chinese.exit_code == 0 and page.is_file() and 'data-lang="zh"' in page.read_text(encoding="utf-8")


def test_the_default_folder_is_results_runs_here(without_figures: None) -> None:
    done = runner.invoke(cradle.app, ["run", config(seeds=1)])
    assert done.exit_code == 0
    assert len(list(Path("results/runs").glob("study-*/report.html"))) == 1


def test_check_says_what_it_would_take() -> None:
    done = runner.invoke(cradle.app, ["check", config()])
    assert done.exit_code == 0
    for word in ("fine", "scenarios  current_law, voucher", "runs       4", "time", "memory", "disk"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["run", "nothing.yaml"], "nothing.yaml: no such file"),
        (["check", "."], "is a folder; give a file, such as study.yaml"),
        (["check", "x" * 5000], "cannot be read: File name too long"),
        (["run", "study.yaml", "--out", "x" * 300], "the name is too long"),
        (["report", "x" * 5000], "no such run folder"),
        (["equal-cost", "study.yaml", "--out", "t.csv", "--yuan", "nan"], "--yuan: found nan"),
        (["run", "study.yaml", "--on", "serial", "--workers", "2"], "allowed 1 with --on serial"),
        (["run", "study.yaml", "--on", "serial", "--address", "auto"], "--address: is for --on ray"),
        (["run", "study.yaml", "--address", "127.0.0.1:1"], "--address: nothing answers at 127.0.0.1:1"),
        (["bench", "--part", "engin"], "--part: found 'engin', allowed: all, engine, study"),
        (["run", "study.yaml", "--on", "sereal"], "did you mean 'serial'"),
        (["run", "study.yaml", "--workers", "0", "--scale", "2"], "--scale: found 2"),
        (["run", "study.yaml", "--seeds", "-1"], "--seeds: found -1"),
        (["check", "study.yaml", "--scale", "0.0001"], "at least 2,000 are needed"),
        (["resume", "nowhere"], "no such run folder"),
        (["report", "nowhere"], "no such run folder"),
        (["report", "nowhere", "--lang", "fr"], "--lang: found 'fr'"),
        (["levers", "childcare_vouchr"], "did you mean 'childcare_voucher'"),
        (["bench", "--json", "no/such/folder/x.json"], "no such folder"),
        (["app", "--port", "0"], "--port: found 0; allowed 1 to 65535"),
        (["calibrate", "x.yaml"], "x.yaml: no such file"),
        (["calibrate", "study.yaml"], "did you mean"),
        (["backtest", "prior_csh"], "did you mean 'prior_cash'"),
        (["backtest", "--scale", "0.0001"], "at least 2,000 are needed"),
        (["backtest", "--seeds", "0"], "--seeds: found 0"),
        (["backtest", "prior_cash", "--out", "study.yaml"], "--out: cannot write study.yaml"),
    ],
)
def test_wrong_input_ends_with_one_message_and_status_2(arguments: list[str], expected: str) -> None:
    config()
    done = runner.invoke(cradle.app, arguments)
    assert done.exit_code == 2
    assert expected in done.stderr
    assert "Traceback" not in done.output


def test_version_says_which() -> None:
    done = runner.invoke(cradle.app, ["--version"])
    assert done.exit_code == 0 and re.fullmatch(r"cradle \d+\.\d+\.\d+\n", done.stdout)


def test_every_kind_is_checked_against_its_own_keys() -> None:
    done = runner.invoke(cradle.app, ["check", config(kind="sweep")])
    assert done.exit_code == 2 and "unknown key 'scenarios'" in done.stderr and "factors" in done.stderr


@pytest.mark.parametrize("own", [{"kind": "forecast"}, {"kind": "optimise", "target": {"tfr": 1.5, "year": 2026}}])
def test_the_shortest_run_has_a_report(own: dict[str, Any]) -> None:
    """To the first December after the branch; less is refused (``tests/experiments/study/test_refused.py``)."""
    if own["kind"] == "optimise":
        own = {**own, "factors": {"grant": {"fields": ["birth_grant.order1"]}}, "population": 4, "generations": 1}
    written = {name: WRITTEN[name] for name in ("title", "city", "scale")}
    Path("short.yaml").write_text(yaml.safe_dump({**written, "start": "2020-11", "end": "2026-12", "seeds": 1, **own}))
    done = runner.invoke(cradle.app, ["run", "short.yaml", "--out", "out"])
    assert done.exit_code == 0 and "report: " in done.stdout, done.output


def test_failed_runs_end_with_status_1_after_the_report() -> None:
    scenarios = {
        "unlucky": {"changes": {"childcare_voucher.amount": {"2027-01": 1313}}},
        "voucher": {"changes": {"childcare_voucher.amount": {"2027-01": 800}}},
    }
    done = runner.invoke(cradle.app, ["run", config(scenarios=scenarios), "--out", "out"])
    assert done.exit_code == 1
    assert "runs that failed: 2" in done.stderr and "report: " in done.stdout


def test_nothing_to_report_ends_with_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("nothing works")

    monkeypatch.setattr("experiments.run.seed_task.FamilyModel", broken)
    done = runner.invoke(cradle.app, ["run", config(), "--out", "out"])
    assert done.exit_code == 1 and "RuntimeError in the history: nothing works" in done.stderr


def test_a_folder_that_cannot_be_written_ends_with_status_1() -> None:
    Path("out").write_text("a file in the way")
    done = runner.invoke(cradle.app, ["run", config(), "--out", "out"])
    assert done.exit_code == 1
    assert done.stderr.strip().startswith("cannot write") and len(done.stderr.strip().splitlines()) == 1


def test_a_fault_of_its_own_is_said_after_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def breaks() -> None:
        with clear_endings(kept=Path("results/runs/x"), lang="zh"):
            raise ZeroDivisionError("nobody was born")

    with pytest.raises(typer.Exit) as ended:
        breaks()
    assert ended.value.exit_code == 1
    *lines, said, go_on = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Traceback") and lines[-1] == "ZeroDivisionError: nobody was born"
    assert said.startswith("这是 Cradle 自身的错误") and go_on.endswith("cradle resume results/runs/x")


def test_ctrl_c_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("experiments.run.runner._keep", interrupted)
    done = runner.invoke(cradle.app, ["run", config(), "--out", "out"])
    assert done.exit_code == 1 and "cradle resume out/study-" in done.stderr
    monkeypatch.undo()


def test_levers_are_listed_and_shown() -> None:
    everything = runner.invoke(cradle.app, ["levers"])
    assert everything.exit_code == 0 and "childcare_voucher" in everything.stdout
    one = runner.invoke(cradle.app, ["levers", "childcare_voucher", "--lang", "zh"])
    assert one.exit_code == 0 and "托育券" in one.stdout


def test_the_command_runs_as_a_program_from_any_folder() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "cradle.py"), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    for command in ("run", "check", "resume", "report", "levers", "backtest", "bench"):
        assert command in done.stdout


def test_a_signal_in_the_compiler_is_not_swallowed() -> None:
    """An exception raised where C code calls Python is printed and forgotten; the signal must come again after it."""
    happened: list[str] = []
    source = "def notify():\n    signal.raise_signal(signal.SIGTERM)\n    happened.append('back in the compiler')\n"
    names: dict[str, Any] = {"signal": signal, "happened": happened}
    exec(compile(source, f"llvmlite/{COMPILER_CALLBACKS}", "exec"), names)
    with pytest.raises(typer.Exit), cradle.clear_endings():
        ctypes.CFUNCTYPE(None)(names["notify"])()
        time.sleep(5)
        happened.append("went on")
    assert happened == ["back in the compiler"]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Run a command as a program does on streams of an encoding: ``written("gbk", "levers")`` -> status, text."""

    def run(encoding: str, *arguments: str) -> tuple[int, str]:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["cradle", *arguments])
            patched.setattr(sys, "stdout", out)
            patched.setattr(sys, "stderr", err)
            with pytest.raises(SystemExit) as ended:
                cradle.main()
            for stream in (out, err):
                stream.flush()
        assert "Error" not in err.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]
        return int(ended.value.code or 0), out.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined]

    return run


@pytest.mark.parametrize(("encoding", "lang"), [("gbk", "zh"), ("gbk", "en"), ("ascii", "zh")])
def test_no_answer_is_lost_to_an_encoding(
    written: Callable[..., tuple[int, str]], encoding: str, lang: str, without_figures: None
) -> None:
    """Every command ends with status 0 and all its words, those that the encoding lacks in plain letters."""
    study = config(seeds=1)
    for command in (["run", study, "--out", "out"], ["report", "out"], ["check", study], ["levers"]):
        status, text = written(encoding, *command, "--lang", lang)
        assert status == 0, text
        if command[0] != "run":
            _, whole = written("utf-8", *command, "--lang", lang)
            assert words(text) == words(whole.encode(encoding, HANDLER).decode(encoding))


def words(text: str) -> list[str]:
    """What stands between blanks and the lines of a table."""
    return [word for word in re.split(r"[\s|│┃+?]+", text) if any(c.isalnum() for c in word)]


def test_a_run_speaks_the_language_asked_for(without_figures: None) -> None:
    done = runner.invoke(cradle.app, ["run", config(seeds=1), "--out", "out", "--lang", "zh"])
    assert done.exit_code == 0, done.output
    first, *_, last = done.stdout.strip().splitlines()
    assert first.startswith("托育券：待完成运行 2 次（共 2 次）") and last.startswith("报告：")
    page = Path(last.removeprefix("报告：")).read_text(encoding="utf-8")
    assert (
        'data-lang="zh"' in page
        and "<title>托育券</title>" in page
        and "data-follows-browser" not in page.split("<body>")[0]
    )


def test_without_a_language_the_system_speaks_and_the_browser_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRADLE_LANG", "zh")
    done = runner.invoke(cradle.app, ["run", config(seeds=1), "--out", "out"])
    page = Path(done.stdout.strip().splitlines()[-1].removeprefix("报告：")).read_text(encoding="utf-8")
    assert 'data-lang="zh" data-follows-browser>' in page
    wrong = runner.invoke(cradle.app, ["report", "nowhere"])
    assert wrong.exit_code == 2 and wrong.stderr.startswith("nowhere：没有这个运行文件夹")
    asked = runner.invoke(cradle.app, ["report", "nowhere", "--lang", "en"])
    assert asked.stderr.startswith("nowhere: no such run folder")


HELPED = [["--help"], *([command.name or command.callback.__name__, "--help"]
                       for command in cradle.app.registered_commands if command.callback)]  # fmt: skip


@pytest.mark.parametrize("arguments", HELPED, ids=lambda arguments: arguments[0])
def test_chinese_help_has_no_english_words(arguments: list[str]) -> None:
    """In a process of its own: texts of --help are taken when the command is loaded."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "cradle.py"), *arguments],
        env={**os.environ, "CRADLE_LANG": "zh", "PYTHONUTF8": "1"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    typers = "Usage|Options|Arguments|Commands|Show|exit|required|default|OPTIONS|COMMAND|ARGS"
    assert re.findall(rf"\b(?:{typers})\b", done.stdout) == []
    assert (
        done.stdout.startswith("用法：cradle") and "\n选项：\n" in done.stdout and "显示本说明后退出。" in done.stdout
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rnu"], "没有这个命令：'rnu'。是否指 'run'？"),
        (["zzz"], "没有这个命令：'zzz'。"),
        (["--of-what"], "没有这个选项：--of-what"),
        (["run"], "缺少参数 'config'。"),
        (["equal-cost", "x.yaml"], "缺少选项 '--out'。"),
        (["run", "x.yaml", "--scale", "abc"], "'--scale' 的值无效：应为数值，给出的文字不是数值"),
        (["run", "x.yaml", "--scal", "1"], "没有这个选项：--scal（相近的选项：--scale）"),
        (["run", "x.yaml", "--scale"], "选项 '--scale' 需要一个值。"),
        (["bench", "--full-sobol=3"], "选项 '--full-sobol' 不带值。"),
        (["run", "a", "b (c)"], "多余的参数：b (c)"),
    ],
)
def test_a_wrong_command_line_is_answered_in_the_language(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRADLE_LANG", "zh")
    done = runner.invoke(cradle.app, arguments)
    assert done.exit_code == 2 and done.stdout == ""
    assert done.stderr.splitlines()[-1] == f"错误：{said}"
    english = runner.invoke(cradle.app, arguments, env={"CRADLE_LANG": "en"})
    assert english.exit_code == 2 and not re.search("[\u4e00-\u9fff]", english.stderr)
    assert english.stderr.splitlines()[-1].startswith("Error: ")
