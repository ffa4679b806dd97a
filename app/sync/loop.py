"""Who carries out what the engine asks for, and when?

One daemon thread: it sleeps until somebody posts something or the engine's time has come, talks to the network itself, and
hands over to the desk's thread what concerns the files. Each account that is opened has a number; what still comes for an earlier one is
dropped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, Protocol, assert_never

from app.core.notices import SignInResult
from app.core.screen import Account, Hindrance
from app.sync.backoff import Random
from app.sync.engine import Engine
from app.sync.events import (
    Due,
    Effect,
    Event,
    Failure,
    FetchIssues,
    FetchProjects,
    FindToken,
    ForDesk,
    ForNetwork,
    Probe,
    Send,
    Unanswered,
)
from app.sync.sign_in import SignInAsked, SignInEnded

log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Open:
    """This account's files are open from now on; `number` is new each time."""

    account: Account
    number: int


@dataclass(frozen=True, slots=True)
class Happened:
    """For the account with this number."""

    event: Event
    number: int


@dataclass(frozen=True, slots=True)
class SignOut:
    """Forget the token here and at the server. The account stays open: its time goes on being recorded."""

    account: Account
    number: int


@dataclass(frozen=True, slots=True)
class Stop:
    """No more of anything."""


Command = Open | Happened | SignInAsked | SignOut | Stop


@dataclass(frozen=True, slots=True)
class ForFiles:
    """To be done by the desk of the account with this number."""

    effect: ForDesk
    number: int


Parcel = ForFiles | SignInEnded


class Network(Protocol):
    """Calls that wait; used in the sync thread alone."""

    def do(self, effect: ForNetwork) -> Event: ...

    def sign_in(self, asked: SignInAsked) -> SignInEnded: ...

    def sign_out(self, account: Account) -> None: ...


class Loop:
    """`hand_over` is called in the sync thread. `make_network` too: what it imports must not slow the start."""

    def __init__(
        self,
        make_network: Callable[[], Network],
        hand_over: Callable[[Parcel], None],
        monotonic: Callable[[], float],
        random: Random,
    ) -> None:
        self._make_network = make_network
        self._hand_over = hand_over
        self._monotonic = monotonic
        self._random = random
        self._commands: SimpleQueue[Command] = SimpleQueue()
        self._engine: Engine | None = None
        self._number = 0
        self._thread = Thread(target=self._run, name="sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def post(self, command: Command) -> None:
        """From any thread; never waits."""
        self._commands.put(command)

    def stop(self, within_s: float) -> None:
        """Waits so long at most: a call that hangs ends with the process."""
        self._commands.put(Stop())
        if self._thread.is_alive():
            self._thread.join(within_s)

    def _run(self) -> None:
        network = self._make_network()
        while (command := self._next()) != Stop():
            try:
                self._obey(command, network)
            except Exception:
                # A bug in one call must not end syncing for the rest of the day.
                log.exception("sync_failed")
                self._excuse(command)

    def _excuse(self, command: Command) -> None:
        """Whoever waits for the answer gets one."""
        if isinstance(command, SignInAsked):
            failed = SignInResult(code="server", error="Signing in failed. The log file says why.")
            self._hand_over(SignInEnded(command.number, failed))
        elif self._engine is not None:
            self.post(Happened(Unanswered(Failure(Hindrance.SERVER)), self._number))

    def _next(self) -> Command:
        due = None if self._engine is None else self._engine.due
        try:
            return self._commands.get(timeout=None if due is None else max(0.0, due - self._monotonic()))
        except Empty:
            return Happened(Due(), self._number)

    def _obey(self, command: Command, network: Network) -> None:
        match command:
            case Open(account, number):
                self._number = number
                self._engine = Engine(account, self._random)
                self._carry_out(self._engine.begin(), network)
            case Happened(event, number):
                if number == self._number and self._engine is not None:
                    self._carry_out(self._engine.handle(event, self._monotonic()), network)
            case SignInAsked():
                self._hand_over(network.sign_in(command))
            case SignOut(account, number):
                network.sign_out(account)
                self._obey(Open(account, number), network)
            case Stop():
                pass
            case _:
                assert_never(command)

    def _carry_out(self, effects: list[Effect], network: Network) -> None:
        for effect in effects:
            match effect:
                case FindToken() | Send() | Probe() | FetchProjects() | FetchIssues():
                    self.post(Happened(network.do(effect), self._number))
                case _:
                    self._hand_over(ForFiles(effect, self._number))
