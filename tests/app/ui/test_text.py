"""Is everything said in every language, and nothing twice or in vain?"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from app import errors
from app.errors import AppError, DescriptionTooLong, DiskFull, Refused, UnknownIssue
from app.ui.text import LANGUAGES, Text

UI = Path(errors.__file__).parent / "ui"
CODES = (errors.AppError, errors.Refused, errors.FileTrouble)  # never raised themselves


def words_of(language: str) -> dict[str, Any]:
    words: dict[str, Any] = json.loads((LANGUAGES / f"{language}.json").read_bytes())
    return words


def languages() -> list[str]:
    return sorted(path.stem for path in LANGUAGES.glob("*.json"))


def literals() -> Iterator[tuple[str, bool]]:
    """Every text in the code of the windows; True for the beginning of one that goes on with a value."""
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                match node.values[0]:
                    case ast.Constant(str(prefix)):
                        yield prefix, True
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value, False


def places(words: str | dict[str, str]) -> list[set[str]]:
    texts = [words] if isinstance(words, str) else [words[form] for form in sorted(words)]
    return [{name for _, name, _, _ in Formatter().parse(each) if name} for each in texts]


def test_there_are_english_and_german() -> None:
    assert {"de", "en"} <= set(languages())


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys(language: str) -> None:
    assert set(words_of(language)) == set(words_of("en"))


@pytest.mark.parametrize("language", languages())
def test_every_language_names_the_same_values(language: str) -> None:
    english = words_of("en")
    for key, words in words_of(language).items():
        assert places(words) == places(english[key]), key


@pytest.mark.parametrize("language", languages())
def test_words_are_calm_and_plurals_complete(language: str) -> None:
    for key, words in words_of(language).items():
        forms = [words] if isinstance(words, str) else list(words.values())
        assert isinstance(words, str) or set(words) == {"one", "other"}, key
        assert all(form.strip() and "!" not in form and "Oops" not in form for form in forms), key


def test_every_key_is_used_and_every_used_key_is_there() -> None:
    keys = set(words_of("en"))
    found = list(literals())
    whole = {words for words, goes_on in found if not goes_on}
    beginnings = tuple(
        words
        for words, goes_on in found
        if goes_on and "." in words and any(key.startswith(words) for key in keys)
    )
    unused = {key for key in keys - whole if not key.startswith(beginnings)}
    assert unused == set()
    groups = {key.partition(".")[0] for key in keys}
    missing = {
        words
        for words in whole - keys - set(beginnings)
        if words.partition(".")[0] in groups
        and words.replace(".", "").replace("_", "").isalnum()
        and "." in words
    }
    assert {words for words in missing if words.islower()} == set()


@pytest.mark.parametrize("language", languages())
def test_every_refusal_has_words(language: str) -> None:
    def kinds(kind: type[AppError]) -> Iterator[type[AppError]]:
        for each in kind.__subclasses__():
            yield each
            yield from kinds(each)

    here = {each for each in kinds(AppError) if each.__module__ == "app.errors"}
    assert {f"error.{kind.code}" for kind in here - set(CODES)} <= set(words_of(language))


def test_an_error_is_said_in_the_language_with_its_values() -> None:
    german = Text("de")
    assert "BP-9" in german.error(UnknownIssue("BP-9"))
    assert german.error(UnknownIssue("BP-9")).startswith("Der Vorgang")
    assert "/home/anna/queue" in german.error(DiskFull(Path("/home/anna/queue")))
    assert "10001" in german.error(DescriptionTooLong(10_001, 10_000))


def test_an_error_without_words_says_its_own() -> None:
    class Odd(Refused):
        code = "odd"

    assert Text("de").error(Odd("The moon is full.")) == "The moon is full."


def test_numbers_choose_their_form(text: Text) -> None:
    assert text.plural("sync.attention", 1) == "1 needs you"
    assert text.plural("sync.attention", 2) == "2 need you"
    assert text.plural("sync.attention", 0) == "0 need you"


def test_english_stands_in(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('{"greeting": "Good morning", "end": "Good night"}')
    (tmp_path / "fr.json").write_text('{"greeting": "Bonjour"}')
    french = Text("fr", tmp_path)
    assert (french.t("greeting"), french.t("end")) == ("Bonjour", "Good night")
    assert Text("xx", tmp_path).t("greeting") == "Good morning"
    with pytest.raises(KeyError):
        french.t("nothing")
