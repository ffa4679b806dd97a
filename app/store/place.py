"""Does a folder lie on another machine, where locks and syncs of the disk promise nothing?"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Final

if sys.platform != "linux":
    import ctypes

NETWORKED: Final = re.compile(
    r"afs|beegfs|ceph|cifs|coda|davfs|glusterfs|gpfs|lustre|ncpfs|nfs4?|smb[23]|smbfs"
    r"|fuse\.(ceph|curlftpfs|davfs2?|glusterfs|rclone|s3fs|sshfs)"
)
"""Names of file systems as Linux tells them."""

MOUNTS: Final = Path("/proc/self/mountinfo")


def linux_says(folder: Path, mounts: Path = MOUNTS) -> bool:
    """By the kernel's table of what is mounted; where there is none, nothing is known against the folder."""
    try:
        device = folder.stat().st_dev
        table = mounts.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    name = f"{os.major(device)}:{os.minor(device)}"
    return any(NETWORKED.fullmatch(_file_system(line, name)) for line in table.splitlines())


def _file_system(line: str, device: str) -> str:
    """`36 35 98:0 /root /mnt rw - ext3 /dev/root rw`: the name behind the dash; empty for the line of another device."""
    before, _, after = line.partition(" - ")
    fields = before.split(" ")
    return after.split(" ")[0] if len(fields) > 2 and fields[2] == device else ""  # noqa: PLR2004  # the third


if sys.platform == "win32":
    DRIVE_REMOTE: Final = 4

    def is_networked(folder: Path) -> bool:
        """A share by its name, or a drive that stands for one."""
        root = folder.resolve().anchor
        return root.startswith("\\\\") or ctypes.WinDLL("kernel32").GetDriveTypeW(root) == DRIVE_REMOTE

elif sys.platform == "darwin":
    FLAGS_AT: Final = 64  # of `struct statfs` with 64-bit inodes
    MNT_LOCAL: Final = 0x1000

    def is_networked(folder: Path) -> bool:
        """What is not stored locally says so in its flags."""
        library = ctypes.CDLL(None)
        # On Intel the name without the suffix is the old structure.
        ask = getattr(library, "statfs$INODE64", None) or library.statfs
        found = ctypes.create_string_buffer(4096)
        if ask(os.fsencode(folder), found) != 0:
            return False
        return not int.from_bytes(found.raw[FLAGS_AT : FLAGS_AT + 4], sys.byteorder) & MNT_LOCAL

else:
    is_networked = linux_says
