"""Reading YAML written by people: duplicate keys refused, unknown keys named with the nearest valid one."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from policies.errors import InputError, nearest


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
            named = ", ".join(f"{key!r} (did you mean {nearest(key, allowed)!r}?)" for key in unknown)
            raise ValueError(f"unknown key {named}; allowed: {', '.join(allowed)}")
        return data


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML's safe loader, refusing a key written twice in one mapping (it would silently keep the last)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in keys:
                raise InputError(f"line {key_node.start_mark.line + 1}: the key {key!r} is written twice")
            keys.add(key)
        return super().construct_mapping(node, deep=deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML file; InputError when it is missing, not YAML, or not a mapping."""
    if not path.is_file():
        beside = [other.name for other in path.parent.glob("*.yaml")] if path.parent.is_dir() else []
        hint = f"; did you mean {nearest(path.name, beside)!r}?" if beside else ""
        raise InputError(f"{path}: no such file{hint}")
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_UniqueKeyLoader)
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None
    if not isinstance(data, dict):
        raise InputError(f"{path}: expected keys and values, found {type(data).__name__}")
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


def _one_problem(problem: dict[str, Any]) -> str:
    """Return one pydantic problem as "key: message, found value"."""
    key = ".".join(str(part) for part in problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    found = problem.get("input")
    text = f"{key}: {message}" if key else message
    if problem["type"] in ("value_error", "missing") or isinstance(found, dict | BaseModel):
        return text
    return f"{text}, found {found!r}"
