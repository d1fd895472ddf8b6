"""Refuses a wheel: Cradle runs from its checkout (CONTRIBUTING.md says why). All else stands in pyproject.toml."""

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel

REFUSAL = (
    "Cradle runs from its checkout, and no wheel of it is built: clone it and run `make`, or `pip install -e .` in it "
    "(CONTRIBUTING.md, Dependencies, says why). "
    "Cradle 从源码目录运行，不提供 wheel：请克隆仓库后运行 make，或在其中执行 pip install -e ."
)


class Refused(bdist_wheel):
    """The command that would pack a wheel; an editable install does not run it."""

    def run(self) -> None:
        """End with one message."""
        raise SystemExit(REFUSAL)


setup(cmdclass={"bdist_wheel": Refused})
