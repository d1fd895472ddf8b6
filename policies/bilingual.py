"""A text in English and Chinese, as every file that people write holds it."""

from __future__ import annotations

from pydantic import Field

from policies.validation import StrictModel


class Label(StrictModel):
    """A text in English and in Chinese."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)

    def in_language(self, lang: str) -> str:
        """The text in ``en`` or ``zh``."""
        return self.zh if lang == "zh" else self.en
