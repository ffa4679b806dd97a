"""Is what happens on one instance heard by those whose stream another one holds?"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from server.services.staff import accounts
from tests.e2e.eventually import eventually
from tests.growing.farm import LOCAL, Farm
from tests.growing.worker import Line
from tests.server.company import Company, Person


def token_of(company: Company, person: Person, device: str) -> str:
    now_ms = time.time_ns() // 1_000_000
    token, _ = company.database.run(
        lambda conn: accounts.issue_token(conn, person.principal.user_id, device, device, now_ms)
    )
    return token


class Stream:
    """Reads events as they come through the proxy."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self._answer = answer

    def until(self, name: str) -> None:
        while (line := self._answer.readline()) != f"event: {name}\n".encode():
            assert line, f"the stream ended before {name}"


@contextmanager
def stream(port: int, token: str) -> Iterator[Stream]:
    line = http.client.HTTPConnection(LOCAL, port, timeout=60)
    line.request("GET", "/api/v1/events", headers={"Authorization": f"Bearer {token}"})
    answer = line.getresponse()
    assert answer.status == 200
    try:
        found = Stream(answer)
        found.until("hello")
        yield found
    finally:
        answer.close()
        line.close()


def test_every_instance_is_heard(company: Company, farm: Farm) -> None:
    token = token_of(company, company.anna, "laptop")
    body = b'{"issue_id":%d,"project_id":%d}' % (company.issues["BP-1"], company.projects["BP"])
    with stream(farm.port, token_of(company, company.anna, "phone")) as heard:
        for port in farm.ports:
            with closing(Line(port, token)) as line:
                assert line.ask("POST", "/start", body).status == 200
                heard.until("timer")
                assert line.ask("POST", "/stop", b"{}").status == 200
                heard.until("timer")


def test_without_redis_all_works_and_whoever_listens_is_told(company: Company, farm: Farm) -> None:
    token = token_of(company, company.anna, "laptop")
    body = b'{"issue_id":%d,"project_id":%d}' % (company.issues["BP-1"], company.projects["BP"])
    with stream(farm.port, token_of(company, company.anna, "phone")) as heard:
        farm.redis.kill9()
        for port in farm.ports:
            with closing(Line(port, token)) as line:
                assert line.ask("POST", "/start", body).status == 200
                assert line.ask("POST", "/stop", b"{}").status == 200
        farm.redis.start()
        heard.until("resync")
    said = [each.words for each in farm.instances]
    eventually(
        lambda: all("Redis does not answer" in words for words in said), "a word in each log", within=1
    )
    assert not farm.failures
