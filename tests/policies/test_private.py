"""What another user may have written is refused by name, with what to do; what the user alone can write is taken."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from policies import private
from policies.errors import InputError
from policies.messages import speaking
from policies.private import private_folder, read_private, refuse_foreign

pytestmark = pytest.mark.skipif(os.name != "posix", reason="owners and modes are asked on POSIX systems")
NOBODY = 65534


@pytest.fixture(autouse=True, params=[0o000, 0o002, 0o077], ids="umask {:03o}".format)
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a system gives to new files."""
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with one file, made as the project makes it."""
    tmp_path.chmod(0o755)
    root = tmp_path / "above" / "cache"
    (private_folder(root, "numba", "version") / "code.nbi").write_bytes(b"code")
    return root


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def refused(root: Path, *below: str) -> str:
    with pytest.raises(InputError) as caught:
        refuse_foreign(root, *(below or ("numba", "version")))
    return str(caught.value)


def test_folders_are_made_for_the_user_alone(cache: Path) -> None:
    made = [cache.parent, cache, cache / "numba", cache / "numba" / "version"]
    assert [mode(folder) for folder in made] == [0o700] * 4
    refuse_foreign(cache, "numba", "version")  # numba's files have the mode of the umask, where nobody reaches them


def test_a_folder_that_others_could_read_is_closed_and_the_root_left(cache: Path) -> None:
    cache.chmod(0o755)
    (cache / "numba").chmod(0o755)
    private_folder(cache, "numba", "version")
    assert (mode(cache), mode(cache / "numba")) == (0o755, 0o700)


@pytest.mark.parametrize("place", ["", "numba", "numba/version"])
@pytest.mark.parametrize("right", [0o770, 0o707, 0o720], ids=oct)
def test_a_folder_that_others_may_write_to_is_refused(cache: Path, place: str, right: int) -> None:
    (cache / place).chmod(right)
    said = refused(cache)
    assert said.startswith(f"{cache / place}: other users may write to it (mode {right:o})\n")
    assert ("Delete this path" in said) == (place != ""), "what a person chose may hold other things"
    assert ("chmod g-w" in said) == (place == "" and right != 0o707), "what is open to everybody may have to be"
    with pytest.raises(InputError):
        private_folder(cache, "numba", "version")
    assert mode(cache / place) == right


def test_a_file_that_others_may_write_to_is_refused_where_they_reach_it(cache: Path) -> None:
    file = cache / "numba" / "version" / "code.nbi"
    file.chmod(0o664)
    (cache / "numba" / "version").chmod(0o711)
    assert refused(cache).startswith(f"{file}: other users may write to it (mode 664)\n")
    with pytest.raises(InputError, match="mode 664"):
        read_private(file)
    file.chmod(0o644)
    refuse_foreign(cache, "numba", "version")
    assert read_private(file) == b"code"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("place", ["", "numba", "numba/version", "numba/version/code.nbi"])
def test_what_belongs_to_another_user_is_refused(cache: Path, place: str) -> None:
    os.chown(cache / place, NOBODY, -1)
    assert refused(cache).startswith(f"{cache / place}: belongs to user ")


def test_another_user_is_refused_the_cache_of_this_one(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = cache / "numba" / "version" / "code.nbi"
    monkeypatch.setattr(os, "geteuid", lambda: 1234567)
    assert "and this is user 1234567\n" in refused(cache)
    with pytest.raises(InputError):
        read_private(file)
    with pytest.raises(InputError):
        private_folder(cache, "numba", "version")


def test_links_below_the_cache_are_refused_and_a_link_of_the_user_to_it_is_not(cache: Path, tmp_path: Path) -> None:
    folder = cache / "numba" / "version"
    elsewhere = private_folder(tmp_path / "elsewhere")
    (elsewhere / "code.nbi").write_bytes(b"other code")
    refuse_foreign(_link(tmp_path / "link", cache), "numba", "version")
    link = _link(folder / "link.nbi", elsewhere / "code.nbi")
    assert refused(cache).startswith(f"{link}: is a symbolic link\n")
    with pytest.raises(InputError, match="is a symbolic link"):
        read_private(link)
    link.unlink()
    assert refused(cache, _link(cache / "histories", elsewhere).name).startswith(f"{cache / 'histories'}: is a symb")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives links away")
def test_a_link_of_another_user_to_the_cache_is_refused(cache: Path, tmp_path: Path) -> None:
    link = _link(tmp_path / "link", cache)
    os.lchown(link, NOBODY, -1)
    assert refused(link).startswith(f"{link}: belongs to user ")
    assert "through" in refused(_link(tmp_path / "mine", link / "numba"), "version")


def _link(path: Path, target: Path) -> Path:
    path.symlink_to(target)
    return path


def test_a_cache_that_everybody_may_exchange_is_refused(cache: Path) -> None:
    cache.parent.chmod(0o777)
    assert refused(cache).startswith(f"{cache}: other users may exchange it through {cache.parent}\n")
    cache.parent.chmod(0o1777)  # as /tmp: nobody moves what is another's
    refuse_foreign(cache, "numba", "version")


def test_what_is_not_there_is_not_refused(tmp_path: Path) -> None:
    refuse_foreign(tmp_path / "none", "numba")
    with pytest.raises(FileNotFoundError):
        read_private(tmp_path / "none")


def test_the_message_is_short_and_in_both_languages(cache: Path) -> None:
    (cache / "numba").chmod(0o777)
    for language, words in (("en", "set CRADLE_CACHE"), ("zh", "设为只有本人可以写入的文件夹")):
        with speaking(language):
            said = refused(cache)
        assert words in said and len(said.splitlines()) == 3


def test_windows_is_not_asked(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "ASKS", False)
    (cache / "numba").chmod(0o777)
    monkeypatch.setattr(os, "geteuid", None)
    refuse_foreign(cache, "numba", "version")
    assert read_private(private_folder(cache, "numba", "version") / "code.nbi") == b"code"
