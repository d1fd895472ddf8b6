"""Fixtures that tests of reports share with tests of experiments."""

from tests.experiments.conftest import own_histories, write_study

__all__ = ["own_histories", "write_study"]
