"""Who sits at the app in these tests, and what does the server know of it?

The real controller over real files, signed in as Anna, with a clock that the test moves. Nothing is sent: what the
controller posts to the sync thread is kept in `posted`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from app.core.notices import Notice, SignInResult
from app.core.screen import Account
from app.core.snapshot import Snapshot
from app.core.timer import IssueRef
from app.paths import Profile
from app.settings import Loaded, Settings
from app.store.records import ChainHead
from app.sync.events import Answer, Code, KeepIssues, KeepProjects, Rest, Settle
from app.sync.line import Line
from app.sync.loop import Command, ForFiles, Open
from app.sync.sign_in import SignInAsked, SignInEnded
from app.ui.controller import Controller
from app.ui.postman import Postman
from tests.fakes.catalog import Issue, Project
from tests.fakes.clock import FakeClock
from tests.fakes.desk import RATE

ANNA: Final = Account("https://hours.example.com", "demo", 3, "anna@demo.test", "Anna")
SIGNED_IN: Final = Settings(ANNA.server_url, ANNA.server_id, ANNA.email, ANNA.user_id, ANNA.name)


PROJECTS: Final = (Project(1, "BP", "Business portal"), Project(2, "WEB", "Website"))
ISSUES: Final = (
    Issue(123, "BP-123", "Fix the login redirect", 1),
    Issue(124, "BP-124", "Let people choose their language before they have signed in for the first time", 1),
    Issue(130, "BP-130", "Faster export of invoices", 1),
    Issue(7, "WEB-7", "Tidy the menu", 2),
)


@dataclass
class Office:
    """`settings` of nobody: pass `Settings()`."""

    folder: Path
    settings: Settings = SIGNED_IN
    clock: FakeClock = field(default_factory=FakeClock)
    posted: list[Command] = field(default_factory=list)
    told: list[Notice] = field(default_factory=list)
    controller: Controller = field(init=False)
    _postman: Postman = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        line = Line()
        line.attach(self.posted.append)
        self.controller = Controller(Profile(self.folder), Loaded(self.settings), self.clock, line)
        self._postman = Postman(self.controller, line)
        self.controller.told.connect(self.told.append)
        self.controller.open()

    def syncs(self, issues: tuple[Issue, ...] = ISSUES) -> None:
        """The projects, the issues and Anna's rate come from the server, before she has done anything."""
        number = self._number()
        self._postman.receive(ForFiles(KeepProjects(PROJECTS, "epoch"), number))
        self._postman.receive(ForFiles(KeepIssues(issues), number))
        snapshot = Snapshot(None, RATE, 0, self.clock.now(), {}, (), ())
        head = ChainHead(0, "")
        answer = Answer(Code.OK, head, (), snapshot, "epoch", 60.0, 500)
        self._postman.receive(ForFiles(Settle(answer), number))

    def asked_to_sign_in(self) -> list[SignInAsked]:
        return [each for each in self.posted if isinstance(each, SignInAsked)]

    def sign_in_ends(self, result: SignInResult, token_path: str | None = None) -> None:
        """The answer to the last try; who is signed in has the issues next."""
        self._postman.receive(SignInEnded(self.asked_to_sign_in()[-1].number, result, token_path))
        if result.account is not None:
            self._postman.receive(ForFiles(Rest(), self._number()))

    def _number(self) -> int:
        """Of the files that are open."""
        return [each.number for each in self.posted if isinstance(each, Open)][-1]

    def issue(self, key: str) -> IssueRef:
        (issue,) = [each for each in self.controller.search(key) if each.key == key]
        return issue

    def close(self) -> None:
        self.controller.close()
