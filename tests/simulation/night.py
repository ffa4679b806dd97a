"""How do all cores of a machine live many seeds?"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from tests.simulation.life import Outcome, live, scratch, workplace
from tests.simulation.office import Office

BLOCK: Final = 25

_here: list[tuple[Office, Path]] = []
_open: list[AbstractContextManager[tuple[Office, Path]]] = []
"""One of each in every process: a server takes longer to begin than some lives."""


def blocks(first: int, count: int) -> Iterator[list[Outcome]]:
    """In order, so that it is known how far it came."""
    starts = range(first, first + count, BLOCK)
    spans = [(start, min(start + BLOCK, first + count)) for start in starts]
    spawn = multiprocessing.get_context("spawn")
    with scratch() as folder, spawn.Pool(initializer=_move_in, initargs=(folder,)) as pool:
        yield from pool.imap(_live_all, spans)


def _move_in(folder: Path) -> None:
    """Ctrl-C is for the first process, which then ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _open.append(workplace(folder))
    _here.append(_open[0].__enter__())


def _live_all(span: tuple[int, int]) -> list[Outcome]:
    office, folder = _here[0]
    return [live(seed, office, folder) for seed in range(*span)]
