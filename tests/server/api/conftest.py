"""What does every test of the API start from?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.api.front import Caller, Front, opened
from tests.server.company import Company


@pytest.fixture
def front(company: Company) -> Iterator[Front]:
    yield from opened(Front(company))


@pytest.fixture
def anna(front: Front) -> Caller:
    return front.caller(front.company.anna)


@pytest.fixture
def ben(front: Front) -> Caller:
    return front.caller(front.company.ben)
