"""Packages: named sets of changes, with a header that says who proposes them and what they leave out."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from policies.catalogue import FOLDER, Catalogue, DateText, Label
from policies.changes import Change, changes_from
from policies.clock import effective_month
from policies.errors import InputError, unknown_name
from policies.messages import tr
from policies.validation import StrictModel, read_yaml, validated

PACKAGES_FOLDER = FOLDER / "packages"


class Package(StrictModel):
    """A package file: header and changes.

    `includes` names packages whose changes come first; `announced` is when the changes that do not say so
    become known; `law_of` freezes the law as it stood in that month.
    """

    name: str
    label: Label
    summary: Label
    proposer: Label
    status: Literal["in force", "proposed", "example", "counterfactual"]
    leaves_out: tuple[Label, ...] = Field(min_length=1)
    announced: DateText | None = None
    law_of: DateText | None = None
    includes: tuple[str, ...] = ()
    changes: dict[str, Any] = Field(default_factory=dict)

    @property
    def announced_month(self) -> int | None:
        """Month from which the whole package is known, if the header says so."""
        return None if self.announced is None else effective_month(self.announced)

    @property
    def law_of_month(self) -> int | None:
        """Month whose law is frozen, if the header says so."""
        return None if self.law_of is None else effective_month(self.law_of)


def package_names(folder: Path = PACKAGES_FOLDER) -> tuple[str, ...]:
    """Return the names of the packages in a folder, sorted."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def load_package(name: str | Path, catalogue: Catalogue) -> Package:
    """Return a package by name, or from a path to a YAML file, with every change checked.

    InputError names the file, the key, what was found, what is allowed and the nearest name.
    """
    path = _package_path(name)
    where = _shown(path)
    package = load_package_file(path)
    for name_included in package.includes:
        if name_included not in package_names():
            raise unknown_name("package", name_included, package_names(), f"{where}: includes")
    for change in package_changes(package, catalogue):
        if not change.reference and not change.assumed:
            raise InputError(
                tr("{where}: changes: {field}: give a reference, or say assumed: true").format(
                    where=where, field=change.field
                )
            )
    return package


def package_changes(package: Package, catalogue: Catalogue, start: int | None = None) -> tuple[Change, ...]:
    """Return the changes of a package, those of the packages it includes first.

    `start` is the scenario's first month, from which undated values hold (None: always). An included package
    may not include others or freeze the law; InputError if it does.
    """
    included: tuple[Change, ...] = ()
    for name in package.includes:
        part = load_package_file(_package_path(name))
        if part.includes or part.law_of:
            raise InputError(
                tr(
                    "package {package}: includes: {name!r} has 'includes' or 'law_of' itself; name only plain packages"
                ).format(package=package.name, name=name)
            )
        included += package_changes(part, catalogue, start)
    own = changes_from(
        package.changes,
        catalogue,
        start=start,
        announced=package.announced_month,
        where=f"package {package.name}: changes",
    )
    return included + own


def load_package_file(path: Path) -> Package:
    """Return a package file with its header checked, but not its changes."""
    package = validated(Package, read_yaml(path), _shown(path))
    if package.name != path.stem:
        raise InputError(
            tr("{path}: name: found {package!r}; allowed: the file's own name, {stem!r}").format(
                path=_shown(path), package=package.name, stem=path.stem
            )
        )
    return package


def _shown(path: Path) -> str:
    """Return how messages name a package file: short for the project's own."""
    return f"packages/{path.name}" if path.parent == PACKAGES_FOLDER else str(path)


def _package_path(name: str | Path) -> Path:
    """Return the file of a package given by name or by path."""
    if isinstance(name, Path) or str(name).endswith((".yaml", ".yml")):
        return Path(name)
    if str(name) not in package_names():
        raise unknown_name("package", name, package_names())
    return PACKAGES_FOLDER / f"{name}.yaml"
