"""Does it matter which of two devices comes first?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.server.device import Device

Arrival = Callable[[Device, Device], None]


def a_first(a: Device, b: Device) -> None:
    a.sync()
    b.sync()


def b_first(a: Device, b: Device) -> None:
    b.sync()
    a.sync()


either_order = pytest.mark.parametrize("arrive", [a_first, b_first])
