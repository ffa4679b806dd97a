"""How does a test track a log with pauses, and see which fields were wrong?"""

from __future__ import annotations

import pytest

from server.domain.errors import Invalid
from tests.server.company import Person


def tracked(anna: Person, *stretches: str, key: str = "BP-1") -> int:
    """A log with pauses between its stretches; its id."""
    device = anna.device()
    first, *more = [each.split("-") for each in stretches]
    device.start(key, first[0])
    end = first[1]
    for start, until in more:
        device.pause(end)
        device.resume(start)
        end = until
    device.stop(end)
    device.sync()
    return anna.log(key).id


def wrong(failure: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {error.field for error in failure.value.errors}
