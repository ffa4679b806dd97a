"""How much is tried?

`make test` is over soon; `make fuzz` has time (HOURKEEP_FUZZ random requests to each operation as each role).
"""

from __future__ import annotations

import os
from typing import Final

from tests.server.databases import ALL, SQLITE

ASKED_FOR: Final = os.environ.get("HOURKEEP_FUZZ")
EXAMPLES: Final = int(ASKED_FOR or "5")
THOROUGHLY: Final = (
    ("administrator",) if ASKED_FOR is None else ("member", "manager", "administrator", "nobody")
)
KINDS: Final = (SQLITE,) if ASKED_FOR is None else ALL
