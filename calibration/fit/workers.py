"""Calls of one function in order of their arguments: in this process, or on Ray. The answers are the same."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

InOrder = Callable[[Callable[[Any, Any], Any], Iterable[Any], Any], Generator[Any]]
"""(function, arguments, shared) -> ``function(argument, shared)`` for every argument, in order, as asked for."""


def here(function: Callable[[Any, Any], Any], arguments: Iterable[Any], shared: Any) -> Generator[Any]:
    """In this process, one after the other: the reference."""
    for argument in arguments:
        yield function(argument, shared)


@contextmanager
def calls_in_order(workers: int | None, on: str | None, address: str | None) -> Iterator[InOrder]:
    """The way to make calls: on Ray for more than one worker or a cluster, else in this process.

    Raises InputError or BackendError as ``experiments.run.ray_connection.connected``.
    """
    if on == "serial" or (on is None and address is None and (workers or 1) == 1):
        yield here
        return
    from experiments.run.on_ray import results_in_order
    from experiments.run.ray_connection import connected

    count = workers or 1
    with connected(count, address):
        yield lambda function, arguments, shared: results_in_order(function, arguments, shared, count)
