"""How is the server started from the command line?"""

from __future__ import annotations

from server import bootstrap
from server.cli.database import upgraded
from server.cli.invocation import Invocation, Refused
from server.db.session import DatabaseUnusable, UnknownDatabase


def run(invocation: Invocation) -> None:
    url = upgraded(invocation.settings)
    try:
        bootstrap.serve(invocation.settings, url)
    except (bootstrap.CannotListen, DatabaseUnusable, UnknownDatabase) as failure:
        raise Refused(failure) from failure
