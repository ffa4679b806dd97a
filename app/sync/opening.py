"""How are an account's files opened, and what if they cannot be?"""

from __future__ import annotations

from app.clock import Clock
from app.core.notices import Notice, NoticeKind
from app.core.screen import Account
from app.errors import OutboxCorrupt, OutboxSetAside
from app.paths import Profile
from app.store.aside import set_aside
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.sync.desk import Desk, Tell


def open_desk(profile: Profile, account: Account, clock: Clock, tell: Tell) -> Desk:
    """The account's desk. A damaged outbox is set aside, said, and a new one begins.

    OutboxNewer, OutboxLocked, OutboxUnwritable: nothing can be recorded, and nothing was touched.
    """
    path = profile.queue_file(account.server_id, account.user_id)
    try:
        outbox = Outbox.open(path)
    except OutboxCorrupt as corrupt:
        aside = set_aside(path)
        outbox = Outbox.open(path)
        tell(Notice(NoticeKind.TROUBLE, {"error": OutboxSetAside(path, aside, corrupt.reason)}))
    clock.reanchor(outbox.anchor())
    cache = Cache.open(profile.cache_file(account.server_id, account.user_id))
    return Desk(outbox, cache, clock, tell)
