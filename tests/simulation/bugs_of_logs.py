"""Which designs must be found wanting that tell devices too little of their person's logs, or hang on the order of arrival?

Each takes the place of one part of the simulation, as in `bugs`. None of it is in the product.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from server.domain.messages import SyncReply, SyncRequest
from server.domain.principal import Principal
from tests.simulation.device import Kinds
from tests.simulation.office import Design, Office

_SHOWN: Final = (
    "SELECT l.id, l.changed_in, l.revision, l.issue_id, l.project_id, l.status, l.start_time, l.end_time,"
    " l.duration_seconds, l.is_billable, l.is_deleted, l.description, l.total_cost,"
    " (SELECT group_concat(c.claim_id || coalesce(c.corrected_start_ms, c.start_ms) || '-' || coalesce(c.first_end_ms, ''))"
    "  FROM claims c WHERE c.timer_id = l.timer_id AND coalesce(c.hold_code, '') <> 'VOID')"
    " FROM issue_time_logs l"
)
"""All but the flag."""


class _FlagsAreSilent(Design):
    """A log of which nothing but the flag is another is not told."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        before = _shown(office)
        reply = super().push(office, principal, request)
        for log, (change, *said) in _shown(office).items():
            if log in before and before[log][1:] == said and before[log][0] != change:
                office.rows("UPDATE issue_time_logs SET changed_in = ? WHERE id = ?", before[log][0], log)
        return reply


def _shown(office: Office) -> dict[int, list[Any]]:
    return {log: said for log, *said in office.rows(_SHOWN)}


class _NothingIsProof(Design):
    """Nobody looks whether the server itself has signed what it has not any more."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        base = msgspec.structs.replace(request.base, sig=None)
        return super().push(office, principal, msgspec.structs.replace(request, base=base))


class _EndsNeedAStart(Design):
    """An end that comes before its start ends nothing, also when the start is there."""

    def push(self, office: Office, principal: Principal, request: SyncRequest) -> SyncReply:
        reply = super().push(office, principal, request)
        office.rows("DELETE FROM claim_ends WHERE claim_id NOT IN (SELECT claim_id FROM claims)")
        return reply


BUGS_OF_LOGS: Final = {
    "a log whose flag alone changed is not told": Kinds(design=_FlagsAreSilent),
    "the proof of a lost history is ignored": Kinds(design=_NothingIsProof),
}
ORDER_MATTERS: Final = Kinds(design=_EndsNeedAStart)
