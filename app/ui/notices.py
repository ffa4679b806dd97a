"""How is a person told what they did not ask for?

By a notification of the desktop's, or in the floating timer's line where there is no tray.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QObject

from app.core.notices import Notice, NoticeKind
from app.core.written import duration
from app.errors import AppError, FileTrouble, OutboxSalvaged, OutboxSalvagedInPart
from app.ui.controller import Controller
from app.ui.floating_words import Line, Tone
from app.ui.format import money
from app.ui.text import Text
from app.ui.tray import Tray
from app.ui.windows import Windows

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    title: str
    words: str = ""
    is_bad: bool = False


class Notices(QObject):
    """GUI thread."""

    def __init__(self, controller: Controller, tray: Tray, windows: Windows) -> None:
        super().__init__()
        self._tray = tray
        self._windows = windows
        self._text = windows.text
        controller.told.connect(self.tell)
        windows.failed.connect(self.tell_error)

    def tell(self, notice: Notice) -> None:
        self._show(said(notice, self._text))

    def tell_error(self, error: AppError) -> None:
        words = self._text.error(error)
        if isinstance(error, FileTrouble):
            self._show(Said(self._text.t("notice.trouble"), words, is_bad=True))
        else:
            self._show(Said(words))

    def _show(self, said: Said) -> None:
        if self._tray.available:
            self._tray.tell(said.title, said.words, is_bad=said.is_bad)
        else:
            line = f"{said.title}: {said.words}" if said.words else said.title
            self._windows.floating().tell(Line(line, Tone.ERROR if said.is_bad else Tone.CALM))


def said(notice: Notice, text: Text) -> Said:
    return SAYERS[notice.kind](notice.values, text)


def _logged(values: Values, text: Text) -> Said:
    shown = duration(values["seconds"])
    cost: Decimal | None = values["cost"]
    if cost is None:
        return Said(text.t("notice.logged_no_cost", duration=shown, key=values["issue_key"]))
    paid = money(cost, values["currency"], text)
    return Said(text.t("notice.logged", duration=shown, money=paid), values["issue_key"])


def _held(values: Values, text: Text) -> Said:
    key = values["issue_key"]
    title = text.t("notice.held_issue", key=key) if key else text.t("notice.held")
    return Said(title, text.hold(values["code"], values["text"]))


def _rejected(values: Values, text: Text) -> Said:
    return Said(text.t("notice.rejected"), text.hold(values["code"], values["text"]), is_bad=True)


def _sign_in_needed(values: Values, text: Text) -> Said:
    n = values["waiting"]
    words = text.plural("notice.sign_in_needed_text", n) if n else text.t("notice.sign_in_needed_none")
    return Said(text.t("notice.sign_in_needed"), words)


def _no_keyring(values: Values, text: Text) -> Said:
    return Said(text.t("notice.no_keyring"), text.t("notice.no_keyring_text", path=values["path"]))


def _started_elsewhere(values: Values, text: Text) -> Said:
    return Said(text.t("notice.started_elsewhere", key=values["issue_key"]))


def _stopped_elsewhere(values: Values, text: Text) -> Said:
    return Said(text.t("notice.stopped_elsewhere", key=values["issue_key"]))


def _lowered(values: Values, text: Text) -> Said:
    title = text.t("notice.lowered", duration=duration(values["seconds"]))
    return Said(title, text.t(f"notice.lowered_{values['reason']}"))


def _refused(_values: Values, text: Text) -> Said:
    return Said(text.t("notice.refused"), text.t("notice.refused_text"), is_bad=True)


def _no_tls(values: Values, text: Text) -> Said:
    return Said(text.t("notice.no_tls"), values["text"], is_bad=True)


def _upgrade(_values: Values, text: Text) -> Said:
    return Said(text.t("notice.upgrade"), text.t("notice.upgrade_text"), is_bad=True)


def _wrong_server(_values: Values, text: Text) -> Said:
    return Said(text.t("notice.wrong_server"), text.t("notice.wrong_server_text"), is_bad=True)


def _sent_again(_values: Values, text: Text) -> Said:
    return Said(text.t("notice.sent_again"), text.t("notice.sent_again_text"))


def _trouble(values: Values, text: Text) -> Said:
    error = values["error"]
    words = text.error(error)
    match error:
        case OutboxSalvaged():
            return Said(text.t("notice.restored"), words)
        case OutboxSalvagedInPart():
            return Said(text.t("notice.restored_in_part"), words, is_bad=True)
        case _:
            return Said(text.t("notice.trouble"), words, is_bad=True)


def _settings(values: Values, text: Text) -> Said:
    return Said(text.t("notice.settings"), text.error(values["error"]))


SAYERS: Final[Mapping[NoticeKind, Callable[[Values, Text], Said]]] = {
    NoticeKind.LOGGED: _logged,
    NoticeKind.HELD: _held,
    NoticeKind.REJECTED: _rejected,
    NoticeKind.SIGN_IN_NEEDED: _sign_in_needed,
    NoticeKind.NO_KEYRING: _no_keyring,
    NoticeKind.STARTED_ELSEWHERE: _started_elsewhere,
    NoticeKind.STOPPED_ELSEWHERE: _stopped_elsewhere,
    NoticeKind.LOWERED: _lowered,
    NoticeKind.REFUSED: _refused,
    NoticeKind.NO_TLS: _no_tls,
    NoticeKind.UPGRADE: _upgrade,
    NoticeKind.WRONG_SERVER: _wrong_server,
    NoticeKind.SENT_AGAIN: _sent_again,
    NoticeKind.TROUBLE: _trouble,
    NoticeKind.SETTINGS: _settings,
}
