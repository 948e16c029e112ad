"""Office documents through the real decoder and the real LibreOffice."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest

from models.document import Image
from server.config.settings import OfficeSettings
from server.decode.decoder import Decoder
from server.decode.office.converter import OfficeConverter
from server.decode.office.fonts import FontCoverage
from server.decode.office.kills import MOST_KILLS
from server.decode.office.private_directory import MEMORY_DIRECTORY
from server.decode.office.tools import find_tools
from server.errors import EncryptedFile, InvalidInputFile, OfficeUnavailable, RequestTimeout
from server.intake.raw_file import FileKind, RawFile
from tests.unit.server.decode.conftest import Bench
from tests.unit.server.decode.office import office_samples as samples
from tests.unit.server.decode.samples import RED, coloured_pdf, encoded

OFFICE = FileKind.OFFICE
needs_office = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed")
HAS_BWRAP = (
    shutil.which("bwrap") is not None
    and subprocess.run(["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"], check=False).returncode == 0
)
needs_bwrap = pytest.mark.skipif(not HAS_BWRAP, reason="bubblewrap is not installed or must not make namespaces")
GOOD = {
    "docx": samples.word("Hello 世界"),
    "xlsx": samples.excel(("Hello", "世界")),
    "pptx": samples.powerpoint("Hello 世界", "two"),
}
OLD = {"docx": "doc", "xlsx": "xls", "pptx": "ppt"}


def text_of(pdf: bytes) -> str:
    with pdfium.PdfDocument(pdf) as document:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)


def nothing_is_left() -> bool:
    """No directory of ours in memory, and no process: one that was killed a moment ago may still be on its way."""
    deadline = time.monotonic() + 10
    while _left_behind():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _left_behind() -> list[Path]:
    stats = (path for path in Path("/proc").glob("[0-9]*/stat") if _is_ours(path))
    return [*MEMORY_DIRECTORY.glob("ppocr-server-*"), *stats]


def _is_ours(stat: Path) -> bool:
    """Whether a process is LibreOffice, or what shuts it in, and a child of this one or nobody's."""
    try:
        text = stat.read_text(errors="replace")
    except OSError:
        return False
    name, _, rest = text.partition("(")[2].rpartition(")")
    state, parent = rest.split()[:2]
    return name in ("soffice.bin", "oosplash", "bwrap") and state != "Z" and int(parent) in (1, os.getpid())


@pytest.fixture
def without_bwrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine where bubblewrap is not installed."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("soffice", "fc-list", "sh", "true"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(programs))


@pytest.fixture(params=["shut in", "in a directory"])
def either_way(request: pytest.FixtureRequest) -> None:
    """With bubblewrap, and as if it were not there."""
    if request.param == "in a directory":
        request.getfixturevalue("without_bwrap")
    elif shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")


