"""Replicas read pages, die, hang, fail and come back, and no page is lost."""

import asyncio
import os
import signal
import time

import numpy as np
import pytest

from models.document import Page
from models.errors import (
    DeadlineExceeded,
    EngineFailure,
    EngineUnavailable,
    ModelNotInstalled,
    ModuleNotLoaded,
    PipelineStopped,
)
from models.modules import LAYOUT_DETECTION, OPTIONAL_MODULES, TABLE_STRUCTURE, OptionalModule
from models.options import OcrDefaults, OcrOptions, OcrOverrides
from server.pipelines.replicas.probe import FAILURES_IN_A_ROW
from tests.unit.models.fake_pipeline import FakeModels, fake_pipeline
from tests.unit.server.pipelines.replicas.conftest import OPTIONS, page, pids_of_replicas, until
from tests.unit.server.pipelines.replicas.fake_child import (
    BREAK,
    DEADLY,
    DIE,
    FAILING,
    HANGING,
    LOSE,
    MISCONFIGURED,
    OPEN_SLOWLY,
    REFUSE,
    SLOW,
)


def states(pipeline) -> list[str]:
    return [replica.state for replica in pipeline.replicas()]


def test_a_page_is_read_as_in_this_process(replicas, tmp_path) -> None:
    everything = OcrDefaults(use_doc_preprocessor=True).resolve(
        OcrOverrides(use_doc_orientation_classify=True, use_doc_unwarping=True, use_textline_orientation=True)
    )
    image = np.random.default_rng(0).integers(200, 256, (240, 320, 3), np.uint8)

    async def here():
        with fake_pipeline(tmp_path, FakeModels(), optional="start") as pipeline:
            await pipeline.open_optional()
            results = [await pipeline.read(Page(image, 3), options) for options in (OPTIONS, everything)]
            await pipeline.close()
            return results

    async def there():
        async with replicas.serving(1, optional="start") as pipeline:
            return [await pipeline.read(Page(image, 3), options) for options in (OPTIONS, everything)]

    for expected, got in zip(asyncio.run(here()), asyncio.run(there()), strict=True):
        assert got.options == expected.options
        assert np.array_equal(got.preprocessed.image, expected.preprocessed.image)
        assert (got.preprocessed.rotated is None) == (expected.preprocessed.rotated is None)
        if got.preprocessed.rotated is not None:
            assert np.array_equal(got.preprocessed.rotated, expected.preprocessed.rotated)
        assert got.preprocessed.angle == expected.preprocessed.angle
        assert (got.angles, len(got.boxes)) == (expected.angles, len(expected.boxes))
        for one, other in zip(got.lines, expected.lines, strict=True):
            assert (one.text, one.score, one.char_scores, one.words, one.char_positions) == (
                other.text, other.score, other.char_scores, other.words, other.char_positions
            )  # fmt: skip
            assert one.quad.dtype == other.quad.dtype
            assert np.array_equal(one.quad, other.quad)
        assert got.seconds.keys() == expected.seconds.keys()


