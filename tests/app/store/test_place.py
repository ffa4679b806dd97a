"""Is a folder on another machine told from one on this?"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.store.place import is_networked, linux_says

LINE = "36 35 {device} / /home rw,noatime shared:1 - {name} {source} rw\n"


def mounts(folder: Path, name: str, source: str = "server:/home") -> Path:
    device = folder.stat().st_dev
    table = folder / "mountinfo"
    table.write_text(
        LINE.format(device="0:99999", name="nfs4", source="other:/")
        + LINE.format(device=f"{os.major(device)}:{os.minor(device)}", name=name, source=source)
    )
    return table


@pytest.mark.skipif(os.name != "posix", reason="another system numbers its disks otherwise")
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("nfs", True),
        ("nfs4", True),
        ("cifs", True),
        ("smb3", True),
        ("fuse.sshfs", True),
        ("ext4", False),
        ("btrfs", False),
        ("tmpfs", False),
        ("fuse.encfs", False),
        ("nfsd", False),
    ],
)
def test_the_kernel_says_what_a_folder_lies_on(tmp_path: Path, name: str, answer: bool) -> None:  # noqa: FBT001
    assert linux_says(tmp_path, mounts(tmp_path, name)) is answer


@pytest.mark.skipif(os.name != "posix", reason="as above")
def test_the_name_of_a_source_is_not_the_name_of_a_file_system(tmp_path: Path) -> None:
    assert not linux_says(tmp_path, mounts(tmp_path, "ext4", "nfs - nfs"))


def test_where_nothing_is_known_nothing_is_held_against_a_folder(tmp_path: Path) -> None:
    assert not linux_says(tmp_path / "missing")
    assert not linux_says(tmp_path, tmp_path / "missing")
    (tmp_path / "odd").write_text("a\n\n - nfs\nx - \n")
    assert not linux_says(tmp_path, tmp_path / "odd")


def test_this_machines_own_disk_is_on_this_machine(tmp_path: Path) -> None:
    assert not is_networked(tmp_path)
