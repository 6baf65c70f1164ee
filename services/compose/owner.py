"""Who a container's process is: what it writes to a mounted folder of the host must belong to the folder's owner."""

from __future__ import annotations

import os
import pwd
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

DEMO = 10001  # the image's own user and group
NAMES = Path("/tmp/.passwd")
UID_MAP = Path("/proc/self/uid_map")


def become_owner(folders: Sequence[Path], handed: Sequence[Path] = ()) -> None:
    """Turns root into the owner of mounted folders, once and for all; without any, or not root, one stays who one is.

    Where they belong to root, they are given to the image's own user first, with what in them belongs to root. The
    `handed` folders, on volumes, are made, and given to the owner with all that is in them.
    """
    for folder in handed:
        folder.mkdir(exist_ok=True)
    if os.getuid() != 0 or not folders:
        return
    if root_is_somebody(UID_MAP.read_text()):
        return
    owner, group = owner_of(folders)
    for path in _below(filter(_writable, folders)):
        if path.lstat().st_uid == 0:
            os.chown(path, owner, group, follow_symlinks=False)
    for path in _below(handed):
        if path.lstat().st_uid != owner:
            os.chown(path, owner, group, follow_symlinks=False)
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(owner, owner, owner)


def root_is_somebody(uid_map: str) -> bool:
    """Whether root in here is an ordinary user of the host, as under a rootless engine: then nothing is to be done."""
    return uid_map.split()[:2] != ["0", "0"]


def owner_of(folders: Sequence[Path]) -> tuple[int, int]:
    """Of the first folder that is not root's; else the image's own user."""
    for folder in folders:
        found = folder.stat()
        if found.st_uid != 0:
            return found.st_uid, found.st_gid
    return DEMO, DEMO


def have_a_name() -> None:
    """Hadoop asks the system for its user's name and fails without one; a user of the host has none in here."""
    try:
        pwd.getpwuid(os.getuid())
    except KeyError:
        NAMES.write_text(f"demo:x:{os.getuid()}:{os.getgid()}::/tmp:/usr/sbin/nologin\n")
        os.environ.update(LD_PRELOAD="libnss_wrapper.so", NSS_WRAPPER_PASSWD=str(NAMES), NSS_WRAPPER_GROUP="/etc/group")


def _writable(folder: Path) -> bool:
    """Whether it is mounted to be written to."""
    return not os.statvfs(folder).f_flag & os.ST_RDONLY


def _below(folders: Iterable[Path]) -> Iterator[Path]:
    """The folders and everything in them, as far as it may be seen; links are not followed."""
    for folder in folders:
        yield folder
        for root, names, files in os.walk(folder):
            yield from (Path(root, name) for name in (*names, *files))
