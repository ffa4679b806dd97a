"""What is the timer's state, and who may change it?

The one writer of `TimerState`. A gesture is on the disk before anything is painted, and never waits for the network. GUI
thread only.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.clock import Clock
from app.core import gestures, status
from app.core.notices import Notice, NoticeKind, SignInResult
from app.core.questions import Option
from app.core.screen import Account, Hindrance, Link, TimerState
from app.core.timer import IssueRef, Timer
from app.errors import AppError, FileTrouble, NothingRuns, SettingsUnwritable, SignInFirst, UnknownIssue
from app.paths import Profile
from app.settings import Loaded, save
from app.sync.desk import Desk
from app.sync.line import Line
from app.sync.opening import open_desk
from app.ui.showing import Standing, account_of, logged, shown, unread
from app.ui.sign_ins import SignInDone, SignIns

BEAT_MS: Final = 60_000


class Controller(QObject):
    """`line` leads to the sync thread. Gestures raise AppError, and then nothing has changed.

    `number` names the opening of the account's files at hand; `desk` is None while none can be used.
    """

    changed = Signal(object)  # TimerState
    told = Signal(object)  # Notice
    written_down = Signal()  # logs and items may be others now, also where the state is as before
    settings_changed = Signal(object)  # Settings

    def __init__(self, profile: Profile, loaded: Loaded, clock: Clock, line: Line) -> None:
        super().__init__()
        self.clock = clock
        self.settings = loaded.settings
        self._loaded = loaded
        self.state = TimerState()
        self._profile = profile
        self._line = line
        self.desk: Desk | None = None
        self._trouble: FileTrouble | None = None
        self._told_trouble: Notice | None = None
        self._account: Account | None = None
        self.number = 0
        self._standing = Standing()
        self._sign_ins = SignIns()
        self._beat = QTimer(self)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._on_beat)

    # ---- beginning and end ----------------------------------------------------------------------------------

    def open(self) -> None:
        """The files of the account that was signed in last, if any. What is wrong with them or the settings is told."""
        for error in unread(self._loaded, self._profile.settings_file):
            self.told.emit(Notice(NoticeKind.SETTINGS, {"error": error}))
        account = account_of(self.settings)
        if account is not None:
            self._open(account)

    def close(self) -> None:
        """Everything is on the disk already; the files are given back."""
        self.number += 1
        self._beat.stop()
        if self.desk is not None:
            self.desk.close()
            self.desk = None

    # ---- gestures -------------------------------------------------------------------------------------------

    def start(self, issue: IssueRef, ago_s: int = 0) -> None:
        desk = self.need_desk()
        if desk.timer is None or desk.timer.issue.id != issue.id:
            desk.leave_gap()
        gesture = gestures.start(desk.timer, issue, self.clock.reading(), desk.new_id, desk.rate, ago_s)
        self.record(desk, gesture)

    def start_key(self, key: str, ago_s: int = 0) -> IssueRef:
        """As `start`, by the issue's key. UnknownIssue."""
        issue = self.need_desk().cache.issue_by_key(key)
        if issue is None:
            raise UnknownIssue(key)
        self.start(issue, ago_s)
        return issue

    def pause(self) -> None:
        desk = self.need_desk()
        desk.leave_gap()
        self.record(desk, gestures.pause(desk.timer, self.clock.reading(), desk.new_id))

    def resume(self) -> None:
        desk = self.need_desk()
        self.record(desk, gestures.resume(desk.timer, self.clock.reading(), desk.new_id))

    def begin_stop(self) -> None:
        """Fixes the second at which stop was pressed, on the disk: whatever happens before the description comes."""
        desk = self.need_desk()
        if desk.timer is None:
            raise NothingRuns
        desk.note_stopping(self.clock.now())
        self._show()

    def cancel_stop(self) -> None:
        """The timer goes on as if stop had not been pressed."""
        if self.desk is not None and self.desk.stopping_at() is not None:
            self.desk.forget_stopping()
            self._show()

    def stop(self, description: str | None = None) -> None:
        """At the second at which stop was pressed, else now."""
        desk = self.need_desk()
        desk.leave_gap()
        before, reading, at = desk.timer, self.clock.reading(), desk.stopping_at()
        if before is None:
            raise NothingRuns
        at = reading.now if at is None or before.running_since is None else at
        self.record(desk, gestures.stop(before, reading, desk.new_id, description, at=at))
        self.told.emit(logged(before, at))

    def answer(self, option: Option, at: int | None = None) -> None:
        """Of the question at hand. `at`: epoch seconds at which the stretch ended, when it is another than was asked about."""
        self.need_desk().answer(option, at)
        self._line.recorded(self.number)
        self._show()

    def record(self, desk: Desk, gesture: gestures.Gesture) -> None:
        """On the disk, on its way to the server and on the screen. DiskFull, OutboxUnwritable."""
        desk.record(gesture)
        self._line.recorded(self.number)
        self._show()
        self.written_down.emit()

    # ---- what windows ask -----------------------------------------------------------------------------------

    def search(self, text: str, limit: int = 20) -> list[IssueRef]:
        """Issues for what was typed; the recent ones for nothing. Empty before anybody signed in."""
        return [] if self.desk is None else self.desk.cache.search(text, limit)

    def sync_now(self) -> None:
        self._line.reachable(self.number)
        self._line.recorded(self.number)

    def status(self) -> dict[str, Any]:
        """What `hourkeep status --json` prints."""
        return status.status(self.state, self.clock.now())

    def outbox(self) -> dict[str, Any]:
        """What `hourkeep outbox --json` prints."""
        if self.desk is None:
            return status.outbox((), (), lambda _issue_id: None)
        desk = self.desk
        return status.outbox(desk.outbox.waiting(), desk.needs(), desk.cache.issue)

    def change_settings(self, **changes: Any) -> None:
        """What cannot be saved holds until the app quits, and is said."""
        self.settings = replace(self.settings, **changes)
        try:
            save(self._profile.settings_file, self.settings)
        except SettingsUnwritable as error:
            self.told.emit(Notice(NoticeKind.SETTINGS, {"error": error}))
        self.settings_changed.emit(self.settings)

    # ---- signing in and out ---------------------------------------------------------------------------------

    def sign_in(self, server_url: str, email: str, password: str, done: SignInDone) -> None:
        """`done` is called later, in the GUI thread."""
        self._line.sign_in(self._sign_ins.begin(done), server_url, email, password)

    def sign_out(self) -> None:
        """What was recorded stays here, and goes on being recorded."""
        if self._account is not None:
            self.number += 1
            self._standing = replace(self._standing, link=Link.SIGNED_OUT)
            self._line.sign_out(self._account, self.number)
            self._show()

    def signed_in(self, number: int, result: SignInResult, token_path: str | None) -> None:
        """Try `number` has ended. `token_path`: where the token is kept when there is no keyring."""
        if result.account is not None:
            self._remember(result.account)
            self._open(result.account)
            if token_path is not None:
                self.told.emit(Notice(NoticeKind.NO_KEYRING, {"path": token_path}))
        self._sign_ins.end(number, result)

    def _remember(self, account: Account) -> None:
        self.change_settings(
            server_url=account.server_url,
            server_id=account.server_id,
            email=account.email,
            user_id=account.user_id,
            user_name=account.name,
        )

    # ---- the account's files --------------------------------------------------------------------------------

    def _open(self, account: Account) -> None:
        is_other = self._account is None or _files_of(self._account) != _files_of(account)
        self._account = account
        self.number += 1
        self._standing = replace(self._standing, link=Link.OFFLINE, hindrance=None)
        if is_other and self.desk is not None:
            self.desk.close()
            self.desk = None
        if self.desk is None:
            self._open_desk(account)
        if self.desk is not None:
            self._line.opened(account, self.number)
        self._show()

    def _open_desk(self, account: Account) -> None:
        self._trouble = None
        try:
            desk = open_desk(self._profile, account, self.clock, self._tell)
        except FileTrouble as trouble:
            self._trouble = trouble
            self._tell(Notice(NoticeKind.TROUBLE, {"error": trouble}))
            return
        self.desk = desk
        if desk.stopping_at() is not None:
            # The app ended while it asked for the description: the person had pressed stop.
            with suppress(FileTrouble):  # no room: the next start tries again, at the same second
                self.stop()

    def need_desk(self) -> Desk:
        """The open files; after trouble they are tried again, because the person tries again. AppError."""
        if self.desk is None and self._account is not None:
            self._open(self._account)
        if self.desk is not None:
            return self.desk
        trouble: AppError = SignInFirst() if self._trouble is None else self._trouble
        raise trouble

    # ---- what the sync thread tells ---------------------------------------------------------------------------

    def reported(self, link: Link, hindrance: Hindrance | None, *, contact: bool) -> None:
        """`contact`: the server answered just now."""
        was = self._standing
        self._standing = Standing(link, hindrance, self.clock.now() if contact else was.last_contact)
        self._show()
        if link is not Link.ONLINE:
            self._sign_ins.welcome()
        if link is Link.SIGNED_OUT and was.link is not Link.SIGNED_OUT:
            self.told.emit(Notice(NoticeKind.SIGN_IN_NEEDED, {"waiting": self.state.sync.waiting}))

    def at_rest(self) -> None:
        """All is sent, and all that the server had is here."""
        self._sign_ins.welcome()

    def written(self, *, worked: bool) -> None:
        """The desk has written something, or could not."""
        if worked:
            self._told_trouble = None
        self._show()
        self.written_down.emit()

    # ---- the state ------------------------------------------------------------------------------------------

    def _tell(self, notice: Notice) -> None:
        """The same trouble is said once, until something works again."""
        if notice.kind is NoticeKind.TROUBLE:
            if notice == self._told_trouble:
                return
            self._told_trouble = notice
        self.told.emit(notice)

    def _show(self) -> None:
        timer = None if self.desk is None else self.desk.timer
        if timer is None and self.state.timer is not None:
            self.clock.reanchor()
        self._mind_the_beat(timer)
        state = shown(self.desk, self._standing, self._account, self._trouble)
        if state != self.state:
            self.state = state
            self.changed.emit(state)

    def _mind_the_beat(self, timer: Timer | None) -> None:
        runs = timer is not None and timer.claim_id is not None
        if runs != self._beat.isActive():
            if runs:
                self._beat.start()
            else:
                self._beat.stop()

    @Slot()
    def _on_beat(self) -> None:
        if self.desk is not None:
            self.desk.beat()
            self._show()


def _files_of(account: Account) -> tuple[str, int]:
    return account.server_id, account.user_id
