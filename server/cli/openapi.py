"""How is the API's description printed?"""

from __future__ import annotations

import sys
from argparse import Namespace

from server import bootstrap
from server.settings import Settings


def run(_asked: Namespace, _settings: Settings) -> None:
    sys.stdout.write(bootstrap.description().decode())
