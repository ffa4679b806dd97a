"""What becomes of what the sync thread hands over?"""

from __future__ import annotations

import logging
from typing import Final

from PySide6.QtCore import QObject, Slot

from app.sync.clerk import do
from app.sync.events import NotDone, Report, Rest, Taken
from app.sync.line import Line
from app.sync.loop import ForFiles, Parcel
from app.sync.sign_in import SignInEnded
from app.ui.controller import Controller

log: Final = logging.getLogger(__name__)


class Postman(QObject):
    """GUI thread."""

    def __init__(self, controller: Controller, line: Line) -> None:
        super().__init__()
        self._controller = controller
        self._line = line

    @Slot(object)
    def receive(self, parcel: Parcel) -> None:
        controller = self._controller
        match parcel:
            case SignInEnded(number, result, token_path):
                controller.signed_in(number, result, token_path)
            case ForFiles(_, number) if number != controller.number:
                return  # for an account that was closed meanwhile
            case ForFiles(Report(link, hindrance, contact)):
                controller.reported(link, hindrance, contact=contact)
            case ForFiles(Rest()):
                controller.at_rest()
            case ForFiles():
                self._do(parcel)

    def _do(self, parcel: ForFiles) -> None:
        desk = self._controller.desk
        if desk is None:
            return
        try:
            event = do(desk, parcel.effect)
        except Exception:
            # A bug in one step must not end syncing for the rest of the day; nothing was written.
            log.exception("desk_failed")
            event = NotDone()
        if event is not None:
            self._line.done(event, parcel.number)
        if not isinstance(event, Taken):
            self._controller.written(worked=not isinstance(event, NotDone))
