"""How is this said in the person's language?

A language is one file, resources/i18n/<language>.json: a flat map from key to words. Words that depend on a number are
a map with "one" and "other". English stands in for what another language lacks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import QLocale

from app.errors import AppError

LANGUAGES: Final = Path(__file__).resolve().parents[2] / "resources" / "i18n"
FALLBACK: Final = "en"
NUMBER: Final = re.compile(r"\d+")

Words = str | Mapping[str, str]


class Text:
    """The words of one language. KeyError for a key that English does not have either."""

    def __init__(self, language: str, folder: Path = LANGUAGES) -> None:
        self.language = language if _file(folder, language).is_file() else FALLBACK
        self._words = _read(folder, self.language)
        self._english = self._words if self.language == FALLBACK else _read(folder, FALLBACK)

    @classmethod
    def load(cls, language: str | None) -> Text:
        """None: the first language of the system's that there is a file for, else English."""
        return cls(language or _system_language())

    def t(self, key: str, /, **values: object) -> str:
        words = self._find(key)
        if not isinstance(words, str):
            raise KeyError(f"{key} needs a number")
        return words.format_map(values)

    def plural(self, key: str, n: int, /, **values: object) -> str:
        """The words for `n` things; they may name it as {n}."""
        words = self._find(key)
        if isinstance(words, str):
            raise KeyError(f"{key} knows no numbers")
        return words["one" if n == 1 else "other"].format_map({"n": n, **values})

    def error(self, error: AppError) -> str:
        """The sentence for an error's code; its own English one where the language has none."""
        key = f"error.{error.code}"
        if key not in self._words:
            return str(error)
        return self.t(key, **vars(error))

    def hold(self, code: str, detail: str) -> str:
        """Why the server keeps time without counting it, by its code; its own English sentence for one of a newer server.

        The limits are the organisation's: {n} is the number in the server's sentence.
        """
        key = f"hold.{code.lower()}"
        if key not in self._words:
            return detail
        number = NUMBER.search(detail)
        return self.t(key, n="?" if number is None else number[0])

    def _find(self, key: str) -> Words:
        return self._words.get(key) or self._english[key]


def _read(folder: Path, language: str) -> dict[str, Words]:
    words: dict[str, Words] = json.loads(_file(folder, language).read_bytes())
    return words


def _file(folder: Path, language: str) -> Path:
    return folder / f"{language}.json"


def _system_language() -> str:
    wanted = (name.replace("_", "-").partition("-")[0] for name in QLocale.system().uiLanguages())
    return next((name for name in wanted if _file(LANGUAGES, name).is_file()), FALLBACK)
