"""Is every state a shape of its own, at every size that a tray asks for?"""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.core.screen import TimerState
from app.ui.icons import TRAY_SIZES, Mark, icon, sync_mark, tray_icon
from app.ui.theme import DARK, LIGHT, Colors
from tests.app.ui.moments import (
    AT_WORK,
    FRESH,
    IDLE,
    MOMENTS,
    NEEDS_ANNA,
    ON_A_BREAK,
    SIGNED_OUT,
    TROUBLE,
    offline,
)

DIFFERENT = {
    "idle": IDLE,
    "running": AT_WORK,
    "paused": ON_A_BREAK,
    "offline": offline(3),
    "attention": NEEDS_ANNA,
    "signed out": SIGNED_OUT,
    "fresh": FRESH,
}


def shape(state: TimerState, size: int, colors: Colors) -> tuple[bool, ...]:
    """Which pixels are inked: what remains when colour is taken away."""
    image = tray_icon(state, colors).pixmap(size, size).toImage()
    assert image.width() == size
    return tuple(image.pixelColor(x, y).alpha() > 127 for y in range(size) for x in range(size))


@pytest.mark.parametrize("size", TRAY_SIZES)
def test_every_state_differs_without_colour(qtbot: QtBot, size: int) -> None:
    shapes = [shape(state, size, LIGHT) for state in DIFFERENT.values()]
    assert len(set(shapes)) == len(DIFFERENT)
    assert all(any(each) for each in shapes)


@pytest.mark.parametrize("size", TRAY_SIZES)
def test_light_and_dark_panels_get_the_same_shapes(qtbot: QtBot, size: int) -> None:
    for state in MOMENTS.values():
        assert shape(state, size, LIGHT) == shape(state, size, DARK)


def test_dark_panels_get_lighter_ink(qtbot: QtBot) -> None:
    middle = [
        tray_icon(AT_WORK, colors).pixmap(32, 32).toImage().pixelColor(16, 16) for colors in (LIGHT, DARK)
    ]
    assert middle[0].lightness() < middle[1].lightness()


def test_what_hinders_comes_before_what_waits() -> None:
    assert sync_mark(TROUBLE) is Mark.ATTENTION
    assert sync_mark(SIGNED_OUT) is Mark.SIGN_IN
    assert sync_mark(AT_WORK) is Mark.SAVED


@pytest.mark.parametrize("mark", Mark)
def test_every_mark_can_stand_in_a_menu(qtbot: QtBot, mark: Mark) -> None:
    image = icon(mark, "#000000").pixmap(16, 16).toImage()
    assert any(image.pixelColor(x, y).alpha() for x in range(16) for y in range(16))
