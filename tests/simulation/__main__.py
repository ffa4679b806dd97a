"""How does somebody live many seeds in a night, or one again?

`python -m tests.simulation --seed 7`, or `--seeds 200000 --first 0`: on all cores, until they are done or Ctrl-C.
"""

from __future__ import annotations

import argparse
import multiprocessing
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Final

from tests.simulation.life import Outcome, live, report, shortest, workplace
from tests.simulation.office import Office

BLOCK: Final = 25
BAR: Final = 40

_here: list[tuple[Office, Path]] = []


def main() -> int:
    """0 when all went well."""
    asked = _asked()
    if asked.seed is not None:
        with workplace() as (office, folder):
            outcome = shortest(asked.seed, office, folder)
        _say(report(outcome))
        return 0 if outcome.failure is None else 1
    return _many(asked.first, asked.seeds)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulation")
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
        for block in _blocks(first, count):
            done += len(block)
            actions += sum(each.actions for each in block)
            failed += [each for each in block if each.failure is not None]
            _show(done, count, len(failed), perf_counter() - began)
    _say(f"\n{done} seeds, {actions} actions, {len(failed)} failed, {perf_counter() - began:.0f} s")
    if done < count:
        _say(f"Go on with: make simulate FIRST={first + done} SEEDS={count - done}")
    for each in failed[:10]:
        _say(f"make simulate SEED={each.seed}   # {(each.failure or '').strip().splitlines()[-1]}")
    return 1 if failed else 0


def _blocks(first: int, count: int) -> Iterator[list[Outcome]]:
    """In order, so that it is known how far it came."""
    starts = range(first, first + count, BLOCK)
    spans = [(start, min(start + BLOCK, first + count)) for start in starts]
    with multiprocessing.get_context("spawn").Pool(initializer=_move_in) as pool:
        yield from pool.imap(_live_all, spans)


def _move_in() -> None:
    """Once in each process. Ctrl-C is for the first one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    place = workplace()
    _here.append(place.__enter__())
    _kept.append(place)


_kept: list[object] = []


def _live_all(span: tuple[int, int]) -> list[Outcome]:
    office, folder = _here[0]
    return [live(seed, office, folder) for seed in range(*span)]


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
