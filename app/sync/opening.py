"""How are an account's files opened, and what if they cannot be?"""

from __future__ import annotations

from app.clock import Clock
from app.core.notices import Notice, NoticeKind
from app.core.screen import Account
from app.paths import Profile
from app.store.cache import Cache
from app.store.outbox import Outbox, salvage_trouble
from app.sync.desk import Desk, Tell


def open_desk(profile: Profile, account: Account, clock: Clock, tell: Tell) -> Desk:
    """The account's desk. A damaged outbox is made anew from what can be read, which is said.

    OutboxNewer, OutboxLocked, OutboxOnNetwork, OutboxUnwritable: nothing can be recorded, and nothing was touched.
    """
    outbox = Outbox.open(profile.queue_file(account.server_id, account.user_id))
    trouble = salvage_trouble(outbox)
    if trouble is not None:
        tell(Notice(NoticeKind.TROUBLE, {"error": trouble}))
    clock.reanchor(outbox.anchor())
    cache = Cache.open(profile.cache_file(account.server_id, account.user_id))
    return Desk(outbox, cache, clock, tell)
