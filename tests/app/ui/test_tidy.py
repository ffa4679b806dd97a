"""Is garbage taken away by the window's thread, and only when it is told to?"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.ui.tidy import Tidy


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    was = gc.isenabled()
    yield
    if was:
        gc.enable()


class Loop:
    """Refers to itself, so that only the collector ends it."""

    def __init__(self) -> None:
        self.me = self


def test_garbage_waits_for_the_tidying(qtbot: QtBot) -> None:
    tidy = Tidy()
    gone = weakref.ref(Loop())
    assert not gc.isenabled()
    assert gone() is not None
    tidy.collect()
    assert gone() is None
