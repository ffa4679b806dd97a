"""Who needs Anna in these tests, and how does her outbox window look?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.core.logbook import LogStatus, LogValues, OwnLog, Stretch
from app.core.snapshot import Held, Snapshot
from app.store.own_logs import LogPlace
from app.store.records import ChainHead
from app.sync.events import Answer, Code, Settle
from app.sync.loop import ForFiles
from tests.fakes.clock import START
from tests.fakes.desk import LOGIN, MENU, RATE
from tests.fakes.office import Office

NINE: Final = START - 3 * 3600
DELETED: Final = Held(
    "0190aaaa-0000-7000-8000-000000000001", "ISSUE_DELETED",
    "This issue was deleted. The time is kept; choose another issue.", NINE, "BP-99",
    start=NINE, end=NINE + 5400, choices=("move_issue", "ask_manager", "discard"),
)  # fmt: skip
LONG: Final = replace(
    DELETED, action_id="0190bbbb-0000-7000-8000-000000000002", code="LONG", issue_key="WEB-7",
    detail="This is longer than 16 hours without a break. The time is kept; correct its end.",
    start=NINE - 60_000, end=NINE, choices=("change_time", "keep", "discard", "of_a_newer_server"),
)  # fmt: skip
TWICE: Final = replace(
    DELETED, action_id="0190cccc-0000-7000-8000-000000000003", code="EDITED_TWICE", issue_key="BP-123",
    detail="This log was changed in two places. The later change counts; compare it with the other one.",
    timer_id="0190dddd-0000-7000-8000-000000000004", choices=("use_other", "keep"),
    other=LogValues(7, "WEB-7", "Tidied the menu", None, (Stretch("c1", NINE, NINE + 3600),)),
)  # fmt: skip
LOG: Final = OwnLog(
    "0190dddd-0000-7000-8000-000000000004", 11, 2, LOGIN, LogStatus.STOPPED, NINE, NINE + 5400, 5400,
    description="Fixed the redirect", stretches=(Stretch("c1", NINE, NINE + 5400),),
)  # fmt: skip
DONE: Final = replace(
    LOG, timer_id="0190eeee-0000-7000-8000-000000000005", issue=MENU, start=NINE + 6000, end=NINE + 9000,
    seconds=3000, description=None, stretches=(Stretch("c2", NINE + 6000, NINE + 9000),),
)  # fmt: skip


def the_server_says(office: Office, *attention: Held, logs: tuple[OwnLog, ...] = ()) -> None:
    """That these need Anna, after all that the device has recorded."""
    desk = office.controller.desk
    assert desk is not None
    snapshot = Snapshot(desk.timer, RATE, 0, office.clock.now(), {}, attention, ())
    head = desk.outbox.head()
    answer = Answer(Code.OK, ChainHead(head.seq, head.chain), (), snapshot, "epoch", 60.0, 500)
    desk.cache.keep_logs(logs, LogPlace("epoch", "c", desk.outbox.up_to(head.seq)), 0, is_full=True)
    office._postman.receive(ForFiles(Settle(answer), office._number()))
