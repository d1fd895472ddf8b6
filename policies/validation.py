"""Reading YAML written by people: duplicate keys refused, unknown keys named with the nearest valid one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Strict, ValidationError, model_validator

from policies.errors import InputError, cut, full_width_hint, nearest, shown
from policies.messages import later, tr
from policies.numbers_meant import advice_on_number
from policies.text_files import read_text
from policies.yaml_text import parsed

Whole = Annotated[int, Strict()]
Real = Annotated[float, Strict()]
Flag = Annotated[bool, Strict()]
"""Numbers and flags of a file: pydantic alone would also take true for 1 and the text "5" for 5."""
MOST_SEED = 2**32 - 1
"""What the generators of designs take."""
MOST_PROBLEMS = 12
"""As many wrong things are named at once as somebody will read."""


class StrictModel(BaseModel):
    """A pydantic model that is frozen and refuses unknown keys, naming the nearest valid key."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        allowed = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [key for key in data if key not in allowed]
        if unknown:
            guess = tr("{key!r} (did you mean {nearest!r}?)")
            named = ", ".join(
                guess.format(key=cut(key) if isinstance(key, str) else key, nearest=nearest(key, allowed))
                for key in unknown[:MOST_PROBLEMS]
            )
            raise ValueError(
                tr("unknown key {named}; allowed: {allowed}").format(named=named, allowed=", ".join(allowed))
            )
        return data


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file; InputError when it is missing, not YAML, or not a mapping."""
    data = parsed(read_text(path), str(path))
    if not isinstance(data, dict):
        problem = tr("{path}: expected keys and values, found {type}").format(path=path, type=type(data).__name__)
        raise InputError(problem + (full_width_hint(data) if isinstance(data, str) else ""))
    return data


def validated[M: BaseModel](model: type[M], data: Any, where: str) -> M:
    """Return `data` as `model`; all that is wrong comes in one InputError that starts with `where`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{where}: {validation_message(error)}") from None


def validation_message(error: ValidationError) -> str:
    """Return a pydantic error as one line: each key, what is wrong with it, and what was found."""
    problems = error.errors()
    said = [_one_problem(dict(problem)) for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        said.append(tr("and {count} more").format(count=len(problems) - MOST_PROBLEMS))
    return "; ".join(said)


PLAIN = {
    "missing": later("Field required"),
    "int_type": later("Input should be a valid integer"),
    "int_from_float": later("Input should be a valid integer, got a number with a fractional part"),
    "int_parsing": later("Input should be a valid integer, unable to parse string as an integer"),
    "float_type": later("Input should be a valid number"),
    "float_parsing": later("Input should be a valid number, unable to parse string as a number"),
    "finite_number": later("Input should be a finite number"),
    "bool_type": later("Input should be a valid boolean"),
    "bool_parsing": later("Input should be a valid boolean, unable to interpret input"),
    "string_type": later("Input should be a valid string"),
    "string_too_short": later("String should have at least {min_length} characters"),
    "string_too_long": later("String should have at most {max_length} characters"),
    "string_pattern_mismatch": later("String should match pattern '{pattern}'"),
    "list_type": later("Input should be a valid list"),
    "tuple_type": later("Input should be a valid tuple"),
    "dict_type": later("Input should be a valid dictionary"),
    "model_type": later("Input should be a valid dictionary or instance of {class_name}"),
    "literal_error": later("Input should be {expected}"),
    "too_short": later("{field_type} should have at least {min_length} items after validation, not {actual_length}"),
    "too_long": later("{field_type} should have at most {max_length} items after validation, not {actual_length}"),
    "greater_than": later("Input should be greater than {gt}"),
    "greater_than_equal": later("Input should be greater than or equal to {ge}"),
    "less_than": later("Input should be less than {lt}"),
    "less_than_equal": later("Input should be less than or equal to {le}"),
}
"""What pydantic says, by type of the problem, as templates of the catalogue of messages (filled from its context)."""
NUMBER_PROBLEMS = ("int_type", "int_parsing", "float_type", "float_parsing")


def plain_message(problem: Mapping[str, Any]) -> str:
    """Return what pydantic says of a problem in the language of messages."""
    said = str(problem["msg"]).removeprefix("Value error, ")
    template = PLAIN.get(problem["type"], "")
    if not template or tr(template) == template:
        return said
    return tr(template).format(**problem.get("ctx", {}))


def _one_problem(problem: dict[str, Any]) -> str:
    """Return one pydantic problem as "key: message, found value"."""
    key = cut(".".join(str(part) for part in problem["loc"]), 160)
    message = plain_message(problem)
    found = problem.get("input")
    text = f"{key}: {message}" if key else message
    if problem["type"] in ("value_error", "missing") or isinstance(found, dict | BaseModel):
        return text
    said = tr("{problem}, found {found}").format(problem=text, found=shown(found))
    return said + (advice_on_number(found) if problem["type"] in NUMBER_PROBLEMS else "")
