"""Messages in the reader's language: English stands in the code, Chinese in `locale/zh/LC_MESSAGES/cradle.po`.

A message is written `tr("{path}: no such file").format(path=path)`: the template is looked up first and filled after.
(It is not called `_`, which many functions use for what they throw away.) A test extracts every template and fails on
one without Chinese, or whose Chinese has other placeholders.
"""

from __future__ import annotations

import functools
import locale
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

LANGUAGES = ("en", "zh")
LANGUAGE_VARIABLE = "CRADLE_LANG"
CATALOGUES = Path(__file__).parent / "locale"

_chosen: str | None = None
_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


def tr(template: str) -> str:
    """Return a template in the language of messages; the English itself where the catalogue lacks it."""
    return translated(template, language())


def translated(template: str, lang: str) -> str:
    """Return a template in a language."""
    return catalogue(lang).get(template, template)


def later(template: str) -> str:
    """Return the template itself: marks for the catalogue what `tr` looks up elsewhere."""
    return template


def language() -> str:
    """Return the language of messages: of this context, else the one chosen, else that of the system."""
    return _spoken.get() or _chosen or language_from_system()


@contextmanager
def process_language(lang: str) -> Iterator[None]:
    """Messages in a language in this process, and in those started from it, for as long as this context lasts."""
    global _chosen
    before, said = _chosen, os.environ.get(LANGUAGE_VARIABLE)
    _chosen = os.environ[LANGUAGE_VARIABLE] = _checked(lang)
    try:
        yield
    finally:
        _chosen = before
        if said is None:
            del os.environ[LANGUAGE_VARIABLE]
        else:
            os.environ[LANGUAGE_VARIABLE] = said


@contextmanager
def speaking(lang: str) -> Iterator[None]:
    """Messages in a language for as long as this context lasts, in this thread alone."""
    token = _spoken.set(_checked(lang))
    try:
        yield
    finally:
        _spoken.reset(token)


def _checked(lang: str) -> str:
    if lang not in LANGUAGES:
        raise ValueError(f"language: found {lang!r}, allowed: {', '.join(LANGUAGES)}")
    return lang


def language_from_system(environment: Mapping[str, str] = os.environ) -> str:
    """Return "zh" where the system speaks Chinese, else "en".

    `CRADLE_LANG` wins; then LC_ALL, LC_MESSAGES and LANG, the first that is set; on Windows, where none is, the
    user's own language.
    """
    said = next((environment[name] for name in (LANGUAGE_VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG")
                 if environment.get(name)), "")  # fmt: skip
    if not said and sys.platform == "win32":
        said = _language_of_windows()
    return "zh" if said.lower().startswith(("zh", "chinese")) else "en"


def asked_in(arguments: Sequence[str]) -> str | None:
    """Return the language that a command line asks for, if it is one there is."""
    for place, word in enumerate(arguments):
        name, _, value = word.partition("=")
        if name == "--lang":
            said = value or next(iter(arguments[place + 1 : place + 2]), "")
            return said if said in LANGUAGES else None
    return None


def _language_of_windows() -> str:
    """Return the locale name of the user's display language, such as zh_CN."""
    import ctypes

    try:
        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()  # type: ignore[attr-defined]
    except (AttributeError, OSError):
        return ""
    return locale.windows_locale.get(number, "")


@functools.cache
def catalogue(lang: str) -> Mapping[str, str]:
    """Return English template -> template in a language; empty for English. Read on first use."""
    path = CATALOGUES / lang / "LC_MESSAGES" / "cradle.po"
    if lang == "en" or not path.is_file():
        return {}
    from babel.messages.pofile import read_po

    with path.open("rb") as handle:
        read = read_po(handle, locale=lang, domain="cradle")
    return {str(message.id): str(message.string) for message in read if message.id and message.string}
