"""What does `python -m server` do?"""

from __future__ import annotations

import sys

from server.cli.parser import run


def main() -> int:
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
