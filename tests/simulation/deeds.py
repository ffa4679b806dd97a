"""Which steps can a life be made of?"""

from __future__ import annotations

from typing import Final

from tests.simulation import managers, mishaps, people
from tests.simulation.world import Rule

RULES: Final[dict[str, Rule]] = {
    step.__name__: step
    for step in (
        people.start,
        people.ago,
        people.stop,
        people.pause,
        people.resume,
        people.add,
        people.edit,
        people.split,
        people.void,
        people.decide,
        people.elsewhere,
        mishaps.wait,
        mishaps.sleep,
        mishaps.set_wall,
        mishaps.reboot,
        mishaps.sync,
        mishaps.hops,
        mishaps.stray,
        mishaps.beat,
        mishaps.portal,
        mishaps.expire,
        mishaps.die,
        mishaps.die_recording,
        mishaps.disk,
        mishaps.damage,
        mishaps.copy_profile,
        mishaps.keep_files,
        mishaps.restore_files,
        mishaps.server_backup,
        mishaps.server_restore,
        managers.delete_issue,
        managers.undelete_issue,
        managers.close_period,
        managers.reopen,
        managers.lock,
        managers.unlock,
        managers.rate,
    )
}
