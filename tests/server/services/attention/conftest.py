"""Whose time needs somebody, who manages it, and on which device?"""

from __future__ import annotations

import pytest

from server.domain.messages import Role
from tests.server.company import Company, Person
from tests.server.device import Device


@pytest.fixture
def anna(company: Company) -> Person:
    company.clock.advance(hours=10)
    company.set_budget("BP", 10_000)
    return company.anna


@pytest.fixture
def mona(anna: Person) -> Person:
    """Manages BP."""
    return anna.company.hire("mona", ["BP"], Role.MANAGER)


@pytest.fixture
def a(anna: Person) -> Device:
    return anna.device()
