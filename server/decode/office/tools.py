"""The programs that Office documents need, found on this machine, and how each rendering is shut in.

With bubblewrap a rendering sees the system's own programs and fonts read-only, one directory in memory that goes with
it, and nothing else: no other files, no network, no other processes. Where the kernel or the container forbids that,
limits on memory, time and file sizes, and LibreOffice's own settings, are all there is.
"""

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from server.decode.office.fonts import FontCoverage, installed_coverage
from server.errors import OfficeUnavailable

PROGRAMS = ("soffice", "libreoffice")
WORKPLACE = "/work"
"""The directory that a shut-in rendering works in."""
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
"""All that the programs see of ours."""
NO_OFFICE = "This server does not read Office documents: "


@dataclass(frozen=True, slots=True)
class OfficeTools:
    """What was found.

    Attributes:
        soffice: LibreOffice's program.
        shell: a POSIX shell.
        bwrap: bubblewrap's program, or None where it is not there or not allowed to work.
        fonts: what can be shown.
    """

    soffice: str
    shell: str
    bwrap: str | None
    fonts: FontCoverage


async def find_tools(isolation: Literal["auto", "required"]) -> OfficeTools:
    """Look for the programs.

    Raises:
        OfficeUnavailable: one that is needed is missing; says which.
    """
    soffice = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if soffice is None:
        packages = "libreoffice-writer, libreoffice-calc and libreoffice-impress"
        raise OfficeUnavailable(f"{NO_OFFICE}LibreOffice is not installed (packages {packages}).")
    lister, shell = shutil.which("fc-list"), shutil.which("sh")
    if lister is None or shell is None:
        raise OfficeUnavailable(f"{NO_OFFICE}fontconfig's fc-list or a shell is not installed (package fontconfig).")
    bwrap = await _working_bwrap()
    if bwrap is None and isolation == "required":
        raise OfficeUnavailable(
            f"{NO_OFFICE}decode.office.isolation is 'required', and bubblewrap is not installed (package bubblewrap) "
            "or must not make namespaces here."
        )
    return OfficeTools(_target(soffice), shell, bwrap, await installed_coverage(lister, ENVIRONMENT))


def shut_in(bwrap: str, workplace_bytes: int, command: Sequence[str], files: Mapping[str, int]) -> list[str]:
    """Give the command line that runs a command shut in.

    Args:
        bwrap: bubblewrap's program.
        workplace_bytes: memory that the files in `WORKPLACE` may take up; those in /tmp may take up as much.
        command: what to run.
        files: paths of files to put there, and descriptors with their contents.
    """
    readable = (argument for path in READABLE for argument in ("--ro-bind-try", path, path))
    given = (argument for path, descriptor in files.items() for argument in ("--file", str(descriptor), path))
    return [
        bwrap,
        *("--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
        *readable,
        *("--proc", "/proc", "--dev", "/dev"),
        *("--size", str(workplace_bytes), "--tmpfs", "/tmp"),  # noqa: S108 - inside
        *("--size", str(workplace_bytes), "--tmpfs", WORKPLACE),
        *given,
        "--",
        *command,
    ]


def _target(program: str) -> str:
    """What a link leads to: the link itself, in somebody's own folder perhaps, is not there where the program runs."""
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
    return bwrap if await child.wait() == 0 else None
