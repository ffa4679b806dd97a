"""How does the demo company come into the database?"""

from __future__ import annotations

import sys
from argparse import Namespace

from server import demo
from server.cli.database import change
from server.clock import SystemClock
from server.domain.passwords import hash_password
from server.settings import Settings


def run(_asked: Namespace, settings: Settings) -> None:
    now_ms = SystemClock().now_ms()
    is_new = change(settings, lambda conn: demo.found(conn, now_ms, hash_password))
    sys.stdout.write("The demo company is there.\n" if is_new else "The demo company was there already.\n")
