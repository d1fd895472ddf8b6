"""The compiler of the inner loops, with the project's settings in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

_F = TypeVar("_F", bound=Callable[..., Any])


def compiled(function: _F) -> _F:
    """``function`` compiled by numba: cached on disk, numpy's division by zero, no fast maths, one thread.

    The cache folder is keyed by a hash of all sources (``abm/compiled_cache.py``), because numba alone returns an old
    result when a callee in another file has been edited. With ``NUMBA_DISABLE_JIT=1`` the function runs as Python.
    """
    return numba.njit(cache=True, error_model="numpy")(function)  # type: ignore[no-any-return]