def test_a_page_whose_pictures_cannot_be_mapped_fails_and_the_next_is_read(replicas, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(24, "Too many open files")

    async def test():
        turned = OcrDefaults(use_doc_preprocessor=True).resolve(OcrOverrides(use_doc_unwarping=True))
        async with replicas.serving(1, optional="start") as pipeline:
            with monkeypatch.context() as patched:
                patched.setattr("server.pipelines.replicas.results.map_picture", full)
                with pytest.raises(EngineFailure, match="did not arrive"):
                    await pipeline.read(page(), turned)
            assert len((await pipeline.read(page(), turned)).lines) == 2

    asyncio.run(test())


def test_a_page_without_preprocessing_comes_back_as_the_same_picture(replicas) -> None:
    async def test():
        async with replicas.serving(1) as pipeline:
            given = page()
            result = await pipeline.read(given, OPTIONS)
            assert result.preprocessed.image is given.image

    asyncio.run(test())


def test_a_request_for_a_module_that_cannot_run_is_refused_although_others_were_prepared(replicas) -> None:
    def asks_for(module: OptionalModule) -> OcrOptions:
        on = {switch: True for switch in (module.switch, module.needs) if switch}
        return OcrDefaults(**on).resolve(OcrOverrides(structure=True))

    async def test():
        async with replicas.serving(1, optional="as_configured") as pipeline:
            await pipeline.prepare(OPTIONS)
            for module in OPTIONAL_MODULES:
                with pytest.raises(
                    ModuleNotLoaded, match=module.name if module is not TABLE_STRUCTURE else LAYOUT_DETECTION.name
                ):
                    await pipeline.prepare(asks_for(module))

    asyncio.run(test())


def test_every_replica_gets_its_share_of_pixels(replicas) -> None:
    async def test():
        async with replicas.serving(2, killed=True) as pipeline:
            small = [asyncio.create_task(pipeline.read(page(HANGING), OPTIONS)) for _ in range(12)]
            await until(lambda: sum(replica.pages for replica in pipeline.replicas()) == 12)
            assert [replica.pages for replica in pipeline.replicas()] == [6, 6]
            large = asyncio.create_task(pipeline.read(page(HANGING, width=3200), OPTIONS))
            await until(lambda: sum(replica.pages for replica in pipeline.replicas()) == 13)
            more = [asyncio.create_task(pipeline.read(page(HANGING), OPTIONS)) for _ in range(5)]
            await until(lambda: sum(replica.pages for replica in pipeline.replicas()) == 18)
            # The large page counts for ten.
            assert sorted(replica.pages for replica in pipeline.replicas()) == [7, 11]
            for read in (*small, large, *more):
                read.cancel()
            await asyncio.gather(*small, large, *more, return_exceptions=True)
            assert [(replica.pages, replica.pixels) for replica in pipeline.replicas()] == [(0, 0)] * 2

    asyncio.run(test())


def test_pages_of_a_replica_that_is_killed_are_read_by_another_and_it_comes_back(replicas) -> None:
    async def test():
        async with replicas.serving(2) as pipeline:
            pids = pids_of_replicas()
            assert len(pids) == 2
            reads = [asyncio.create_task(pipeline.read(page(), OPTIONS)) for _ in range(40)]
            await until(lambda: any(read.done() for read in reads))
            os.kill(pids[0], signal.SIGKILL)
            results = await asyncio.gather(*reads)
            assert all(len(result.lines) == 2 for result in results)
            assert pipeline.healthy
            await until(lambda: states(pipeline) == ["serving"] * 2)
            assert sum(replica.losses for replica in pipeline.replicas()) == 1
            assert len(set(pids_of_replicas()) - set(pids)) == 1
            # Counters of the dead process are not forgotten.
            assert pipeline.stats()["text_detection"][0].jobs > 0

    asyncio.run(test())


def test_a_replica_that_is_dead_and_not_yet_known_to_be_is_passed_over(replicas) -> None:
    async def test():
        async with replicas.serving(2) as pipeline:
            # The thread that listens cannot tell: this is the event loop's own.
            os.kill(pids_of_replicas()[0], signal.SIGKILL)
            time.sleep(0.5)  # noqa: ASYNC251
            assert states(pipeline) == ["serving"] * 2
            results = await asyncio.gather(*(pipeline.read(page(), OPTIONS) for _ in range(10)))
            assert all(len(result.lines) == 2 for result in results)

    asyncio.run(test())


def test_a_deadly_page_fails_alone_after_its_third_replica(replicas) -> None:
    async def test():
        async with replicas.serving(2) as pipeline:
            good = [asyncio.create_task(pipeline.read(page(), OPTIONS)) for _ in range(10)]
            deadly = asyncio.create_task(pipeline.read(page(DEADLY), OPTIONS))
            good += [asyncio.create_task(pipeline.read(page(), OPTIONS)) for _ in range(10)]
            with pytest.raises(EngineFailure, match="3 replicas"):
                await deadly
            assert all(len(result.lines) == 2 for result in await asyncio.gather(*good))
            await until(lambda: states(pipeline) == ["serving"] * 2)
            assert sum(replica.losses for replica in pipeline.replicas()) == 3

    asyncio.run(test())


def test_a_replica_whose_engine_hangs_is_replaced(replicas) -> None:
    async def test():
        async with replicas.serving(1, hang_seconds=1.0) as pipeline:
            with pytest.raises(EngineFailure, match="2 replicas"):
                await pipeline.read(page(HANGING), OPTIONS)
            await until(lambda: states(pipeline) == ["serving"])
            assert pipeline.replicas()[0].losses == 2
            assert len((await pipeline.read(page(), OPTIONS)).lines) == 2

    asyncio.run(test())


def test_a_page_that_hung_an_engine_is_tried_again_beside_no_other(replicas) -> None:
    async def test():
        async with replicas.serving(3, hang_seconds=1.5) as pipeline:
            hanging = asyncio.create_task(pipeline.read(page(HANGING), OPTIONS))
            await until(lambda: sum(replica.losses for replica in pipeline.replicas()) == 1)
            await until(lambda: any(replica.pages for replica in pipeline.replicas()))
            rounds = 0
            # One of the three has yet to come back, and one is kept for the page.
            while not hanging.done():
                results = await asyncio.gather(*(pipeline.read(page(), OPTIONS) for _ in range(4)))
                assert all(len(result.lines) == 2 for result in results)
                rounds += 1
            with pytest.raises(EngineFailure, match="2 replicas"):
                await hanging
            assert rounds >= 3
            assert sum(replica.losses for replica in pipeline.replicas()) == 2

    asyncio.run(test())


def test_a_replica_whose_engine_fails_whatever_it_reads_is_replaced(replicas) -> None:
    async def test():
        async with replicas.serving(1) as pipeline:
            replicas.fault.write_text(BREAK)
            for _ in range(FAILURES_IN_A_ROW):
                with pytest.raises(EngineFailure, match="context is lost"):
                    await pipeline.read(page(), OPTIONS)
            replicas.fault.unlink()
            await until(lambda: pipeline.replicas()[0].losses == 1)
            await until(lambda: states(pipeline) == ["serving"])
            assert len((await pipeline.read(page(), OPTIONS)).lines) == 2

    asyncio.run(test())


def test_pages_of_a_replica_whose_device_is_lost_are_read_by_another_and_it_comes_back(replicas) -> None:
    async def test():
        async with replicas.serving(2, faulty=0) as pipeline:
            replicas.fault.write_text(LOSE)
            reads = [asyncio.ensure_future(pipeline.read(page(), OPTIONS)) for _ in range(6)]
            await until(lambda: pipeline.replicas()[0].losses > 0)
            replicas.fault.unlink()
            assert [len(result.lines) for result in await asyncio.gather(*reads)] == [2] * 6
            await until(lambda: states(pipeline) == ["serving"] * 2)
            assert pipeline.replicas()[1].losses == 0

    asyncio.run(test())


def test_pages_that_always_fail_cost_no_replica_its_life(replicas) -> None:
    async def test():
        async with replicas.serving(1) as pipeline:
            for _ in range(3 * FAILURES_IN_A_ROW):
                with pytest.raises(EngineFailure, match="too grey"):
                    await pipeline.read(page(FAILING), OPTIONS)
            assert len((await pipeline.read(page(), OPTIONS)).lines) == 2
            assert pipeline.replicas()[0].losses == 0

    asyncio.run(test())


def test_a_model_that_takes_long_to_open_is_no_hang(replicas) -> None:
    async def test():
        turned = OcrDefaults().resolve(OcrOverrides(use_textline_orientation=True))
        async with replicas.serving(1, hang_seconds=1.0, optional="first_use") as pipeline:
            replicas.fault.write_text(OPEN_SLOWLY)
            assert len((await pipeline.read(page(), turned)).lines) == 2
            assert pipeline.replicas()[0].losses == 0

    asyncio.run(test())


def test_a_replica_that_is_stopped_is_replaced_and_its_pages_are_read(replicas) -> None:
    async def test():
        async with replicas.serving(1, hang_seconds=1.5) as pipeline:
            os.kill(pids_of_replicas()[0], signal.SIGSTOP)
            assert len((await pipeline.read(page(), OPTIONS)).lines) == 2
            assert pipeline.replicas()[0].losses == 1

    asyncio.run(test())


def test_an_error_of_the_pipeline_arrives_as_itself_and_costs_nobody_else(replicas) -> None:
    async def test():
        async with replicas.serving(1) as pipeline:
            with pytest.raises(EngineFailure, match="too grey"):
                await pipeline.read(page(FAILING), OPTIONS)
            with pytest.raises(DeadlineExceeded):
                await pipeline.read(page(), OPTIONS, deadline=asyncio.get_running_loop().time() - 1)
            assert pipeline.replicas()[0].losses == 0

    asyncio.run(test())


@pytest.mark.parametrize("documents", [1, 8])
def test_a_replica_knows_which_pages_belong_together(replicas, documents: int) -> None:
    async def test():
        async with replicas.serving(1) as pipeline:
            flows = [object() for _ in range(documents)]
            first = asyncio.create_task(pipeline.read(page(SLOW), OPTIONS, flow=flows[0]))
            await until(lambda: pipeline.replicas()[0].pages == 1)
            reads = [pipeline.read(page(), OPTIONS, flow=flows[number % documents]) for number in range(8)]
            await asyncio.gather(first, *reads)
            await until(lambda: pipeline.stats()["text_detection"][0].batches > 1)
            assert pipeline.stats()["text_detection"][0].batches < 9
            assert (pipeline.stats()["text_detection"][0].shared_batches > 0) == (documents > 1)

    asyncio.run(test())


def test_a_page_nobody_waits_for_is_dropped_in_the_replica(replicas) -> None:
    async def test():
        async with replicas.serving(1, killed=True) as pipeline:
            first = asyncio.create_task(pipeline.read(page(HANGING), OPTIONS))
            await until(lambda: pipeline.replicas()[0].pages == 1)
            others = [asyncio.create_task(pipeline.read(page(), OPTIONS)) for _ in range(5)]
            await until(lambda: pipeline.replicas()[0].pages == 6)
            await until(lambda: pipeline.stats()["text_detection"][1] == 5)
            for read in (first, *others):
                read.cancel()
            await asyncio.gather(first, *others, return_exceptions=True)
            assert pipeline.replicas()[0].pixels == 0
            await until(lambda: pipeline.stats()["text_detection"][1] == 0)
            assert pipeline.stats()["text_detection"][0].dropped == 5

    asyncio.run(test())


def test_with_no_replica_left_work_inside_waits_for_one(replicas) -> None:
    async def test():
        async with replicas.serving(2, optional="first_use") as pipeline:
            reads = [asyncio.create_task(pipeline.read(page(), OPTIONS)) for _ in range(10)]
            await until(lambda: any(read.done() for read in reads))
            for pid in pids_of_replicas():
                os.kill(pid, signal.SIGKILL)
            await until(lambda: not pipeline.healthy)
            turned = OcrDefaults().resolve(OcrOverrides(use_textline_orientation=True))
            await pipeline.prepare(turned)
            assert pipeline.healthy
            assert all(len(result.lines) == 2 for result in await asyncio.gather(*reads))

    asyncio.run(test())


def test_a_replica_that_does_not_start_again_is_tried_again_later(replicas, caplog) -> None:
    async def test():
        async with replicas.serving(2) as pipeline:
            replicas.fault.write_text(REFUSE)
            os.kill(pids_of_replicas()[0], signal.SIGKILL)
            await until(lambda: sum(replica.losses for replica in pipeline.replicas()) == 3)
            assert pipeline.healthy
            assert len((await pipeline.read(page(), OPTIONS)).lines) == 2
            replicas.fault.unlink()
            await until(lambda: states(pipeline) == ["serving"] * 2)

    asyncio.run(test())
    reasons = [record.facts["reason"] for record in caplog.records if record.getMessage() == "a replica was lost"]
    assert reasons[0] == "died"
    assert set(reasons[1:]) == {"The device is on fire."}


@pytest.mark.parametrize(("fault", "message"), [(REFUSE, "The device is on fire."), (DIE, "exit status 3")])
def test_a_start_that_fails_is_the_operators_error(replicas, fault: str, message: str) -> None:
    async def test():
        replicas.fault.write_text(fault)
        with pytest.raises(EngineUnavailable, match=message):
            async with replicas.serving(2):
                pass

    asyncio.run(test())
    assert pids_of_replicas() == []


@pytest.mark.parametrize(("fault", "faulty", "warm"), [(REFUSE, 0, False), (DIE, 1, False), (REFUSE, 0, True)])
def test_one_card_that_does_not_start_is_down_and_tried_again_while_the_other_serves(
    replicas, caplog, fault: str, faulty: int, warm: bool
) -> None:
    async def test():
        replicas.fault.write_text(fault)
        async with replicas.serving(2, faulty=faulty, warm=warm) as pipeline:
            assert pipeline.healthy
            assert states(pipeline)[1 - faulty] == "serving"
            assert states(pipeline)[faulty] != "serving"
            assert [replica.losses > 0 for replica in pipeline.replicas()] == [faulty == 0, faulty == 1]
            assert len((await pipeline.read(page(), OPTIONS)).lines) == 2
            replicas.fault.unlink()
            await until(lambda: states(pipeline) == ["serving"] * 2)

    asyncio.run(test())
    (lost, *_) = [record.facts for record in caplog.records if record.getMessage() == "a replica was lost"]
    assert lost["replica"] == faulty


def test_what_is_wrong_on_every_card_is_the_operators_error_although_another_replica_serves(replicas) -> None:
    async def test():
        replicas.fault.write_text(MISCONFIGURED)
        with pytest.raises(ModelNotInstalled, match="no such model"):
            async with replicas.serving(2, faulty=1):
                pass

    asyncio.run(test())
    assert pids_of_replicas() == []


def test_a_module_that_does_not_exist_is_a_start_that_fails(replicas) -> None:
    async def test():
        with pytest.raises(EngineUnavailable, match="did not start: exit status 1"):
            async with replicas.serving(1, module="server.pipelines.replicas.no_such_child"):
                pass

    asyncio.run(test())


def test_a_start_tells_what_it_opens_replica_by_replica(replicas) -> None:
    async def test():
        async with replicas.serving(2, optional="start") as pipeline:
            assert [module.state for module in pipeline.modules()][:2] == ["loaded"] * 2

    asyncio.run(test())
    assert replicas.opened[:2] == ["cpu: text_detection", "cpu: text_recognition"]
    assert len(replicas.opened) == 2 * 5


@pytest.mark.parametrize("warm", [False, True])
def test_the_first_replica_starts_alone_unless_all_is_compiled(replicas, warm: bool) -> None:
    async def test():
        pipeline = replicas.build(3, warm=warm)
        opening = asyncio.create_task(pipeline.open_optional())
        most = 0
        while states(pipeline).count("serving") == 0:
            most = max(most, len(pids_of_replicas()))
            await asyncio.sleep(0.01)
        await opening
        assert states(pipeline) == ["serving"] * 3
        await pipeline.close()
        assert most == (3 if warm else 1)

    asyncio.run(test())


def test_closing_ends_the_processes_and_fails_what_waits(replicas) -> None:
    async def test():
        async with replicas.serving(2) as pipeline:
            stuck = asyncio.create_task(pipeline.read(page(HANGING), OPTIONS))
            await until(lambda: sum(replica.pages for replica in pipeline.replicas()) == 1)
        with pytest.raises(PipelineStopped):
            await stuck
        with pytest.raises(PipelineStopped):
            await pipeline.read(page(), OPTIONS)

    started = time.monotonic()
    asyncio.run(test())
    assert pids_of_replicas() == []
    assert time.monotonic() - started < 30


def test_a_start_that_is_given_up_leaves_no_process(replicas) -> None:
    async def test():
        pipeline = replicas.build(2)
        opening = asyncio.create_task(pipeline.open_optional())
        await until(lambda: bool(pids_of_replicas()))
        opening.cancel()
        await asyncio.gather(opening, return_exceptions=True)
        await pipeline.close()

    asyncio.run(test())
    assert pids_of_replicas() == []
