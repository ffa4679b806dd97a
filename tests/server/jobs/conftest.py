"""What does every test of the jobs start from?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.company import Company
from tests.server.jobs.outside import Outside


@pytest.fixture
def outside(company: Company) -> Iterator[Outside]:
    outside = Outside(company)
    yield outside
    outside.close()
