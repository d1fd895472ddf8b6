"""The compiler of the inner loops, with the project's settings in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from numba.core import cgutils, config
from numba.extending import intrinsic


def compiled[F: Callable[..., Any]](function: F) -> F:
    """``function`` compiled by numba: cached on disk, numpy's division by zero, no fast maths, one thread.

    The cache folder is keyed by a hash of all sources (``abm/compiled_cache.py``), because numba alone returns an old
    result when a callee in another file has been edited. With ``NUMBA_DISABLE_JIT=1`` the function runs as Python; rows
    of parameters and tables are then passed as ``pars.view(np.recarray)``, so that fields read as attributes.

    Functions of the whole month bundle (first argument ``s``) are inlined: handing the bundle over costs more than
    most of them do.
    """
    takes_state = function.__code__.co_varnames[:1] == ("s",)
    return numba.njit(cache=True, error_model="numpy", forceinline=takes_state)(function)  # type: ignore[no-any-return]


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
