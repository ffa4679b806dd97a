"""How is the server started from the command line?"""

from __future__ import annotations

from argparse import Namespace

from server import bootstrap
from server.cli.database import opened
from server.cli.refused import Refused
from server.settings import Settings


def run(_asked: Namespace, settings: Settings) -> None:
    with opened(settings) as database:
        try:
            bootstrap.serve(settings, database)
        except bootstrap.CannotListen as failure:
            raise Refused(failure) from failure
