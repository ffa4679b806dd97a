"""How does a test start PostgreSQL for itself, and a replica that follows it?

As the user postgres where it runs as root, which PostgreSQL refuses. The servers are reached through files.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

PORT: Final = 5432  # a part of the file's name
USER: Final = "hourkeep"


def programs() -> Path | None:
    """Where PostgreSQL's programs are; None: nowhere."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_basebackup"))
    here = shutil.which("pg_basebackup")
    return found[-1].parent if found else Path(here).parent if here else None


class Cluster:
    """A server in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self.folder = folder
        self.data = folder / "data"

    @classmethod
    def new(cls, programs: Path) -> Cluster:
        made = cls(programs, _folder())
        made.do(
            "initdb",
            "-D",
            made.data,
            "-U",
            USER,
            "--auth=trust",
            "--no-sync",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        return made

    def follower(self) -> Cluster:
        """A replica of this one as it is now; not started yet."""
        made = Cluster(self._programs, _folder())
        made.do(
            "pg_basebackup",
            "-h",
            self.folder,
            "-U",
            USER,
            "-D",
            made.data,
            "-R",
            "-X",
            "stream",
            "-c",
            "fast",
        )
        return made

    @property
    def url(self) -> str:
        return f"postgresql://{USER}@/postgres?host={self.folder}"

    def start(self) -> None:
        """Returns when it takes connections."""
        options = (
            f"-c listen_addresses='' -c unix_socket_directories='{self.folder}' -c fsync=off -c port={PORT}"
        )
        self.do("pg_ctl", "-D", self.data, "-o", options, "-l", self.folder / "log", "-w", "start")

    def stop(self) -> None:
        self.do("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def do(self, program: str, *arguments: str | Path) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        user = "postgres" if os.geteuid() == 0 else None
        done = subprocess.run(
            command, user=user, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, (command, done.stderr)


def _folder() -> Path:
    """Short, because the address of a socket is."""
    folder = Path(tempfile.mkdtemp(prefix="hk-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    return folder
