"""The form of a case file: households in words, a law, what must be paid; anything unknown or missing is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from policies.catalogue import DateText, Number, Payer
from policies.clock import first_month_of_year, month_index
from policies.validation import StrictModel, read_yaml, validated

FOLDER = Path(__file__).parent / "cases"

Work = Literal["none", "farm or informal", "private formal", "public"]
Care = Literal["parent", "grandparent", "nursery", "minder"]
Tenure = Literal["owns in town", "owns in village", "rents", "public rental"]
Lives = Literal["at home", "elsewhere in the city", "left the city", "dead"]
Right = Literal["children_allowed", "loan_ceiling", "deposit_share", "registers_unmarried"]
NOTHING = "nothing"


def month_of(date: str) -> int:
    """Month of a birth, a move or a payment: its own month, whatever the day (unlike a rule: ``policies/clock.py``)."""
    return month_index(date[:7])


def months_of(when: str) -> range:
    """Months that a key of ``pays`` stands for: ``2027-01``, ``2027`` or ``2027-02 to 2027-12``."""
    if when.isdigit():
        january = first_month_of_year(int(when))
        return range(january, january + 12)
    first, _, last = when.partition(" to ")
    return range(month_index(first), month_index(last or first) + 1)


def _when(value: object) -> str:
    months_of(str(value))  # raises for anything that is no month, year or span
    return str(value)


def _payments(value: object) -> object:
    return {} if value == NOTHING else value


def _born(value: object) -> object:
    return value if isinstance(value, dict) else {"born": value}


When = Annotated[str, BeforeValidator(_when)]
Payments = Annotated[dict[str, dict[Payer, Number]], BeforeValidator(_payments)]


class Adult(StrictModel):
    """A grown member of the family. ``age`` in years in the first month of the case; ``earnings`` in yuan a year, what
    she or he really earns then (of a mother: after what earlier children have cost her in pay)."""

    age: int = Field(ge=15, le=100)
    work: Work = "none"
    insured: bool = False
    earnings: Number = Field(default=0, ge=0)
    only_child: bool = False
    college: bool = False
    married_before: bool = False
    lives: Lives = "at home"

    @model_validator(mode="after")
    def _work_and_pay(self) -> Adult:
        if (self.work == "none") != (self.earnings == 0):
            raise ValueError("earnings: give them to who works, and to nobody else")
        if self.insured and self.work not in ("private formal", "public"):
            raise ValueError("insured: only formal work is insured")
        return self


class Child(StrictModel):
    """A child of the mother; written as a date alone, or with who minds it, or with the date of its death."""

    born: DateText
    care: Care = "parent"
    died: DateText | None = None


class Home(StrictModel):
    """The home: ``market_rent`` and ``mortgage`` in yuan a month."""

    tenure: Tenure = "owns in town"
    market_rent: Number = Field(default=0, ge=0)
    mortgage: Number = Field(default=0, ge=0)


class Family(StrictModel):
    """One household. Children born in the months of the case are delivered in them; in ``marries`` the couple registers
    its marriage, in ``settles`` both arrive, in ``treated`` the woman goes through a cycle of assisted reproduction."""

    county: Literal["north", "south"] = "north"
    place: Literal["town", "village"] = "town"
    income_fifth: int = Field(default=3, ge=1, le=5)
    home: Home = Home()
    married: bool = True
    mother: Adult | None = None
    father: Adult | None = None
    children: tuple[Annotated[Child, BeforeValidator(_born)], ...] = ()
    others: tuple[Adult, ...] = ()
    moves: dict[When, Literal["north", "south"]] = Field(default_factory=dict)
    buys_home: When | None = None
    marries: When | None = None
    settles: When | None = None
    treated: When | None = None

    @model_validator(mode="after")
    def _has_parents(self) -> Family:
        if self.children and self.mother is None:
            raise ValueError("children: name the mother, even if she does not live here")
        born = [month_of(child.born) for child in self.children]
        if born != sorted(born):
            raise ValueError("children: write the eldest first")
        if self.marries and (self.mother is None or self.father is None):
            raise ValueError("marries: name both")
        return self


class Case(StrictModel):
    """What the law says of some households: ``pays`` in yuan by when, lever and payer, and nothing else; or ``rights``.

    The law is that of the date, under ``package`` and ``changes`` if given. ``how`` is the sum worked out by hand and
    ``source`` the rule. ``disagrees`` says what the code does instead: the case is then expected to fail. Fees are yuan
    a month, ``delivery_cost`` yuan a birth, ``treatment_cost`` a cycle, ``elder_care_cost`` a year. ``elders`` (65 and
    more) and ``employees`` (in formal work) are some of the ``residents``.
    """

    title: str = Field(min_length=8)
    source: str = Field(min_length=8)
    how: str = Field(min_length=3)
    package: str | None = None
    changes: dict[str, Any] = Field(default_factory=dict)
    household: Family | None = None
    households: tuple[Family, ...] = ()
    residents: dict[Literal["north", "south"], int] = Field(default_factory=dict)
    elders: dict[Literal["north", "south"], int] = Field(default_factory=dict)
    employees: dict[Literal["north", "south"], int] = Field(default_factory=dict)
    nursery_fee: Number = Field(default=1300, gt=0)
    kindergarten_fee: Number = Field(default=700, gt=0)
    delivery_cost: Number = Field(default=4000, gt=0)
    treatment_cost: Number = Field(default=20000, gt=0)
    elder_care_cost: Number = Field(default=12000, gt=0)
    pays: dict[When, Payments] = Field(default_factory=dict)
    totals: dict[When, dict[str, Number]] = Field(default_factory=dict)
    rights: dict[When, dict[Right, Number]] = Field(default_factory=dict)
    disagrees: str = ""

    @model_validator(mode="after")
    def _says_who_and_what(self) -> Case:
        if sum((self.household is not None, bool(self.households), bool(self.residents))) != 1:
            raise ValueError("give one of: household, households, residents")
        if bool(self.pays) == bool(self.rights):
            raise ValueError("give either pays or rights")
        named = [month for when in self.pays for month in months_of(when)]
        if len(named) != len(set(named)):
            raise ValueError("pays: a month is written twice")
        if any(not year.isdigit() for year in self.totals):
            raise ValueError("totals: write them by year")
        if not (self.elders.keys() | self.employees.keys()) <= self.residents.keys():
            raise ValueError("elders, employees: say how many residents there are")
        return self

    @property
    def families(self) -> tuple[Family, ...]:
        """Every household of the case."""
        return self.households or ((self.household,) if self.household else ())

    @property
    def months(self) -> range:
        """From the first month that the case speaks of to the last."""
        named = [month for when in (*self.pays, *self.rights) for month in months_of(when)]
        return range(min(named), max(named) + 1)


class Acts(StrictModel):
    """What a lever does from its low to its high bound over today's law: what it moves first and which way, and births.

    ``paid_at`` is a dose at which the ledger of one year cannot be empty, for levers that move money.
    """

    outcome: str
    moves: Literal["up", "down"]
    births: Literal["up", "down", "none", "either"]
    high: dict[str, Number] = Field(min_length=1)
    low: dict[str, Number] = Field(default_factory=dict)
    paid_at: dict[str, Number] = Field(default_factory=dict)


class CaseFile(StrictModel):
    """One file: the levers it is about, a word on reading it, how they act, and its cases."""

    levers: tuple[str, ...] = Field(min_length=1)
    read: str = Field(min_length=20)
    acts: dict[str, Acts] = Field(default_factory=dict)
    cases: tuple[Case, ...] = ()

    @model_validator(mode="after")
    def _is_about_its_levers(self) -> CaseFile:
        if not self.acts and not self.cases:
            raise ValueError("give cases, or acts")
        strangers = self.acts.keys() - set(self.levers)
        if strangers:
            raise ValueError(f"acts: {sorted(strangers)[0]} is not among the levers of the file")
        return self


def read_case_file(path: Path) -> CaseFile:
    """The cases of one file; InputError names the file, the key and what was found."""
    return validated(CaseFile, read_yaml(path), f"cases/{path.name}")


def all_acts() -> dict[str, Acts]:
    """How every lever acts; each stands in one file."""
    found = [pair for file in read_all().values() for pair in file.acts.items()]
    assert len(found) == len(dict(found)), "acts: a lever stands twice"
    return dict(found)


def read_all() -> dict[str, CaseFile]:
    """Every case file by its name."""
    return {path.stem: read_case_file(path) for path in sorted(FOLDER.glob("*.yaml"))}
