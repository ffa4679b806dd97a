"""Do several instances know what they have to know of each other?"""

from __future__ import annotations

import http.client
import json
from contextlib import closing
from typing import Any, Final
from uuid import uuid4

from tests.e2e.eventually import eventually
from tests.growing.farm import LOCAL, Farm
from tests.growing.staff import give_password
from tests.server.company import Company

PREFIX: Final = "/api/v1"
TRIES: Final = 10  # to sign in with one e-mail address


def ask(
    port: int, method: str, path: str, headers: dict[str, str], body: object | None = None
) -> tuple[int, Any]:
    with closing(http.client.HTTPConnection(LOCAL, port, timeout=30)) as line:
        line.request(method, path, None if body is None else json.dumps(body), headers)
        answer = line.getresponse()
        said = answer.read()
        return answer.status, json.loads(said) if said and "json" in answer.headers["Content-Type"] else said


def test_tries_to_sign_in_are_counted_together(one_company: Company, one_farm: Farm) -> None:
    """A new address in X-Forwarded-For is no way around it, and neither is another instance."""
    person = one_company.hire("guessed", ["BP"])
    give_password(one_company, person)

    def sign_in(number: int, password: str) -> tuple[int, Any]:
        port = one_farm.port if number % 2 else one_farm.ports[number % len(one_farm.ports)]
        headers = {"Content-Type": "application/json", "X-Forwarded-For": f"198.51.100.{number}"}
        email = person.principal.email
        body = {"email": email, "password": password, "device_name": "x", "device_id": str(uuid4())}
        return ask(port, "POST", f"{PREFIX}/auth/token", headers, body)

    for number in range(TRIES):
        assert sign_in(number, "wrong")[1]["code"] == "bad_credentials"
    for number in range(len(one_farm.ports) + 1):
        status, said = sign_in(number, "correct horse")
        assert (status, said["code"]) == (429, "too_many_requests")


def test_the_jobs_move_when_their_instance_dies(one_company: Company, one_farm: Farm) -> None:
    first = eventually(lambda: on_duty(one_farm), "somebody does the jobs")
    assert len(first) == 1
    one_farm.instances[first[0]].kill9()
    second = eventually(lambda: on_duty(one_farm), "somebody else does the jobs", within=60)
    assert len(second) == 1
    assert second != first
    one_farm.start_instances(*first)
    assert on_duty(one_farm) == second


def on_duty(one_farm: Farm) -> list[int]:
    """The instances that say so."""
    found = []
    for number, instance in enumerate(one_farm.instances):
        if instance.alive:
            _, said = ask(one_farm.ports[number], "GET", "/metrics", {})
            found += [number for line in said.decode().splitlines() if line.endswith("jobs_on_duty 1.0")]
    return found
