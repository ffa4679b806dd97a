"""Is this outbox file the one that was here before, or a copy, or older than it was?

Early and only advice: the server tells by the chain for certain. Known sooner, nothing is numbered twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rekey(StrEnum):
    """Why the device needs a new name before it sends anything."""

    COPIED = "copied"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Identity:
    """`last_seq`: the number of the last action that this device has recorded. `machine`: where the file was used."""

    device_id: str
    last_seq: int
    machine: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest number that the keyring saw; it does not go back with the file."""

    device_id: str
    last_seq: int


def must_rekey(file: Identity, mark: Mark | None, machine: str | None = None) -> Rekey | None:
    """None: this is the file that was here, as far as can be told. `machine`: this one; None when that is not known."""
    if machine is not None and file.machine not in {None, machine}:
        return Rekey.COPIED
    # A mark of another device may be from before the last new name: nothing follows from it.
    if mark is not None and mark.device_id == file.device_id and mark.last_seq > file.last_seq:
        return Rekey.RESTORED
    return None
