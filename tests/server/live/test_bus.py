"""Does everybody hear what they want, and learn when something may be missing?"""

from __future__ import annotations

import asyncio

from server.domain.events import BudgetMoved, Event, TimeChanged
from server.live.bus import REMEMBERED, WAITING, Bus, Ear, Heard

SOON_S = 0.001


def everything(_event: Event) -> bool:
    return True


def only_time(event: Event) -> bool:
    return isinstance(event, TimeChanged)


def hear(ear: Ear) -> Heard | None:
    return asyncio.run(ear.next(SOON_S))


def heard(ear: Ear) -> tuple[Event, ...]:
    found = hear(ear)
    assert found is not None
    assert found.is_whole
    return found.events


def test_everybody_hears_it_once() -> None:
    bus = Bus("one")
    ears = [bus.listen(everything, None) for _ in range(2)]
    bus.publish([TimeChanged(1)])
    assert [heard(ear) for ear in ears] == [(TimeChanged(1),)] * 2
    assert [heard(ear) for ear in ears] == [()] * 2


def test_nobody_hears_what_they_do_not_want() -> None:
    bus = Bus("one")
    ear = bus.listen(only_time, None)
    bus.publish([BudgetMoved(1), TimeChanged(2)])
    assert heard(ear) == (TimeChanged(2),)


def test_wants_can_change() -> None:
    bus = Bus("one")
    ear = bus.listen(only_time, None)
    ear.want(everything)
    bus.publish([BudgetMoved(1)])
    assert heard(ear) == (BudgetMoved(1),)


def test_a_slow_listener_hears_the_same_once() -> None:
    bus = Bus("one")
    ear = bus.listen(everything, None)
    bus.publish([TimeChanged(1), BudgetMoved(2)] * 1000)
    assert heard(ear) == (TimeChanged(1), BudgetMoved(2))


def test_a_much_too_slow_one_is_told_to_read_again() -> None:
    bus = Bus("one")
    ear = bus.listen(everything, None)
    bus.publish(TimeChanged(number) for number in range(10 * WAITING))
    found = hear(ear)
    assert found is not None
    assert not found.is_whole
    assert len(found.events) <= WAITING
    bus.publish([TimeChanged(1)])
    assert heard(ear) == (TimeChanged(1),)


def test_whoever_comes_back_hears_what_they_missed() -> None:
    bus = Bus("one")
    bus.publish([TimeChanged(1)])
    place = bus.place
    bus.publish([TimeChanged(2), TimeChanged(3)])
    assert heard(bus.listen(everything, place)) == (TimeChanged(2), TimeChanged(3))
    assert heard(bus.listen(everything, bus.place)) == ()


def test_a_place_that_nobody_knows_is_a_gap() -> None:
    bus = Bus("one")
    bus.publish([TimeChanged(1)])
    for place in ("two.1", "one.2", "one.-1", "one.x", "one.²", "", "1", "one"):
        found = hear(bus.listen(everything, place))
        assert found is not None
        assert (found.is_whole, found.events) == (False, ()), place


def test_one_that_comes_back_too_late_is_told_to_read_again() -> None:
    bus = Bus("one")
    place = bus.place
    bus.publish(TimeChanged(number) for number in range(REMEMBERED + 1))
    found = hear(bus.listen(everything, place))
    assert found is not None
    assert not found.is_whole


def test_after_a_loss_everybody_reads_again() -> None:
    bus = Bus("one")
    bus.publish([TimeChanged(1)])
    place, ear = bus.place, bus.listen(everything, None)
    bus.lost()
    for listener in (ear, bus.listen(everything, place)):
        found = hear(listener)
        assert found is not None
        assert not found.is_whole
    assert heard(bus.listen(everything, bus.place)) == ()


def test_listening_ends_with_the_bus() -> None:
    bus = Bus("one")
    ear = bus.listen(everything, None)

    async def wait_and_close() -> Heard | None:
        waiting = asyncio.create_task(ear.next(60))
        await asyncio.sleep(0)
        bus.close()
        return await waiting

    assert asyncio.run(wait_and_close()) is None
    assert hear(ear) is None


def test_whoever_has_gone_is_forgotten() -> None:
    bus = Bus("one")
    ear = bus.listen(everything, None)
    assert bus.ears == 1
    ear.close()
    assert bus.ears == 0


def test_whoever_is_woken_and_sent_away_at_once_goes() -> None:
    async def main() -> None:
        bus = Bus("one")
        ear = bus.listen(lambda _: True, None)

        async def listen() -> None:
            while await ear.next(3600):
                pass

        task = asyncio.create_task(listen())
        await asyncio.sleep(0)
        bus.publish((TimeChanged(1),))
        task.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert task.cancelled()

    asyncio.run(main())
