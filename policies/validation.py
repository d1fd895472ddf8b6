"""Reading YAML written by people: duplicate keys refused, unknown keys named with the nearest valid one."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from policies.errors import InputError, nearest
from policies.messages import later, tr


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
            named = ", ".join(guess.format(key=key, nearest=nearest(key, allowed)) for key in unknown)
            raise ValueError(
                tr("unknown key {named}; allowed: {allowed}").format(named=named, allowed=", ".join(allowed))
            )
        return data


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML's safe loader, refusing a key written twice in one mapping (it would silently keep the last)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in keys:
                raise InputError(
                    tr("line {line}: the key {key!r} is written twice").format(
                        line=key_node.start_mark.line + 1, key=key
                    )
                )
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file; InputError when it is missing, not YAML, or not a mapping."""
    if not path.is_file():
        beside = [other.name for other in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
        hint = tr("; did you mean {name!r}?").format(name=nearest(path.name, beside)) if beside else ""
        raise InputError(tr("{path}: no such file{hint}").format(path=path, hint=hint))
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        raise InputError(
            tr("{path}: not valid YAML: {error}").format(path=path, error=" ".join(str(error).split()))
        ) from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise InputError(tr("{path}: not UTF-8 text").format(path=path)) from None
    if not isinstance(data, dict):
        raise InputError(
            tr("{path}: expected keys and values, found {type}").format(path=path, type=type(data).__name__)
        )
    return data


def validated[M: BaseModel](model: type[M], data: Any, where: str) -> M:
    """Return `data` as `model`; all that is wrong comes in one InputError that starts with `where`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise InputError(f"{where}: {validation_message(error)}") from None


def validation_message(error: ValidationError) -> str:
    """Return a pydantic error as one line: each key, what is wrong with it, and what was found."""
    return "; ".join(_one_problem(dict(problem)) for problem in error.errors())


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


def plain_message(problem: Mapping[str, Any]) -> str:
    """Return what pydantic says of a problem in the language of messages."""
    said = str(problem["msg"]).removeprefix("Value error, ")
    template = PLAIN.get(problem["type"], "")
    if not template or tr(template) == template:
        return said
    return tr(template).format(**problem.get("ctx", {}))


def _one_problem(problem: dict[str, Any]) -> str:
    """Return one pydantic problem as "key: message, found value"."""
    key = ".".join(str(part) for part in problem["loc"])
    message = plain_message(problem)
    found = problem.get("input")
    text = f"{key}: {message}" if key else message
    if problem["type"] in ("value_error", "missing") or isinstance(found, dict | BaseModel):
        return text
    return tr("{problem}, found {found!r}").format(problem=text, found=found)
