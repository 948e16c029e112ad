"""Makes PDF from Office documents with LibreOffice. Each document has a child process of its own.

With bubblewrap, a document never touches a disk. The document, LibreOffice's profile and the result are in memory that
ends with the process. Without bubblewrap, they are in a directory that only this user may enter, in memory if the
system has /dev/shm. They are deleted afterwards.
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from server.config.settings import OfficeSettings
from server.decode.office.kills import Killed, again_if_killed, check_status
from server.decode.office.private_directory import private_directory
from server.decode.office.profile import profile_settings
from server.decode.office.tools import ENVIRONMENT, NO_OFFICE, WORKPLACE, OfficeTools, find_tools, shut_in
from server.decode.workers.process import child_environment
from server.decode.workers.shared_file import SharedFile, SharedResult
from server.errors import InvalidInputFile, OfficeUnavailable, RequestTimeout

logger = logging.getLogger(__name__)

MEGABYTE = 1024 * 1024
PROFILE_FILE = "profile/user/registrymodifications.xcu"
ASIDE_BYTES = 256 * MEGABYTE
"""Room for LibreOffice's profile and the files that it unpacks. Only written bytes take memory."""
PDF_END, PDF_END_WITHIN = b"%%EOF", 32
CPU_FACTOR = 4
"""Processor seconds for each second of the timeout, because LibreOffice may use several cores. Normally the timeout
ends a rendering. This limit ends one that outlives the server."""

SCRIPT = """
mkdir -p "$1/home" "$1/out" && export HOME="$1/home" TMPDIR="$1/home"
"$2" "-env:UserInstallation=file://$1/profile" --headless --norestore --nologo --nodefault --nolockcheck \
  --convert-to pdf --outdir "$1/out" "$1/document.$3" >/dev/null 2>&1 </dev/null || exit
exec cat "$1/out/document.pdf"
"""
TOO_SLOW = "The document takes longer to render than the server allows."


class OfficeConverter:
    """Renders Office documents, a limited number at the same time."""

    def __init__(self, settings: OfficeSettings) -> None:
        self._settings = settings
        self._permits = asyncio.Semaphore(settings.processes)
        self._tools: OfficeTools | None = None

    async def to_pdf(self, data: bytes, kind: str) -> bytes:
        """Render a document.

        Args:
            data: not encrypted, and checked by a worker.
            kind: its file extension.

        Raises:
            OfficeUnavailable: LibreOffice is not installed, or cannot run as safely as it is configured.
            InvalidInputFile: LibreOffice cannot render it with its memory.
            RequestTimeout: it takes too long.
        """
        tools = await self._find_tools()
        async with self._permits:
            try:
                async with asyncio.timeout(self._settings.timeout_seconds):
                    return await again_if_killed(partial(self._render, tools, data, kind))
            except TimeoutError as error:
                raise RequestTimeout(TOO_SLOW) from error
            except Killed as error:
                raise InvalidInputFile from error

    async def check_fonts(self, characters: str) -> None:
        """Refuse a document with characters that no font has. Its pages would show empty boxes for them.

        Raises:
            OfficeUnavailable: a font is missing. The message names the scripts.
        """
        scripts = (await self._find_tools()).fonts.missing_scripts(characters)
        if scripts:
            raise OfficeUnavailable(
                f"This server has no font for text of this document ({', '.join(scripts)}). Its operator can install "
                "one: package fonts-noto-cjk for Chinese, Japanese and Korean, fonts-noto-core for most other scripts."
            )

    async def _find_tools(self) -> OfficeTools:
        """Find the tools once. After a failure they are searched again, so a later installation needs no restart."""
        if not self._settings.enabled:
            raise OfficeUnavailable(f"{NO_OFFICE}decode.office.enabled is false.")
        if self._tools is None:
            self._tools = await find_tools(self._settings.isolation)
            if self._tools.bwrap is None:
                logger.warning(
                    "bubblewrap is not installed or must not make namespaces: LibreOffice runs with limits, but can "
                    "read whatever files this user can read, and without libseccomp2 reach the network."
                )
        return self._tools

    async def _render(self, tools: OfficeTools, data: bytes, kind: str) -> bytes:
        if tools.bwrap is not None:
            return await self._shut_in(tools, tools.bwrap, data, kind)
        return await self._in_directory(tools, data, kind)

    async def _shut_in(self, tools: OfficeTools, bwrap: str, data: bytes, kind: str) -> bytes:
        document, profile = SharedFile(data), SharedFile(profile_settings())
        try:
            for file in (document, profile):
                os.lseek(file.descriptor, 0, os.SEEK_SET)
            files = {
                f"{WORKPLACE}/document.{kind}": document.descriptor,
                f"{WORKPLACE}/{PROFILE_FILE}": profile.descriptor,
            }
            room = self._room(data)
            command = shut_in(bwrap, room, _command(tools, WORKPLACE, kind), files)
            return await self._run(command, list(files.values()), room)
        finally:
            document.release()
            profile.release()

    async def _in_directory(self, tools: OfficeTools, data: bytes, kind: str) -> bytes:
        with private_directory() as directory:
            contents: Mapping[str, bytes] = {f"document.{kind}": data, PROFILE_FILE: profile_settings()}
            await asyncio.to_thread(_write_files, directory, contents)
            return await self._run(_command(tools, str(directory), kind), [], self._room(data))

    def _room(self, data: bytes) -> int:
        """The bytes that the document, LibreOffice's own files and the result may take together.

        No single file has a lower limit. LibreOffice would silently leave out a picture that it cannot write.
        """
        return 2 * len(data) + self._settings.max_result_megabytes * MEGABYTE + ASIDE_BYTES

    async def _run(self, command: Sequence[str], descriptors: Sequence[int], file_bytes: int) -> bytes:
        """Run the command and return its output.

        Raises:
            Killed: another process killed it.
            InvalidInputFile: it failed.
        """
        settings = self._settings
        limits = (
            settings.memory_megabytes * MEGABYTE,
            file_bytes,
            max(1, round(settings.timeout_seconds * CPU_FACTOR)),
            os.getpid(),
        )
        with SharedResult(0) as result:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-B", "-m", "server.decode.office.child"),
                *map(str, limits),
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=result.descriptor,
                stderr=asyncio.subprocess.DEVNULL,
                pass_fds=tuple(descriptors),
                env={**child_environment(), **ENVIRONMENT},
                start_new_session=True,
            )
            try:
                status = await child.wait()
            finally:
                # This also kills processes that LibreOffice left behind.
                with suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                await child.wait()
            check_status(status)
            length = os.fstat(result.descriptor).st_size
            if status != 0 or length > settings.max_result_megabytes * MEGABYTE:
                raise InvalidInputFile
            pdf = result.read(length)
            if PDF_END not in pdf[-PDF_END_WITHIN:]:
                raise InvalidInputFile
            return pdf


def _command(tools: OfficeTools, directory: str, kind: str) -> list[str]:
    return [tools.shell, "-c", SCRIPT, tools.shell, directory, tools.soffice, kind]


def _write_files(directory: Path, contents: Mapping[str, bytes]) -> None:
    for name, data in contents.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
