"""Can everybody read it, in light and dark?"""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QListWidget
from pytestqt.qtbot import QtBot

from app.settings import Theme as Choice
from app.ui.theme import DARK, LIGHT, Colors, Theme

THEMES = {"light": LIGHT, "dark": DARK}
WORDS = ("text", "secondary", "running", "paused", "warning", "error", "accent")
GROUNDS = ("surface", "raised")
AA_WORDS = 4.5
AA_SHAPES = 3.0


def luminance(color: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", WORDS)
def test_words_have_contrast(colors: Colors, ground: str, role: str) -> None:
    assert contrast(getattr(colors, role), getattr(colors, ground)) >= AA_WORDS


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_words_on_the_accent_have_contrast(colors: Colors) -> None:
    assert contrast(colors.surface, colors.accent) >= AA_WORDS


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_words_on_a_pressed_button_have_contrast(colors: Colors) -> None:
    assert contrast(colors.text, colors.border) >= AA_WORDS


@pytest.mark.parametrize("colors", THEMES.values(), ids=THEMES)
def test_the_bar_stands_out_from_its_groove(colors: Colors) -> None:
    for role in ("secondary", "warning", "error"):
        assert contrast(getattr(colors, role), colors.border) >= AA_SHAPES


@pytest.mark.parametrize("choice", [Choice.LIGHT, Choice.DARK])
def test_a_scroll_bar_has_the_colours_of_its_window(choice: Choice, qtbot: QtBot) -> None:
    theme, words = Theme(choice), QListWidget()
    qtbot.addWidget(words)
    words.setStyleSheet(theme.stylesheet())
    words.addItems([str(number) for number in range(100)])
    words.resize(200, 200)
    words.show()
    bar = words.verticalScrollBar()
    image, middle = bar.grab().toImage(), bar.width() // 2
    assert image.pixelColor(middle, 12).name().upper() == theme.colors.secondary
    assert image.pixelColor(middle, bar.height() - 4).name().upper() == theme.colors.surface


def test_the_choice_changes_at_once(qtbot: QtBot) -> None:
    theme = Theme(Choice.LIGHT)
    with qtbot.waitSignal(theme.changed):
        theme.choose(Choice.DARK)
    assert theme.colors == DARK
    assert DARK.surface in theme.stylesheet()
    with qtbot.assertNotEmitted(theme.changed):
        theme.choose(Choice.DARK)


def test_windows_say_whether_it_is_dark_where_nobody_chose(qapp: QApplication, qtbot: QtBot) -> None:
    before = qapp.palette()
    try:
        qapp.setPalette(QPalette(QColor("#202020")))
        theme = Theme(Choice.SYSTEM)
        assert theme.colors == DARK
        qapp.setPalette(QPalette(QColor("#f0f0f0")))
        with qtbot.waitSignal(theme.changed):
            theme.ask_system()
        assert theme.colors == LIGHT
        with qtbot.assertNotEmitted(theme.changed):
            theme.ask_system()
    finally:
        qapp.setPalette(before)