@pytest.fixture(scope="module")
def old_formats(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("old")
    for new, old in OLD.items():
        (folder / f"a.{new}").write_bytes(GOOD[new])
        command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", old]
        subprocess.run([*command, "--outdir", folder, folder / f"a.{new}"], capture_output=True, check=True)
    return {old: (folder / f"a.{old}").read_bytes() for old in OLD.values()}


@needs_office
@pytest.mark.parametrize("kind", [*OLD, *OLD.values()])
def test_every_format_becomes_pages(bench: Bench, old_formats: dict[str, bytes], kind: str) -> None:
    data = (GOOD | old_formats)[kind]
    info, pages = bench.read(data, OFFICE)
    assert (info.kind, info.total_pages) == ("pdf", 2 if kind in ("pptx", "ppt") else 1)
    assert info.points is not None
    assert info.sizes[0] == pytest.approx([2 * side for side in info.points[0]], abs=1)
    assert pages[0].min() < 100
    assert nothing_is_left()


@needs_office
def test_the_text_is_all_there(either_way: None) -> None:
    converter = OfficeConverter(OfficeSettings())
    for kind, data in GOOD.items():
        text = asyncio.run(converter.to_pdf(data, kind))
        assert {"Hello", "世界"} <= set(text_of(text).split())
    assert nothing_is_left()


@needs_office
def test_locked_documents(bench: Bench) -> None:
    data = samples.locked(GOOD["docx"])
    for password in (None, "wrong"):
        with pytest.raises(EncryptedFile):
            bench.run(opened(bench.decoder, RawFile(data, OFFICE, password)))
    bench.run(opened(bench.decoder, RawFile(data, OFFICE, samples.PASSWORD)))


async def opened(decoder: Decoder, raw: RawFile) -> Image:
    async with decoder.open(raw, max_pages=None) as document:
        return (await document.page(0)).image


BAD = {
    "a picture": encoded(np.zeros((4, 4, 3), np.uint8), "PNG"),
    "a PDF": coloured_pdf(RED),
    "cut off": GOOD["docx"][:800],
    "an external entity": samples.with_entity("file:///etc/hostname"),
    "damaged inside": samples.with_parts(GOOD["docx"], {"word/document.xml": b"<not-office/>"}),
}


@pytest.mark.parametrize("name", [name for name in BAD if name != "damaged inside"])
def test_other_files_are_refused_before_libreoffice_sees_them(bench: Bench, name: str) -> None:
    with pytest.raises(InvalidInputFile) as caught:
        bench.read(BAD[name], OFFICE)
    assert not isinstance(caught.value, EncryptedFile | OfficeUnavailable)


def reds(image: Image) -> int:
    return int(((image[..., 2] > 200) & (image[..., 1] < 60) & (image[..., 0] < 60)).sum())


@needs_office
def test_links_to_files_are_not_followed(bench: Bench, tmp_path: Path, either_way: None) -> None:
    red = tmp_path / "red.png"
    red.write_bytes(encoded(np.full((50, 100, 3), (0, 0, 255), np.uint8), "PNG"))
    red.chmod(0o644)
    converter, decoder = OfficeConverter(OfficeSettings()), bench.decoder
    data = samples.with_linked_picture(red.as_uri())
    pdf = bench.run(converter.to_pdf(data, "docx"))
    assert {"before", "after"} <= set(text_of(pdf).split())
    assert reds(bench.run(opened(decoder, RawFile(pdf, FileKind.PDF)))) == 0


@needs_office
def test_nothing_is_fetched(either_way: None) -> None:
    async def scenario() -> int:
        calls = 0

        async def called(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal calls
            calls += 1
            writer.close()

        server = await asyncio.start_server(called, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            data = samples.with_linked_picture(f"http://127.0.0.1:{port}/x.png")
            pdf = await OfficeConverter(OfficeSettings()).to_pdf(data, "docx")
        assert {"before", "after"} <= set(text_of(pdf).split())
        return calls

    assert asyncio.run(scenario()) == 0


@needs_office
def test_too_slow_or_given_up(either_way: None) -> None:
    async def scenario() -> None:
        with pytest.raises(RequestTimeout):
            await OfficeConverter(OfficeSettings(timeout_seconds=0.4)).to_pdf(GOOD["docx"], "docx")
        task = asyncio.ensure_future(OfficeConverter(OfficeSettings()).to_pdf(GOOD["docx"], "docx"))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert nothing_is_left()


def descendants(pid: int) -> list[int]:
    """All processes below a process."""
    below = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                below += [child, *descendants(child)]
    return below


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


async def kill_below_us(program: str, most: int) -> int:
    """Kill so many processes of a program, each once; how many were found before the wait is cancelled."""
    killed: set[int] = set()
    with suppress(asyncio.CancelledError):
        while len(killed) < most:
            for pid in set(descendants(os.getpid())) - killed:
                with suppress(OSError):
                    if len(killed) < most and name_of(pid) == program:
                        os.kill(pid, signal.SIGKILL)
                        killed.add(pid)
            await asyncio.sleep(0.01)
    return len(killed)


@needs_office
@pytest.mark.parametrize(("program", "kills"), [("soffice.bin", 1), ("soffice.bin", 2), ("oosplash", 1)])
def test_a_rendering_that_is_killed_is_made_again(either_way: None, program: str, kills: int) -> None:
    async def scenario() -> None:
        killing = asyncio.ensure_future(kill_below_us(program, kills))
        pdf = await OfficeConverter(OfficeSettings()).to_pdf(GOOD["docx"], "docx")
        killing.cancel()
        assert "Hello" in text_of(pdf)
        assert await killing == kills

    asyncio.run(scenario())
    assert nothing_is_left()


@needs_office
def test_a_document_whose_renderings_are_all_killed_is_refused(either_way: None) -> None:
    async def scenario() -> None:
        killing = asyncio.ensure_future(kill_below_us("soffice.bin", 100))
        with pytest.raises(InvalidInputFile):
            await OfficeConverter(OfficeSettings()).to_pdf(GOOD["docx"], "docx")
        killing.cancel()
        assert await killing == MOST_KILLS

    asyncio.run(scenario())
    assert nothing_is_left()


@needs_office
@pytest.mark.parametrize("kills", [MOST_KILLS - 1, MOST_KILLS])
@pytest.mark.parametrize("program", ["bwrap", "fc-list"])
def test_a_probe_that_is_killed_is_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str, kills: int
) -> None:
    """A machine whose first probe was killed would do without bubblewrap, or without fonts, until the server ends."""
    real = shutil.which(program)
    if real is None:
        pytest.skip(f"{program} is not installed")
    count = tmp_path / "count"
    script = f'#!/bin/sh\necho >> {count}\n[ $(wc -l < {count}) -gt {kills} ] || kill -9 $$\nexec {real} "$@"\n'
    (tmp_path / program).write_text(script)
    (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    if kills < MOST_KILLS:
        tools = asyncio.run(find_tools("auto"))
        assert tools.bwrap == (shutil.which("bwrap") if HAS_BWRAP else None)
        assert tools.fonts.missing_scripts("Hello") == ()
    else:
        with pytest.raises(OfficeUnavailable, match="was killed"):
            asyncio.run(find_tools("auto"))


@needs_office
def test_a_document_that_libreoffice_cannot_read(bench: Bench, either_way: None) -> None:
    with pytest.raises(InvalidInputFile):
        bench.run(OfficeConverter(OfficeSettings()).to_pdf(b"PK\x03\x04 nothing", "docx"))
    assert nothing_is_left()


@needs_office
def test_a_result_that_is_too_long_is_refused(bench: Bench, either_way: None) -> None:
    noise = np.random.default_rng(7).integers(0, 255, (1800, 1800, 3), np.uint8)
    data = samples.with_picture(encoded(noise, "JPEG", quality=95))
    assert len(bench.run(OfficeConverter(OfficeSettings()).to_pdf(data, "docx"))) > samples.MEGABYTE
    with pytest.raises(InvalidInputFile):
        bench.run(OfficeConverter(OfficeSettings(max_result_megabytes=1)).to_pdf(data, "docx"))


@needs_office
def test_a_script_that_no_font_can_show(bench: Bench) -> None:
    async def scenario() -> None:
        converter = bench.decoder.office
        await converter.check_fonts("世界")
        tools = converter._tools
        assert tools is not None
        converter._tools = replace(tools, fonts=FontCoverage([(0, 0x7F)]))
        try:
            with pytest.raises(OfficeUnavailable, match="CJK"):
                await opened(bench.decoder, RawFile(GOOD["docx"], OFFICE))
        finally:
            converter._tools = tools

    bench.run(scenario())


def test_switched_off() -> None:
    with pytest.raises(OfficeUnavailable, match="enabled"):
        asyncio.run(OfficeConverter(OfficeSettings(enabled=False)).to_pdf(GOOD["docx"], "docx"))


def test_not_installed_until_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    converter = OfficeConverter(OfficeSettings())
    with pytest.raises(OfficeUnavailable, match="libreoffice-writer"):
        asyncio.run(converter.to_pdf(GOOD["docx"], "docx"))
    (tmp_path / "soffice").write_text("#!/bin/sh\n")
    (tmp_path / "soffice").chmod(0o755)
    with pytest.raises(OfficeUnavailable, match="fontconfig"):
        asyncio.run(converter.to_pdf(GOOD["docx"], "docx"))


@needs_office
def test_isolation_that_is_required(without_bwrap: None) -> None:
    with pytest.raises(OfficeUnavailable, match="bubblewrap"):
        asyncio.run(OfficeConverter(OfficeSettings(isolation="required")).to_pdf(GOOD["docx"], "docx"))


@needs_office
@needs_bwrap
def test_shut_in_it_runs_where_isolation_is_required() -> None:
    pdf = asyncio.run(OfficeConverter(OfficeSettings(isolation="required")).to_pdf(GOOD["docx"], "docx"))
    assert "Hello" in text_of(pdf)
