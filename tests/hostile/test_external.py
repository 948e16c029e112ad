"""Real files that have made trouble for others: each is read or refused, by the decoder alone; skipped where absent."""

import asyncio
from collections import Counter

import pytest

from server.config.settings import DecodeSettings, LimitSettings
from server.decode.decoder import Decoder
from server.errors import EmptyFile, EncryptedFile, InvalidInputFile, PixelLimitExceeded
from server.intake.raw_file import FileKind, RawFile
from tests.evaluation_data import EVALUATION_DATA
from tests.hostile import external

LIMITS = LimitSettings(max_image_pixels=4_000_000, max_pages=3)
PDF_SIDE = 500
MUST_BE_READ = ("cropbox_offset.pdf", "4k_text.png", "one_pixel.png", "whitespace_only.pdf")
MUST_BE_REFUSED = {"password_protected.pdf": EncryptedFile, "zero_byte.bin": EmptyFile}


async def verdict(decoder: Decoder, raw: RawFile) -> str:
    try:
        async with decoder.open(raw, max_pages=3, pdf_max_side=PDF_SIDE) as document:
            for index in range(document.info.processed_pages):
                await document.page(index)
    except (InvalidInputFile, PixelLimitExceeded) as error:
        return type(error).__name__
    return "read"


async def verdicts() -> dict[str, str]:
    decoder = Decoder(DecodeSettings(workers=2), LIMITS)
    await decoder.start()
    try:
        found = {}
        for path in external.files():
            kind = FileKind.PDF if path.suffix == ".pdf" else FileKind.IMAGE
            found[path.relative_to(EVALUATION_DATA).as_posix()] = await verdict(
                decoder, RawFile(path.read_bytes(), kind)
            )
        return found
    finally:
        await decoder.stop()


@pytest.mark.evaluation_data("data/pdf", "data/turboocr_fixtures")
def test_every_real_file_is_read_or_refused() -> None:
    found = asyncio.run(verdicts())
    by_name = {name.rpartition("/")[2]: said for name, said in found.items()}
    print(Counter(found.values()), [name for name, said in found.items() if said != "read"])
    for name in MUST_BE_READ:
        assert by_name.get(name, "read") in ("read", "PixelLimitExceeded")
    for name, error in MUST_BE_REFUSED.items():
        assert by_name.get(name, error.__name__) == error.__name__
    assert Counter(found.values())["read"] > len(found) / 2
