"""How does somebody live many seeds in a night, or one again?

`make simulate SEED=7`, or `make simulate SEEDS=200000 FIRST=0`: on all cores, until they are done or Ctrl-C.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress
from time import perf_counter
from typing import Final

from tests.simulation.life import Outcome, report, shortest, workplace
from tests.simulation.night import blocks

BAR: Final = 40
NAMED: Final = 10


def main() -> int:
    """0 when all went well."""
    asked = _asked()
    if asked.seed is None:
        return _many(asked.first, asked.seeds)
    with workplace() as (office, folder):
        outcome = shortest(asked.seed, office, folder)
    _say(report(outcome))
    return 0 if outcome.failure is None else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument(
        "--seed", type=int, help="live this one again, and find its shortest life that goes wrong"
    )
    parser.add_argument("--seeds", type=int, default=2000, help="how many")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    return parser.parse_args()


def _many(first: int, count: int) -> int:
    began, done, actions = perf_counter(), 0, 0
    failed: list[Outcome] = []
    with suppress(KeyboardInterrupt):
        for block in blocks(first, count):
            done += len(block)
            actions += sum(each.actions for each in block)
            failed += [each for each in block if each.failure is not None]
            _show(done, count, len(failed), perf_counter() - began)
    _say(f"\n{done} seeds, {actions} actions, {len(failed)} failed, {perf_counter() - began:.0f} s")
    if done < count:
        _say(f"Go on with: make simulate FIRST={first + done} SEEDS={count - done}")
    for each in failed[:NAMED]:
        _say(f"make simulate SEED={each.seed}   # {(each.failure or '').strip().splitlines()[-1]}")
    return 1 if failed else 0


def _show(done: int, count: int, failed: int, seconds: float) -> None:
    full = BAR * done // count
    left = seconds / done * (count - done)
    sys.stderr.write(
        f"\r[{'#' * full}{'.' * (BAR - full)}] {done}/{count}  {failed} failed  {left:.0f} s left "
    )
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
