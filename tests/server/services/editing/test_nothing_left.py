"""What is answered about the start of a log of which every stretch was said to be none?"""

from __future__ import annotations

import pytest

from server.domain.errors import Invalid
from tests.server.company import Company
from tests.server.daytime import at
from tests.server.device import instant
from tests.server.hand import Hand


def test_its_time_has_to_be_entered_anew(company: Company) -> None:
    device = company.anna.device()
    device.start("BP-1", "8:00")
    claim, timer = device.claim_id, device.timer_id
    company.clock.advance(hours=2)
    device.stop("9:00")
    none = {"claim_id": claim, "start": at("8:00"), "end": at("9:00"), "is_void": True}
    body = {"timer_id": timer, "base_rev": 1, "set": {}, "stretches": [none], "t": instant(at("9:30"))}
    device.record_body("log.edit", body)
    device.sync()
    log = company.anna.log("BP-1")
    assert log.duration_seconds == 0
    with pytest.raises(Invalid):
        Hand(company.anna).change(log.id, start="8:30")
