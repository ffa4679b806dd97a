"""What does `python -m server` do?"""

from __future__ import annotations

import sys

from server.cli.parser import Streams, run
from server.settings import environment


def main() -> int:
    return run(sys.argv[1:], environment(), Streams(sys.stdin, sys.stdout, sys.stderr))


if __name__ == "__main__":
    sys.exit(main())
