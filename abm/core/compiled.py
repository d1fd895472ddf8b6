"""The compiler of the inner loops, with the project's settings in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba.core import cgutils, config, types
from numba.extending import intrinsic


def compiled[F: Callable[..., Any]](function: F) -> F:
    """``function`` compiled by numba: cached on disk, numpy's division by zero, no fast maths, one thread.

    The cache folder is keyed by a hash of the sources (``abm/core/compiled_cache.py``), because numba alone returns an
    old result when a callee in another file has been edited. With ``NUMBA_DISABLE_JIT=1`` the function runs as Python;
    rows of parameters and tables are then passed as ``pars.view(np.recarray)``, so that fields read as attributes.

    Functions of the whole month bundle (first argument ``s``) are inlined: handing the bundle over costs more than
    most of them do.
    """
    return _compiled(function, inlined=function.__code__.co_varnames[:1] == ("s",))


def inlined[F: Callable[..., Any]](function: F) -> F:
    """The same for a part of a hot function that stands by itself to be read and shared: it costs no call."""
    return _compiled(function, inlined=True)


def _compiled[F: Callable[..., Any]](function: F, inlined: bool) -> F:
    return numba.njit(cache=True, error_model="numpy", forceinline=inlined)(function)  # type: ignore[no-any-return]


@intrinsic
def _without_owner(_typing: Any, array: Any) -> Any:
    """The same array with no owner to count references for."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=arguments[0])
        view.meminfo = cgutils.get_null_value(view.meminfo.type)
        return view._getvalue()

    return array(array), generate


def _same(array: Any) -> Any:
    return array


borrowed = _same if config.DISABLE_JIT else _without_owner
"""In compiled code: the array, borrowed from a caller who keeps it alive during the call. Every call that is handed an
owned array counts references with locked instructions, a sixth of a month's time; a borrowed one costs nothing."""


@intrinsic
def _prefetch_row(_typing: Any, array: Any, row: Any) -> Any:
    """Ask the processor for the two cache lines that a row of a structured array begins in."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(signature.args[0])(context, builder, value=arguments[0])
        index = context.cast(builder, arguments[1], signature.args[1], types.intp)
        byte, word = ir.IntType(8), ir.IntType(32)
        start = builder.ptrtoint(view.data, index.type)
        address = builder.add(start, builder.mul(index, view.itemsize))
        form = ir.FunctionType(ir.VoidType(), [byte.as_pointer(), word, word, word])
        function = cgutils.get_or_insert_function(builder.module, form, "llvm.prefetch.p0i8")
        for offset in (0, 64):
            pointer = builder.inttoptr(builder.add(address, ir.Constant(index.type, offset)), byte.as_pointer())
            builder.call(function, [pointer, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.none(array, row), generate


def _no_prefetch(_array: Any, _row: Any) -> None:
    return None


prefetch_row = _no_prefetch if config.DISABLE_JIT else _prefetch_row
"""In compiled code: have a row on its way to the cache before it is read. A month's work jumps about a table far larger
than any cache, and most of its time would be waiting; rows some places ahead in a list are known, so they can be asked
for early. It changes no result, and a row beyond the end is no error."""
