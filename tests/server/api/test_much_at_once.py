"""Does somebody who sends nonsense get more work out of the server than they put in?"""

from __future__ import annotations

import json

from server.api.fields import ERRORS_NAMED
from tests.server.api.front import PREFIX, Front

NOBODY = {"Authorization": "Bearer hk_nobody"}  # it is not looked at before the request is understood
MANY = 5000


def test_a_thousand_wrong_parameters_are_named_in_part(front: Front) -> None:
    query = "&".join(f"{number}&{number}" for number in range(MANY))
    reply = front.ask("GET", f"{PREFIX}/issues?{query}", headers=NOBODY)
    assert reply.status_code == 422
    assert len(reply.json()["errors"]) == ERRORS_NAMED


def test_a_thousand_wrong_fields_are_named_in_part(front: Front) -> None:
    body = json.dumps({str(number): 1 for number in range(MANY)}).encode()
    reply = front.ask("POST", f"{PREFIX}/time-tracking/start", content=body, headers=NOBODY)
    assert reply.status_code == 422
    errors = reply.json()["errors"]
    assert len(errors) == ERRORS_NAMED
    assert {"issue_id", "project_id"} < {each["field"] for each in errors}  # what is missing comes first
