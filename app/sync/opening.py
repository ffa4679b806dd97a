"""How are an account's files opened, and what if they cannot be?"""

from __future__ import annotations

from collections.abc import Callable

from app.clock import Clock
from app.core.notices import Notice, NoticeKind
from app.core.screen import Account
from app.desktop.fingerprint import fingerprint
from app.paths import Profile
from app.store.cache import Cache
from app.store.outbox import Outbox
from app.sync import telling
from app.sync.desk import Desk, Tell


def open_desk(
    profile: Profile,
    account: Account,
    clock: Clock,
    tell: Tell,
    machine: Callable[[], str | None] = fingerprint,
) -> Desk:
    """The account's desk. A damaged outbox is made anew from what can be read, a copied one gets a new name; both are said.

    OutboxNewer, OutboxLocked, OutboxOnNetwork, OutboxUnwritable, DiskFull: nothing can be recorded, and nothing was touched.
    """
    cache = Cache.open(profile.cache_file(account.server_id, account.user_id))
    path = profile.queue_file(account.server_id, account.user_id)
    try:
        outbox = Outbox.open(path, machine=machine(), issue_of=cache.issue)
    except BaseException:
        cache.close()
        raise
    if outbox.salvaged is not None:
        tell(telling.salvaged(outbox))
    elif outbox.is_copied and outbox.pending_count():
        tell(Notice(NoticeKind.SENT_AGAIN))
    clock.reanchor(outbox.anchor())
    return Desk(outbox, cache, clock, tell)
