"""Sliders made from the lever files: which there are, how they are grouped, where a package puts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from policies.catalogue import Catalogue, Parameter
from policies.clock import month_index
from policies.describe import number_text
from policies.errors import InputError, cut, unknown_name
from policies.messages import speaking, tr
from policies.packages import package_names
from policies.timeline import timeline_for
from policies.vocabulary import FAMILIES

MAIN = (
    "childcare_voucher.amount",
    "nursery_places.added_per_1000",
    "fee_cap.fee",
    "home_care_allowance.amount",
    "birth_grant.order1",
    "birth_grant.order2",
    "birth_grant.order3",
    "child_allowance.order1",
    "child_allowance.order2",
    "child_allowance.order3",
    "maternity_leave.days",
    "paternity_leave.days",
    "leave_cost_sharing.rate",
    "loan_ceiling.raise_order2",
    "purchase_subsidy.order2",
    "rent_subsidy.order2",
    "delivery_cover.share",
    "assisted_reproduction.cover",
    "flexible_hours.share_of_jobs",
    "elder_care.share_served",
    "marriage_grant.amount",
)
"""Shown at once; every other slider stands under its family."""

LAW_MONTH = month_index("2050-12")
"""Month at which sliders read a package: after its last dated change."""


@dataclass(frozen=True)
class Slider:
    """One slider: a parameter of a lever, its words in both languages, its bounds."""

    field: str
    parameter: Parameter
    lever_labels: Mapping[str, str]
    family: str

    @property
    def keyword(self) -> str:
        """Name as a Python keyword: ``childcare_voucher__amount``."""
        return keyword_of(self.field)

    def label(self, lang: str) -> str:
        """What it sets: the lever, and of it the parameter."""
        own = self.parameter.label.zh if lang == "zh" else self.parameter.label.en
        return f"{self.lever_labels[lang]}{'：' if lang == 'zh' else ': '}{own}"

    def unit(self, lang: str) -> str:
        """Unit in words."""
        return self.parameter.unit_zh if lang == "zh" else self.parameter.unit

    def span(self, lang: str) -> str:
        """Bounds and unit in words."""
        low, high = number_text(self.parameter.low), number_text(self.parameter.high)
        return f"{low}–{high} {self.unit(lang)}"

    def checked(self, value: float) -> float:
        """The value if it is allowed; InputError says what was found and what is allowed."""
        problem = self.parameter.problem_with(value)
        if problem:
            raise InputError(f"{self.field}: {problem}")
        return value

    def read(self, text: str, lang: str) -> float:
        """The value somebody typed; InputError in their language when it is no number or not allowed."""
        low, high = number_text(self.parameter.low), number_text(self.parameter.high)
        try:
            return self.checked(float(text.replace(",", "").replace("，", "").strip()))
        except ValueError:  # InputError is one
            whole = self.parameter.kind != "number"
            with speaking(lang):
                said = tr("found '{text}'; allowed {low} to {high}")
                if whole:
                    said = tr("found '{text}'; allowed whole numbers from {low} to {high}")
                raise InputError(said.format(text=cut(text), low=low, high=high)) from None


def keyword_of(field: str) -> str:
    """`lever.parameter` as a keyword of :class:`abm.view.dashboard.cities.DashboardModel`."""
    return field.replace(".", "__")


def sliders(catalogue: Catalogue) -> dict[str, Slider]:
    """Every slider by keyword, in the order of the catalogue."""
    found = {}
    for field, parameter in catalogue.fields.items():
        lever = catalogue.levers[field.partition(".")[0]]
        labels = {"en": lever.label.en, "zh": lever.label.zh}
        found[keyword_of(field)] = Slider(field, parameter, labels, lever.family)
    return found


def groups(catalogue: Catalogue) -> dict[str, list[Slider]]:
    """Sliders as they stand on the page: ``main`` first, then every family with all of its own."""
    every = sliders(catalogue)
    shown = {"main": [every[keyword_of(field)] for field in MAIN]}
    for family in FAMILIES:
        shown[family] = [slider for slider in every.values() if slider.family == family]
    return shown


def checked_package(package: object) -> str:
    """The name of a shipped package; InputError for anything else, a path among it: the name comes from a browser."""
    if not isinstance(package, str) or package not in package_names():
        raise unknown_name("package", package, package_names())
    return package


def package_values(catalogue: Catalogue, package: str) -> dict[str, float]:
    """Where a shipped package puts every slider, by keyword: the values that hold once all of its changes are in
    force."""
    package = checked_package(package)
    law = timeline_for(catalogue, None if package == "current-law" else package).at(LAW_MONTH)
    return {keyword_of(field): value for field, value in law.items()}


def moved(catalogue: Catalogue, package: str, given: Mapping[str, float | None]) -> dict[str, float]:
    """Of the given keywords those that stand elsewhere than the package puts them, as checked `lever.parameter` values.

    A keyword left out, None, or where the package has it follows the package through its own dates.
    """
    every, usual = sliders(catalogue), package_values(catalogue, package)
    changes = {}
    for keyword, value in given.items():
        if keyword not in every:
            raise unknown_name("slider", keyword, every)
        if value is not None and every[keyword].checked(float(value)) != usual[keyword]:
            changes[every[keyword].field] = float(value)
    return changes
