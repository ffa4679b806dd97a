"""Whose are the two devices? The clock stands at 18:00, so that everything has happened when it arrives."""

from __future__ import annotations

import pytest

from tests.server.company import Company, Person
from tests.server.device import Device


@pytest.fixture
def anna(company: Company) -> Person:
    company.clock.advance(hours=10)
    return company.anna


@pytest.fixture
def a(anna: Person) -> Device:
    return anna.device()


@pytest.fixture
def b(anna: Person) -> Device:
    return anna.device()
