"""The city: people and households, month by month. Start with README.md, then model.py and month.py."""

from abm import compiled_cache

compiled_cache.use_compiled_folder()  # before any module of this package imports numba
