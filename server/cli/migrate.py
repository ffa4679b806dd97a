"""How do the tables of this version come into the database?"""

from __future__ import annotations

from argparse import Namespace

from server.cli.database import upgraded
from server.settings import Settings


def run(_asked: Namespace, settings: Settings) -> None:
    upgraded(settings)
