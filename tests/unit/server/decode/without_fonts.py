"""Decodes PDF pages on a machine whose only fonts are those of one folder: in a mount namespace of its own."""

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.intake.raw_file import FileKind, RawFile

REPOSITORY = Path(__file__).parents[4]
COMMAND = ("unshare", "--map-root-user", "--mount")
FOLDERS = ("/usr/share/fonts", "/usr/share/X11/fonts", "/usr/local/share/fonts")
SCRIPT = 'folder=$1; shift; for each in {}; do test ! -d $each || mount --bind "$folder" $each; done; exec "$@"'
DARK = 128

Page = tuple[int, list[str]]
"""The number of dark pixels, and the codes of warnings."""


@cache
def available() -> bool:
    """Whether this machine lets its users have mount namespaces."""
    if shutil.which(COMMAND[0]) is None:
        return False
    trial = subprocess.run([*COMMAND, "mount", "--bind", "/usr/share", "/usr/share"], check=False, capture_output=True)
    return trial.returncode == 0


def decode(files: Sequence[Path], fonts: Path, offered: Path | None = None, pages: int = 1) -> list[Page]:
    """Decode the first pages of files, in a worker as shipped.

    Args:
        files: PDF files.
        fonts: the folder of the system's fonts.
        offered: the font that workers offer.
        pages: so many of each file.
    """
    module = "tests.unit.server.decode.without_fonts"
    program = [sys.executable, "-m", module, str(pages), str(offered or ""), *map(str, files)]
    script = ["sh", "-c", SCRIPT.format(" ".join(FOLDERS)), "sh", str(fonts), *program]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([*COMMAND, *script], cwd=REPOSITORY, env=environment, capture_output=True, check=True)
    return [(ink, codes) for ink, codes in json.loads(done.stdout)]


async def _decode(documents: Sequence[bytes], offered: str, count: int) -> list[Page]:
    decoder = Decoder(DecodeSettings(workers=1), LimitSettings(), font=Path(offered) if offered else None)
    await decoder.start()
    pages: list[Page] = []
    try:
        for data in documents:
            async with decoder.open(RawFile(data, FileKind.PDF), max_pages=None) as document:
                for index in range(count):
                    page = await document.page(index)
                    pages.append((int((page.image < DARK).sum()), [warning.code for warning in page.warnings]))
    finally:
        await decoder.stop()
    return pages


if __name__ == "__main__":
    contents = [Path(name).read_bytes() for name in sys.argv[3:]]
    sys.stdout.write(json.dumps(asyncio.run(_decode(contents, sys.argv[2], int(sys.argv[1])))))
