"""Which machine is this, so that an outbox that was copied to another one is told?

The operating system's own id of the installation, hashed with our name: other programs' hashes of it tell nothing about
ours. Clones of a virtual machine share it; the server's chain tells those.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

if sys.platform == "darwin":
    import ctypes
if sys.platform == "win32":
    import winreg

MACHINE_ID: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def fingerprint() -> str | None:
    """64 hexadecimal digits; None where the machine has no name that stays."""
    name = _machine_name()
    return None if name is None else hashed(name)


def hashed(name: str) -> str:
    return hashlib.sha256(f"hourkeep\n{name}".encode()).hexdigest()


def first_name(files: Sequence[Path] = MACHINE_ID) -> str | None:
    """The first of these files that says something. `uninitialized` stands there before the first boot has ended."""
    for file in files:
        try:
            name = file.read_text(encoding="ascii", errors="replace").strip()
        except OSError:
            continue
        if name and name != "uninitialized":
            return name
    return None


if sys.platform == "win32":

    def _machine_name() -> str | None:
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        except OSError:
            return None

elif sys.platform == "darwin":

    def _machine_name() -> str | None:
        """The hardware's UUID; the two numbers are how long to wait for it, in seconds and nanoseconds."""
        found = ctypes.create_string_buffer(16)
        failed = ctypes.CDLL(None).gethostuuid(found, (ctypes.c_long * 2)(1, 0))
        return None if failed else found.raw.hex()

else:
    _machine_name = first_name
