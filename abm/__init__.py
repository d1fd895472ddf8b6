"""The city: people and households, month by month. Start with README.md, then model.py and month.py.

For a notebook: ``from abm import FamilyModel, plot`` (:mod:`abm.notebook`), then ``help(FamilyModel)``.
"""

from typing import TYPE_CHECKING, Any

from abm.core import compiled_cache

compiled_cache.use_compiled_folder()  # before any module of this package imports numba

if TYPE_CHECKING:
    from abm.city.loading import load_city as load_city
    from abm.notebook import FamilyModel as FamilyModel
    from abm.notebook import plot as plot

_HOMES = {"FamilyModel": "abm.notebook", "plot": "abm.notebook", "load_city": "abm.city.loading"}
__all__ = ["FamilyModel", "load_city", "plot"]


def __getattr__(name: str) -> Any:
    """What a notebook imports from here, found when it is asked for: the command need not load the engine to say
    --help."""
    if name not in _HOMES:
        raise AttributeError(f"module 'abm' has no attribute {name!r}; it offers {', '.join(__all__)}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
