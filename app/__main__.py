"""Does somebody want the tray, or one command?

Nothing is imported before that is known: a command needs no Qt, and the tray no argument parser.
"""

from __future__ import annotations

import gc
import sys

HIDDEN = "--hidden"
SELF_TEST = "--self-test"


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 refused with one line on stderr, 2 wrong usage."""
    words = sys.argv[1:] if argv is None else argv
    if words in ([], [HIDDEN]):
        gc.disable()  # app.ui.tidy looks for garbage; at the start there is none, and looking costs as much as a file
        from app import bootstrap  # noqa: PLC0415  # see above

        return bootstrap.run(hidden=bool(words))
    if words == [SELF_TEST]:
        from app import self_test  # noqa: PLC0415  # see above

        return self_test.run()
    from app.cli import command_line  # noqa: PLC0415  # see above

    return command_line.main(words)


if __name__ == "__main__":
    sys.exit(main())
