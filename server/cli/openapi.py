"""How is the API's description printed?"""

from __future__ import annotations

from server import bootstrap
from server.cli.invocation import Invocation


def run(invocation: Invocation) -> None:
    invocation.stdout.write(bootstrap.description().decode())
