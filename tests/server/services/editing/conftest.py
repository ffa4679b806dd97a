"""Who works on logged time by hand in these tests?"""

from __future__ import annotations

import pytest

from server.domain.messages import Role
from tests.server.company import Company, Person
from tests.server.hand import Hand


@pytest.fixture
def anna(company: Company) -> Person:
    """It is 18:00."""
    company.clock.advance(hours=10)
    company.set_budget("BP", 1000)
    company.set_budget("WEB", 1000)
    return company.anna


@pytest.fixture
def hand(anna: Person) -> Hand:
    return Hand(anna)


@pytest.fixture
def boss(anna: Person) -> Hand:
    """A manager of BP."""
    return Hand(anna.company.hire("boss", ["BP"], Role.MANAGER))
