"""Is the floating timer always where it can be reached?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QRect, QSize

from app.ui.floating_place import MARGIN_PX, arrangement, first_place, grown, inside, snapped

SIZE = QSize(304, 112)
LAPTOP = QRect(0, 0, 1280, 800)
DESK = QRect(1280, 0, 1920, 1080)


def test_an_arrangement_has_one_name_in_whatever_order() -> None:
    assert arrangement([LAPTOP, DESK]) == arrangement([DESK, LAPTOP])
    assert arrangement([LAPTOP]) != arrangement([LAPTOP, DESK])


def test_it_begins_at_the_lower_right() -> None:
    place = QRect(first_place(SIZE, LAPTOP), SIZE)
    assert LAPTOP.right() - place.right() == MARGIN_PX
    assert LAPTOP.bottom() - place.bottom() == MARGIN_PX


def test_what_stood_on_a_screen_that_is_gone_comes_back() -> None:
    stood = QPoint(3000, 900)
    assert inside(stood, SIZE, [LAPTOP, DESK]) == QPoint(2896, 900)
    back = inside(stood, SIZE, [LAPTOP])
    assert LAPTOP.contains(QRect(back, SIZE))


def test_it_stays_on_the_screen_that_shows_most_of_it() -> None:
    assert inside(QPoint(1200, 100), SIZE, [LAPTOP, DESK]) == QPoint(1280, 100)


@given(
    x=st.integers(-9000, 9000),
    y=st.integers(-9000, 9000),
    screens=st.sampled_from([[LAPTOP], [DESK], [LAPTOP, DESK]]),
)
def test_it_is_never_off_screen(x: int, y: int, screens: list[QRect]) -> None:
    for place in (inside, snapped):
        window = QRect(place(QPoint(x, y), SIZE, screens), SIZE)
        assert any(screen.contains(window) for screen in screens)


def test_a_window_larger_than_the_screen_shows_its_beginning() -> None:
    assert inside(QPoint(50, 50), QSize(2000, 2000), [LAPTOP]) == LAPTOP.topLeft()


@pytest.mark.parametrize(
    ("place", "after"),
    [
        (QPoint(9, 300), QPoint(0, 300)),
        (QPoint(30, 300), QPoint(30, 300)),
        (QPoint(970, 690), QPoint(976, 688)),
        (QPoint(500, 11), QPoint(500, 0)),
    ],
)
def test_it_snaps_to_edges_that_are_close(place: QPoint, after: QPoint) -> None:
    assert snapped(place, SIZE, [LAPTOP]) == after


def test_it_grows_away_from_the_nearer_edges() -> None:
    lower_right = QRect(QPoint(960, 670), SIZE)
    larger = QRect(grown(lower_right, QSize(320, 200), [LAPTOP]), QSize(320, 200))
    assert larger.bottomRight() == lower_right.bottomRight()
    upper_left = QRect(QPoint(20, 20), SIZE)
    assert grown(upper_left, QSize(320, 200), [LAPTOP]) == upper_left.topLeft()
