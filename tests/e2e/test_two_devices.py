"""Does a second that two devices claim count once?"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from threading import Thread

from tests.e2e.company import Company, Person
from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.lived import everything_arrived, let_time_pass
from tests.e2e.workstation import NewDevice


def test_two_starts_at_the_same_instant(
    new_device: NewDevice, network: FaultProxy, server: Company, anna: Person
) -> None:
    devices = [new_device("laptop"), new_device("office")]
    for device in devices:
        device.start()
        device.sign_in(network.url)
        everything_arrived(device)
    first_id = max(each["id"] for each in anna.get("/time-tracking/logs?limit=1")["items"])

    keys = ("BP-123", "BP-124")
    both(*(lambda d=device, k=key: d.do("start", k) for device, key in zip(devices, keys, strict=True)))
    let_time_pass(devices[0], 2)
    both(*(lambda d=device: d.command("stop") for device in devices))
    for device in devices:
        everything_arrived(device)

    ((running,),) = server.rows("SELECT count(*) FROM active_timers")
    assert running == 0
    pieces = server.rows(
        "SELECT start_ms, end_ms FROM segments WHERE time_log_id > ? ORDER BY start_ms", first_id
    )
    for (_, end), (start, _) in pairwise(pieces):
        assert end <= start


def both(*acts: Callable[[], object]) -> None:
    threads = [Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
