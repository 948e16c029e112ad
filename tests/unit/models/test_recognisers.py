"""Recognisers of other languages in a pipeline: which one reads, when it opens, and what a missing one says."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from models.document import Page
from models.engines.fake import reads
from models.errors import LanguageNotInstalled, PipelineStopped
from models.options import OcrOverrides
from models.pipeline import OcrPipeline
from tests.unit.models.fake_pipeline import CHARACTERS, FakeModels, fake_pipeline, recognition_yml, run
from tests.unit.models.model_files import write_directory

PAGE = Page(np.random.default_rng(0).integers(0, 256, (128, 192, 3), dtype=np.uint8))
LATIN, V6, KOREAN, ARABIC = (
    "latin_PP-OCRv5_mobile_rec",
    "PP-OCRv6_small_rec",
    "korean_PP-OCRv5_mobile_rec",
    "arabic_PP-OCRv5_mobile_rec",
)
LETTERS = {LATIN: "éß", V6: "ùț", KOREAN: "한국", ARABIC: "اب2"}


def models() -> FakeModels:
    """Recognisers that read their first two letters, and the Arabic one all three, on every line."""
    packs = {name: reads(tuple(range(1, 1 + len(letters))), len(letters) + 2) for name, letters in LETTERS.items()}
    return FakeModels(packs=packs)


def install(folder: Path, *names: str) -> None:
    for name in names:
        write_directory(folder / "cache" / name, recognition_yml(LETTERS[name]))


async def read(pipeline: OcrPipeline, language: str | None) -> list[str]:
    result = await pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides(language=language)))
    return [line.text for line in result.lines]


def test_each_request_gets_its_languages_recogniser_at_the_same_time(tmp_path: Path) -> None:
    install(tmp_path, LATIN, KOREAN)
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            texts = await asyncio.gather(*(read(pipeline, each) for each in ("latin", None, "korean", "default") * 5))
            assert texts == [["éß"] * 2, ["ab中"] * 2, ["한국"] * 2, ["ab中"] * 2] * 5

        run(pipeline, work)


def test_a_recogniser_opens_once_at_its_first_use_and_shows(tmp_path: Path) -> None:
    install(tmp_path, LATIN)
    fakes = models()
    with fake_pipeline(tmp_path, fakes) as pipeline:

        async def work() -> None:
            name = f"text_recognition:{LATIN}"
            states = [(module.module, module.state) for module in pipeline.modules()]
            assert states[:3] == [("text_detection", "loaded"), ("text_recognition", "loaded"), (name, "on_request")]
            assert name not in pipeline.stats()
            assert LATIN not in fakes.engines
            await pipeline.prepare(pipeline.defaults.resolve(OcrOverrides(language="latin")))
            engine = fakes.engines[LATIN]
            await read(pipeline, "latin")
            assert fakes.engines[LATIN] is engine
            assert pipeline.stats()[name][0].jobs == 2
            assert pipeline.stats()["text_recognition"][0].jobs == 0
            assert [module.state for module in pipeline.modules() if module.module == name] == ["loaded"]

        run(pipeline, work)
    assert fakes.engines[LATIN].closed


def test_a_missing_recogniser_is_refused_with_the_command_and_can_be_installed_later(tmp_path: Path) -> None:
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            options = pipeline.defaults.resolve(OcrOverrides(language="korean"))
            assert not pipeline.reads_language("korean")
            for attempt in (pipeline.prepare(options), pipeline.read(PAGE, options)):
                with pytest.raises(LanguageNotInstalled, match=f"ppocr-server models pull {KOREAN}$"):
                    await attempt
            install(tmp_path, KOREAN)
            assert pipeline.reads_language("korean")
            assert await read(pipeline, "korean") == ["한국"] * 2

        run(pipeline, work)


def test_a_damaged_recogniser_is_refused_and_says_so(tmp_path: Path) -> None:
    install(tmp_path, KOREAN)
    (tmp_path / "cache" / KOREAN / "inference.yml").write_text("no mapping", encoding="utf-8")
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            with pytest.raises(LanguageNotInstalled, match="its model directory cannot be used") as caught:
                await pipeline.prepare(pipeline.defaults.resolve(OcrOverrides(language="korean")))
            assert str(tmp_path) not in str(caught.value)
            assert await read(pipeline, None) == ["ab中"] * 2
            states = {module.module: module.state for module in pipeline.modules()}
            assert states[f"text_recognition:{KOREAN}"] == "unusable"

        run(pipeline, work)


def test_the_preferred_recogniser_of_a_group_is_taken_else_another_that_reads_it(tmp_path: Path) -> None:
    install(tmp_path, V6)
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            assert await read(pipeline, "latin") == await read(pipeline, "multilingual") == ["ùț"] * 2
            install(tmp_path, LATIN)
            assert await read(pipeline, "latin") == ["éß"] * 2
            assert await read(pipeline, "multilingual") == ["ùț"] * 2

        run(pipeline, work)


def test_a_configured_recogniser_reads_what_its_name_stands_for(tmp_path: Path) -> None:
    with fake_pipeline(tmp_path, models(), recogniser=V6) as pipeline:
        assert [pipeline.reads_language(group) for group in ("default", "latin", "multilingual", "thai")] == [
            True, True, True, False,
        ]  # fmt: skip
        run(pipeline, lambda: _expect(pipeline, "latin", ["ab中"] * 2))


def test_a_configured_recogniser_reads_what_its_dictionary_has_the_letters_of(tmp_path: Path) -> None:
    write_directory(
        tmp_path / "recognition",
        recognition_yml([*CHARACTERS[:4], *"가각나는다라로를리마바사서아의이에자지차카타파하한국어"]),
    )
    fakes = FakeModels(recognition=reads((5, 6), 4 + 27 + 2))
    with fake_pipeline(tmp_path, fakes, recogniser="our_own_rec") as pipeline:
        assert pipeline.reads_language("korean")
        assert not pipeline.reads_language("english")
        run(pipeline, lambda: _expect(pipeline, "korean", ["가각"] * 2))


def test_another_languages_recogniser_is_not_taken_for_the_default_one(tmp_path: Path) -> None:
    with fake_pipeline(tmp_path, models(), recogniser=KOREAN) as pipeline:

        async def work() -> None:
            assert await read(pipeline, None) == ["ab中"] * 2
            with pytest.raises(LanguageNotInstalled, match=r"models pull PP-OCRv5_mobile_rec$"):
                await read(pipeline, "default")

        run(pipeline, work)


def test_right_to_left_text_is_in_the_order_of_reading(tmp_path: Path) -> None:
    install(tmp_path, ARABIC)
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            options = pipeline.defaults.resolve(OcrOverrides(language="arabic", return_word_box=True))
            line = (await pipeline.read(PAGE, options)).lines[0]
            assert line.text == "2با"
            assert line.char_positions[0] > line.char_positions[1] > line.char_positions[2]
            assert len(line.char_scores) == 3
            assert "".join(word.text for word in line.words) == line.text

        run(pipeline, work)


def test_every_line_tells_where_its_characters_are(tmp_path: Path) -> None:
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            for line in (await pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides()))).lines:
                assert len(line.char_positions) == len(line.text) == 3
                assert list(line.char_positions) == sorted(line.char_positions)
                assert 0 < line.char_positions[0] < line.char_positions[-1] <= 1

        run(pipeline, work)


def test_a_line_found_upside_down_has_its_characters_from_the_right(tmp_path: Path) -> None:
    with fake_pipeline(tmp_path, models(), optional="first_use") as pipeline:

        async def work() -> None:
            upright, turned = [
                (await pipeline.read(PAGE, pipeline.defaults.resolve(OcrOverrides(use_textline_orientation=on)))).lines[
                    0
                ]
                for on in (False, True)
            ]
            assert turned.char_positions == pytest.approx([1 - position for position in upright.char_positions])

        run(pipeline, work)


def test_a_closed_pipeline_opens_no_recogniser(tmp_path: Path) -> None:
    install(tmp_path, LATIN)
    with fake_pipeline(tmp_path, models()) as pipeline:

        async def work() -> None:
            await pipeline.close()
            with pytest.raises(PipelineStopped):
                await pipeline.prepare(pipeline.defaults.resolve(OcrOverrides(language="latin")))

        asyncio.run(work())


async def _expect(pipeline: OcrPipeline, language: str, texts: list[str]) -> None:
    assert await read(pipeline, language) == texts
