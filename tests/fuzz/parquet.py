"""Ways to damage a Parquet table, beside those that befall any bytes."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from tests.fuzz.mutations import Damage, Mutation, flipped, of_any_file, overwritten, truncated


def _table(change: Callable[[pd.DataFrame, random.Random], pd.DataFrame], **form: str) -> Damage:
    """The table after a change, written anew."""

    def other(content: bytes, chance: random.Random) -> bytes | None:
        table = pd.read_parquet(io.BytesIO(content))
        if table.empty:
            return None
        out = io.BytesIO()
        change(table, chance).to_parquet(out, index=False, **form)  # type: ignore[call-overload]
        return out.getvalue()

    return other


def _number(value: float) -> Damage:
    """Another number in the place of one."""

    def other(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
        column = chance.choice([name for name in table if table[name].dtype.kind in "iuf"])
        changed = table.copy()
        changed[column] = changed[column].astype(float)
        changed.loc[chance.randrange(len(table)), column] = value
        return changed

    return _table(other)


def _without_column(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    return table.drop(columns=chance.choice(list(table)))


def _other_name(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    return table.rename(columns={chance.choice(list(table)): "遂宁"})


def _without_row(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    return table.drop(index=chance.randrange(len(table)))


def _row_twice(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    return pd.concat([table, table.iloc[[chance.randrange(len(table))]]], ignore_index=True)


def _as_text(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    return table.assign(**{chance.choice(list(table)): "text"})


def _long_text(table: pd.DataFrame, chance: random.Random) -> pd.DataFrame:
    return table.assign(run_id="遂" * 30_000)


def of_parquet() -> Iterator[Mutation]:
    """What happens to tables that programs write."""
    for mutation in of_any_file():
        if mutation.name != "UTF-16":  # no text to save in an encoding
            yield mutation
    yield Mutation("encoding", "as a spreadsheet saves it", _as_csv, True)
    yield Mutation("encoding", "compressed otherwise", _table(lambda table, _: table, compression="gzip"), False)
    yield Mutation("structure", "no rows", _table(lambda table, _: table.iloc[:0]), False)
    yield Mutation("structure", "a row lost", _table(_without_row), False)
    yield Mutation("structure", "a row twice", _table(_row_twice), False)
    yield Mutation("structure", "a column gone", _table(_without_column), False)
    yield Mutation("structure", "a column of another name", _table(_other_name), False)
    yield Mutation("structure", "a column of texts", _table(_as_text), False)
    yield Mutation("structure", "numbers of another type", _table(lambda table, _: table.astype(str)), False)
    for value in (np.nan, np.inf, -1.0, 0.0, 1e300):
        yield Mutation("ranges", f"{value}", _number(value), False)
    for value in (1899.0, 9999.0, 13.0):
        yield Mutation("dates", f"{value:g}", _number(value), False)
    yield Mutation("sizes", "texts of 90,000 bytes", _table(_long_text), False)
    yield Mutation("sizes", "every row a thousand times", _table(lambda table, _: _repeated(table)), False)
    yield Mutation("sizes", "a thousand columns", _table(lambda table, _: _wide(table)), False)
    for name, apply in (("half", truncated), ("more bits", flipped), ("more bytes", overwritten)):
        yield Mutation("damage", name, apply, False)


def _as_csv(content: bytes, chance: random.Random) -> bytes:
    return pd.read_parquet(io.BytesIO(content)).to_csv(index=False).encode("gb18030")


def _repeated(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([table.iloc[:20]] * 1000, ignore_index=True)


def _wide(table: pd.DataFrame) -> pd.DataFrame:
    more = pd.DataFrame(0.0, index=table.index, columns=[f"c{number}" for number in range(1000)])
    return pd.concat([table, more], axis=1)
