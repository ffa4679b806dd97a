"""Where do the lives of these tests take place?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.simulation.life import workplace
from tests.simulation.office import Office


@pytest.fixture(scope="session")
def place() -> Iterator[tuple[Office, Path]]:
    """One server for all seeds: each life begins with its file as new."""
    with workplace() as found:
        yield found
