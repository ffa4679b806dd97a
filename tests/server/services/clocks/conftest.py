"""Whose laptop is it, and does the server know its clock?"""

from __future__ import annotations

import pytest

from tests.server.company import Company, Person
from tests.server.laptop import Laptop


@pytest.fixture
def anna(company: Company) -> Person:
    """At 8:00, as everybody."""
    return company.anna


@pytest.fixture
def laptop(anna: Person) -> Laptop:
    """Which the server has seen in this session."""
    laptop = Laptop(anna)
    laptop.sync()
    return laptop
