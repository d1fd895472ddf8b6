"""The order of the month: the compiled body lives the list of steps, and the bench times its processes."""

from __future__ import annotations

import ast
import inspect

from abm import month
from abm.bench import engine


def called_in_order() -> list[str]:
    """What the body of ``live_month`` calls with the bundle, in its order."""
    body = ast.parse(inspect.getsource(inspect.unwrap(month.live_month))).body[0]
    calls = (node.value for node in ast.walk(body) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    return [ast.unparse(call.func) for call in sorted(calls, key=lambda call: call.lineno)]


def test_the_compiled_month_is_the_list_of_steps() -> None:
    listed = [process.__name__ for process in month.PROCESSES]
    assert called_in_order() == listed and len(listed) == len(set(listed))
    assert [step.name for step in month.STEPS if not step.processes] == [
        "law and prices", "norms (January)", "observation and ledger"
    ]  # fmt: skip


def test_the_bench_times_every_process() -> None:
    assert tuple(called_in_order()) == engine.PROCESSES
