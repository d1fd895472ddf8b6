"""Fixtures that tests of reports share with tests of experiments."""

from tests.experiments.conftest import write_study

__all__ = ["write_study"]
