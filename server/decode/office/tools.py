"""Finds the programs that Office documents need, and makes the sandbox of each rendering.

With bubblewrap, a rendering sees the system's programs and fonts read-only, and one directory in memory that ends with
it. It sees no other files, no network and no other processes. If the kernel or the container forbids bubblewrap, there
are only limits on memory, time and file sizes, and LibreOffice's own settings.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from server.decode.office.fonts import FontCoverage, installed_coverage
from server.decode.office.kills import Killed, again_if_killed, check_status
from server.errors import OfficeUnavailable

PROGRAMS = ("soffice", "libreoffice")
WORKPLACE = "/work"
"""The working directory inside the sandbox."""
READABLE = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt"),
    *("/etc/fonts", "/etc/libreoffice", "/etc/alternatives", "/etc/ld.so.cache"),
    *("/var/cache/fontconfig", "/var/lib/libreoffice"),
)
ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "SAL_USE_VCLPLUGIN": "svp",
}
"""The whole environment of these programs."""
NO_OFFICE = "This server does not read Office documents: "


@dataclass(frozen=True, slots=True)
class OfficeTools:
    """The programs and fonts that were found.

    Attributes:
        soffice: LibreOffice's program.
        shell: a POSIX shell.
        bwrap: bubblewrap's program; None if it is missing or must not work here.
        fonts: the characters that can be shown.
    """

    soffice: str
    shell: str
    bwrap: str | None
    fonts: FontCoverage


async def find_tools(isolation: Literal["auto", "required"]) -> OfficeTools:
    """Find the programs.

    Raises:
        OfficeUnavailable: a necessary program is missing. The message names it.
    """
    soffice = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if soffice is None:
        packages = "libreoffice-writer, libreoffice-calc and libreoffice-impress"
        raise OfficeUnavailable(f"{NO_OFFICE}LibreOffice is not installed (packages {packages}).")
    lister, shell = shutil.which("fc-list"), shutil.which("sh")
    if lister is None or shell is None:
        raise OfficeUnavailable(f"{NO_OFFICE}fontconfig's fc-list or a shell is not installed (package fontconfig).")
    try:
        bwrap = await again_if_killed(_working_bwrap)
        fonts = await again_if_killed(partial(installed_coverage, lister, ENVIRONMENT))
    except Killed as error:
        raise OfficeUnavailable(f"{NO_OFFICE}bubblewrap or fc-list was killed. Try again later.") from error
    if bwrap is None and isolation == "required":
        raise OfficeUnavailable(
            f"{NO_OFFICE}decode.office.isolation is 'required', and bubblewrap is not installed (package bubblewrap) "
            "or must not make namespaces here."
        )
    return OfficeTools(_target(soffice), shell, bwrap, fonts)


def shut_in(bwrap: str, workplace_bytes: int, command: Sequence[str], files: Mapping[str, int]) -> list[str]:
    """The command line that runs a command in the sandbox.

    Args:
        bwrap: bubblewrap's program.
        workplace_bytes: memory for the files in `WORKPLACE`. The files in /tmp may take as much again.
        command: the command to run.
        files: paths of files inside the sandbox, and descriptors with their contents.
    """
    readable = (argument for path in READABLE for argument in ("--ro-bind-try", path, path))
    contents = (argument for path, descriptor in files.items() for argument in ("--file", str(descriptor), path))
    return [
        bwrap,
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *readable,
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(workplace_bytes), "--tmpfs", "/tmp"),  # noqa: S108 - inside
        *("--size", str(workplace_bytes), "--tmpfs", WORKPLACE),
        *contents,
        "--",
        *command,
    ]


def _target(program: str) -> str:
    """The target of a link. The link itself may lie in a folder that is not inside the sandbox."""
    return str(Path(program).resolve())


async def _working_bwrap() -> str | None:
    bwrap, probe = shutil.which("bwrap"), shutil.which("true")
    if bwrap is None or probe is None:
        return None
    child = await asyncio.create_subprocess_exec(
        *shut_in(bwrap, 1024**2, [probe], {}),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=ENVIRONMENT,
    )
    status = await child.wait()
    check_status(status)
    return bwrap if status == 0 else None
