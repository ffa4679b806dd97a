"""Does the server keep to its description, whoever asks for whatever?

`make fuzz` tries much more of the same.
"""

from __future__ import annotations

from typing import Final

import pytest

from tests.hostile.effort import EXAMPLES, THOROUGHLY
from tests.hostile.fuzz import Tried, try_everything
from tests.hostile.scene import scene
from tests.server.api.front import Front
from tests.server.company import Company

OK: Final = {200, 201}
PUBLIC: Final = {"GET /healthz", "GET /readyz", "POST /api/v1/auth/session", "POST /api/v1/auth/token"}


@pytest.mark.parametrize("who", ["member", "manager", "administrator"])
def test_whatever_somebody_asks(company: Company, who: str) -> None:
    person = getattr(scene(company), who)
    assert_true_to_its_word(try_everything(Front(company), person, EXAMPLES, thoroughly=who in THOROUGHLY))
    company.check()


def test_whatever_nobody_asks(company: Company) -> None:
    scene(company)
    tried = try_everything(Front(company), None, EXAMPLES, thoroughly="nobody" in THOROUGHLY)
    assert_true_to_its_word(tried)
    for operation, answers in tried.answers.items():
        assert operation in PUBLIC or not OK & answers.keys(), (operation, answers)


def assert_true_to_its_word(tried: Tried) -> None:
    assert not tried.faults, "\n\n".join(str(fault) for fault in tried.faults)
