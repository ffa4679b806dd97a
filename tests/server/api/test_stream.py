"""Who hears at once what changed, and when does that end?"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from server.api.stream import PER_PERSON
from server.domain.events import AlertRaised, BudgetMoved, RatesChanged, TimeChanged
from server.domain.messages import Role
from tests.server.api.listener import House
from tests.server.company import Company


@pytest.fixture
def house(company: Company) -> Iterator[House]:
    house = House(company)
    yield house
    house.close()


def test_it_is_a_stream(house: House, company: Company) -> None:
    stream = house.listen(house.token(company.anna))
    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert stream.headers["cache-control"] == "no-store"
    assert stream.headers["x-accel-buffering"] == "no"
    assert stream.event().name == "hello"


def test_nobody_hears_without_a_sign_in(house: House) -> None:
    assert house.listen("hk_nonsense").status == 401


def test_a_timer_is_heard_on_the_other_device(house: House, company: Company) -> None:
    company.set_budget("BP", 1000)
    laptop, phone = house.token(company.anna, "laptop"), house.token(company.anna, "phone")
    stream = house.listen(phone)
    assert stream.event().name == "hello"
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    assert house.ask(laptop, "POST", "/time-tracking/start", body).status_code == 200
    first, second = stream.event(), stream.event()
    assert (first.name, first.said) == ("timer", {"user_id": company.anna.principal.user_id})
    assert (second.name, second.said) == ("budget", {"project_id": company.projects["BP"]})


def test_a_request_that_is_refused_is_not_heard(house: House, company: Company) -> None:
    token = house.token(company.anna)
    stream = house.listen(token)
    assert house.ask(token, "POST", "/time-tracking/stop", {}).status_code == 409
    house.publish(RatesChanged(None))
    assert stream.names(2) == ["hello", "rates"]


def test_everybody_hears_only_what_is_theirs(house: House, company: Company) -> None:
    ada = company.hire("ada", [], Role.ADMIN)
    anna, ben = company.anna.principal.user_id, company.ben.principal.user_id
    bp, web = company.projects["BP"], company.projects["WEB"]
    streams = {person: house.listen(house.token(person)) for person in (company.anna, company.ben, ada)}
    house.publish(
        TimeChanged(anna),
        TimeChanged(ben),
        BudgetMoved(bp),
        BudgetMoved(web),
        AlertRaised(1, web),
        RatesChanged(ben),
        RatesChanged(None),
    )
    assert streams[company.anna].names(4) == ["hello", "timer", "budget", "rates"]
    assert streams[company.ben].names(7) == [
        "hello",
        "timer",
        "budget",
        "budget",
        "alert",
        "rates",
        "rates",
    ]
    assert streams[ada].names(5) == ["hello", "budget", "budget", "alert", "rates"]


def test_no_amount_and_no_text_is_in_it(house: House, company: Company) -> None:
    company.set_budget("BP", 1)
    stream = house.listen(house.token(company.anna))
    token = house.token(company.ben)
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    house.ask(token, "POST", "/time-tracking/start", body)
    company.clock.advance(hours=1)
    house.ask(token, "POST", "/time-tracking/stop", {"description": "secret"})
    said = [stream.event() for _ in range(4)]
    assert {name for each in said for name in each.said} <= {"project_id", "user_id", "alert_id"}
    assert "alert" in {each.name for each in said}


def test_whoever_comes_back_hears_what_they_missed(house: House, company: Company) -> None:
    token, user_id = house.token(company.anna), company.anna.principal.user_id
    stream = house.listen(token)
    place = stream.event().place
    stream.leave()
    house.publish(TimeChanged(user_id), BudgetMoved(company.projects["WEB"]))
    again = house.listen(token, after=place)
    hello, timer = again.event(), again.event()
    assert (hello.name, hello.place, timer.name) == ("hello", None, "timer")
    assert timer.place not in (None, place)


def test_whoever_was_away_too_long_is_told_to_read_again(house: House, company: Company) -> None:
    stream = house.listen(house.token(company.anna), after="another server.17")
    assert stream.names(2) == ["hello", "resync"]


def test_a_stream_ends_with_its_sign_in(house: House, company: Company) -> None:
    token, user_id = house.token(company.anna), company.anna.principal.user_id
    stream = house.listen(token)
    assert stream.event().name == "hello"
    assert house.ask(token, "DELETE", "/auth/token").status_code == 204
    house.publish(TimeChanged(user_id))
    assert stream.event().name == "signed_out"
    assert stream.has_ended()
    assert house.bus.ears == 0


def test_nothing_is_heard_of_a_project_that_one_has_left(house: House, company: Company) -> None:
    stream = house.listen(house.token(company.anna))
    company.remove_member("BP", company.anna)
    house.publish(BudgetMoved(company.projects["BP"]), RatesChanged(None))
    assert stream.names(2) == ["hello", "rates"]


def test_when_the_server_stops_all_streams_end(house: House, company: Company) -> None:
    streams = [house.listen(house.token(person)) for person in (company.anna, company.ben)]

    async def stop() -> None:
        house.bus.close()

    house.do(stop())
    assert all(stream.has_ended() for stream in streams)
    assert house.bus.ears == 0


def test_whoever_goes_is_not_waited_for(house: House, company: Company) -> None:
    stream = house.listen(house.token(company.anna))
    assert house.bus.ears == 1
    stream.leave()
    assert house.bus.ears == 0


def test_nobody_opens_streams_without_end(house: House, company: Company) -> None:
    token = house.token(company.anna)
    for _ in range(PER_PERSON):
        assert house.listen(token).event().name == "hello"
    assert house.listen(token).status == 429
    assert house.listen(house.token(company.ben)).status == 200


def test_not_either_by_opening_many_at_once(house: House, company: Company) -> None:
    streams = house.listen_at_once(house.token(company.anna), PER_PERSON * 3)
    begun = [stream for stream in streams if stream.status != 429]
    assert {stream.status for stream in begun} == {200}
    assert sum(stream.says_something() for stream in begun) == house.bus.ears == PER_PERSON


def test_an_alert_is_heard_when_it_is_raised(house: House, company: Company) -> None:
    company.set_budget("BP", 100)
    token = house.token(company.anna)
    body = {"issue_id": company.issues["BP-1"], "project_id": company.projects["BP"]}
    house.ask(token, "POST", "/time-tracking/start", body)
    stream = house.listen(house.token(company.ben))
    assert stream.event().name == "hello"
    company.clock.advance(minutes=97)
    assert Decimal(company.budget("BP").percent or 0) > 80
    house.ask(token, "POST", "/time-tracking/stop", {})
    names = set(stream.names(2))
    assert names == {"budget", "alert"}
