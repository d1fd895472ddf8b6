"""Files of a folder as they are written and read: whole or not at all, and held against their checksums."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow
import pyarrow.parquet as pq

from results.folder.checksums import Checksums, digest_of
from results.folder.excel import safe_for_excel
from results.folder.whole_files import RunFolderError, set_aside, write_whole

Said = tuple[str, str]
"""English and Chinese."""
MISSING: Said = ("is missing", "缺失")
A_FOLDER: Said = ("is a folder, not a file", "是文件夹而非文件")
ALTERED: Said = ("is not as it was written (its checksum differs)", "与写入时不同（校验和不符）")
NO_PERMISSION: Said = ("cannot be opened: no permission to read it", "无法打开：没有读取权限")
UNREADABLE: Said = ("cannot be read", "无法读取")


class DamagedFileError(RunFolderError):
    """A file of a run folder is missing or damaged: ``name`` within the folder, and ``what`` is wrong with it."""

    def __init__(self, folder: Path, name: str, what: Said) -> None:
        self.name, self.what = name, what
        if self.is_locked:
            remedy = "make it readable and try again", "请先使其可读，然后重试"
        else:
            remedy = f"`cradle resume {folder}` rebuilds it", f"用 `cradle resume {folder}` 可重新生成"
        super().__init__(f"{folder}: {name} {what[0]}; {remedy[0]}", f"{folder}：{name} {what[1]}；{remedy[1]}")

    @property
    def is_locked(self) -> bool:
        """True if nothing is known to be wrong but who may read it."""
        return self.what == NO_PERMISSION


class GuardedFiles:
    """The files of one folder. Those that ``is_guarded`` get a checksum when they are written; whatever has one is held
    against it when it is read."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.sums = Checksums(self.path)

    def is_guarded(self, name: str) -> bool:
        """True for a file (by its name within the folder) whose bytes decide what people are told."""
        raise NotImplementedError

    def file(self, *names: str) -> Path:
        return self.path.joinpath(*names)

    def damaged(self, name: str, what: Said) -> DamagedFileError:
        """The error for a file that cannot be used."""
        return DamagedFileError(self.path, name, what)

    # ---- writing ---------------------------------------------------------------------------------------------

    def write_with(self, write: Callable[[Path], object], *names: str) -> Path:
        """Write a file with a function that is given the path to write to; a folder in its place is set aside."""
        target, name = self.path.joinpath(*names), "/".join(names)
        if target.is_dir() and not target.is_symlink():
            set_aside(target)
        note = (lambda hidden: self.sums.note(name, hidden)) if self.is_guarded(name) else None
        write_whole(target, write, note)
        return target

    def write_text(self, text: str, *names: str) -> Path:
        return self.write_with(lambda hidden: hidden.write_text(text, encoding="utf-8"), *names)

    def write_json(self, name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, indent=1, sort_keys=False, allow_nan=False, default=_plain)
        self.write_text(text + "\n", name)

    def write_table(self, table: pd.DataFrame, *names: str) -> Path:
        """Write a table as CSV or Parquet, by its name; Parquet with a checksum of every page beside that of the file,
        which still tells when the list of checksums is lost."""
        if names[-1].endswith(".csv"):
            safe = safe_for_excel(table)
            return self.write_with(lambda hidden: safe.to_csv(hidden, index=False, encoding="utf-8-sig"), *names)
        return self.write_with(
            lambda hidden: table.to_parquet(hidden, index=False, compression="zstd", write_page_checksum=True), *names
        )

    # ---- reading ---------------------------------------------------------------------------------------------

    def content(self, *names: str) -> bytes:
        """The bytes of a file. Raises DamagedFileError when it is missing or not as it was written."""
        name = "/".join(names)
        try:
            found = self.path.joinpath(*names).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise self.damaged(name, MISSING) from None
        except IsADirectoryError:
            raise self.damaged(name, A_FOLDER) from None
        except PermissionError:
            raise self.damaged(name, NO_PERMISSION) from None
        except OSError as error:
            raise self.damaged(name, _because(error)) from None
        known = self.sums.known().get(name)
        if known is not None and digest_of(found) not in known:
            raise self.damaged(name, ALTERED)
        return found

    def read_text(self, *names: str) -> str:
        with self._understood("/".join(names), self.content(*names)) as content:
            return content.decode("utf-8")

    def read_json(self, name: str) -> Any:
        with self._understood(name, self.content(name)) as content:
            return json.loads(content.decode("utf-8"))

    def read_table(self, *names: str, needs: Sequence[str] = ()) -> pd.DataFrame:
        """A Parquet table with at least the columns that it ``needs``."""
        with self._understood("/".join(names), self.content(*names)) as content:
            table = pd.read_parquet(io.BytesIO(content), page_checksum_verification=True)
        self._has_columns("/".join(names), list(table.columns), needs)
        return table

    def read_arrow(self, *names: str, needs: Sequence[str] = (), own: list[str] | None = None) -> pyarrow.Table:
        """The same as an Arrow table; of ``own`` columns alone, if given."""
        with self._understood("/".join(names), self.content(*names)) as content:
            held = pq.ParquetFile(io.BytesIO(content), page_checksum_verification=True)
            self._has_columns("/".join(names), held.schema_arrow.names, needs)
            return held.read(own)

    def _has_columns(self, name: str, found: Sequence[str], needs: Sequence[str]) -> None:
        lacking = ", ".join(column for column in needs if column not in found)
        if lacking:
            raise self.damaged(name, (f"lacks columns: {lacking}", f"缺少列：{lacking}"))

    def _understood(self, name: str, content: bytes) -> _Understood:
        return _Understood(self, name, content)


class _Understood:
    """Within this context bytes are taken apart; whatever a parser makes of damaged ones, the file cannot be read."""

    def __init__(self, files: GuardedFiles, name: str, content: bytes) -> None:
        self._files, self._name, self._content = files, name, content

    def __enter__(self) -> bytes:
        return self._content

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, RunFolderError):
            raise self._files.damaged(self._name, _because(error)) from None


def _because(error: Exception) -> Said:
    """That a file cannot be read, and the first words of why."""
    why = " ".join(f"{error}".split())[:120] or type(error).__name__
    return f"{UNREADABLE[0]} ({why})", f"{UNREADABLE[1]}（{why}）"


def _plain(value: Any) -> Any:
    """numpy numbers and paths as plain JSON."""
    if hasattr(value, "item"):
        return value.item()
    if isinstance(value, Path):
        return str(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
