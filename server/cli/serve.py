"""How is the server started from the command line?"""

from __future__ import annotations

from server import bootstrap
from server.cli.database import opened
from server.cli.invocation import Invocation, Refused


def run(invocation: Invocation) -> None:
    with opened(invocation.settings) as database:
        try:
            bootstrap.serve(invocation.settings, database)
        except bootstrap.CannotListen as failure:
            raise Refused(failure) from failure
