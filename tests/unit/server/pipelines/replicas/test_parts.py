"""The parts of which replicas are made: waits, numbers, counters, placement, pictures, messages."""

import asyncio
import gc
import os
import socket

import numpy as np
import pytest

from models.batching import BatcherStats
from models.config import ModuleConfig, PipelineConfig
from models.errors import EngineFailure, EngineUnavailable, LanguageNotInstalled
from models.machine import usable_cores
from server.children import channel
from server.config.base import ConfigurationError
from server.config.load import load_configuration
from server.pipelines.replicas.backoff import LONGEST_SECONDS, STEADY_SECONDS, Backoff
from server.pipelines.replicas.counters import StageTotals
from server.pipelines.replicas.errors import described, restored
from server.pipelines.replicas.flows import FlowNumbers
from server.pipelines.replicas.jobs import Jobs
from server.pipelines.replicas.messages import (
    Failed,
    Opening,
    PageRead,
    Read,
    Report,
    StageNumbers,
    Start,
    StoreSettings,
    decode_order,
    decode_report,
    encode,
)
from server.pipelines.replicas.placement import replicas_of
from server.pipelines.replicas.shared_picture import SharedPicture, map_picture
from server.pipelines.replicas.worker import Link
from tests.unit.models.fake_pipeline import FakeModels, fake_pipeline
from tests.unit.server.pipelines.replicas.conftest import OPTIONS


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_start_after_a_loss_is_at_once_and_each_further_one_later() -> None:
    backoff = Backoff(Clock())
    delays = [backoff.next_delay(served=False) for _ in range(10)]
    assert delays[:5] == [0, 1, 2, 4, 8]
    assert delays[-1] == LONGEST_SECONDS


def test_one_that_served_for_long_is_started_at_once_again() -> None:
    clock = Clock()
    backoff = Backoff(clock)
    for _ in range(5):
        backoff.next_delay(served=True)
    clock.now += 2 * STEADY_SECONDS
    assert backoff.next_delay(served=False) > 0
    clock.now += 2 * STEADY_SECONDS
    assert backoff.next_delay(served=True) == 0


def test_a_flow_keeps_its_number() -> None:
    numbers = FlowNumbers()
    one, other = object(), object()
    assert numbers.number(None) is None
    assert numbers.number(one) == numbers.number(one) != numbers.number(other)
    for _ in range(10_000):
        numbers.number(object())
    assert numbers.number(one) > 10_000


def test_counters_never_fall_when_a_process_is_replaced() -> None:
    totals = StageTotals()
    dying = {"det": StageNumbers(BatcherStats(jobs=5, run_seconds=1.5), waiting=2)}
    other = {"det": StageNumbers(BatcherStats(jobs=1), waiting=1)}
    counters, waiting = totals.of([dying, other])["det"]
    assert (counters.jobs, counters.run_seconds, waiting) == (6, 1.5, 3)
    totals.retire(dying)
    for _ in range(2):
        counters, waiting = totals.of([{}, other])["det"]
        assert (counters.jobs, counters.run_seconds, waiting) == (6, 1.5, 1)


def placed(*settings: str, environ: dict[str, str] | None = None):
    configuration = load_configuration(None, {}, settings)
    return replicas_of(configuration, StoreSettings(None, (), configuration.source), environ or {})


def test_one_device_stays_in_this_process() -> None:
    assert placed() == ()


def test_replicas_on_the_cpu_share_its_cores_and_see_no_card() -> None:
    two = placed("engine.devices=[cpu, cpu]")
    assert [replica.device for replica in two] == ["cpu", "cpu"]
    assert [replica.start.config.cores for replica in two] == [max(1, usable_cores() // 2)] * 2
    assert two[0].environment["CUDA_VISIBLE_DEVICES"] == ""
    assert placed("engine.devices=[cpu, cpu]", "engine.threads=3")[0].start.config.threads == 3


@pytest.mark.parametrize(
    ("visible", "cards"), [(None, ["0", "2"]), ("3,5,7", ["3", "7"]), ("GPU-a, GPU-b, GPU-c", ["GPU-a", "GPU-c"])]
)
def test_each_replica_sees_its_own_card_and_no_other(visible: str | None, cards: list[str]) -> None:
    environ = {} if visible is None else {"CUDA_VISIBLE_DEVICES": visible}
    replicas = placed("engine.devices=[gpu:0, gpu:2]", environ=environ)
    assert [replica.environment["CUDA_VISIBLE_DEVICES"] for replica in replicas] == cards
    assert {replica.start.config.device for replica in replicas} == {"gpu:0"}
    assert [replica.device for replica in replicas] == ["gpu:0", "gpu:2"]


def test_a_card_that_this_process_may_not_use_is_refused() -> None:
    with pytest.raises(EngineUnavailable, match="gpu:5"):
        placed("engine.devices=[gpu:0, gpu:5]", environ={"CUDA_VISIBLE_DEVICES": "2,3"})


def test_replicas_on_cards_share_the_cores() -> None:
    shares = [replica.start.config.cores for replica in placed("engine.devices=[gpu:0, gpu:1]")]
    assert shares == [max(1, usable_cores() // 2)] * 2


def test_every_card_where_there_is_none_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("models.machine.count_gpus", lambda: 0)
    with pytest.raises(EngineUnavailable, match="NVIDIA"):
        placed("engine.devices=auto")


def test_auto_is_every_card(monkeypatch) -> None:
    monkeypatch.setattr("models.machine.count_gpus", lambda: 3)
    assert [replica.device for replica in placed("engine.devices=auto")] == ["gpu:0", "gpu:1", "gpu:2"]


@pytest.mark.parametrize("wrong", ["engine.devices=[gpu]", "engine.devices=all"])
def test_a_device_that_is_none_is_a_mistake(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="devices"):
        placed(wrong)


def test_device_and_devices_together_are_a_mistake() -> None:
    with pytest.raises(ConfigurationError, match="either device or devices"):
        placed("engine.device=gpu:1", "engine.devices=[gpu:0]")


def test_what_runs_in_this_process_takes_the_first_of_several_devices() -> None:
    configuration = load_configuration(None, {}, ("engine.devices=[gpu:1, gpu:0]",))
    assert configuration.pipeline.device == "gpu:1"


def test_a_picture_is_shared_and_its_memory_goes_with_its_last_user() -> None:
    image = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    turned = image[::-1, ::-1]
    shared = SharedPicture(turned)
    descriptor = shared.descriptor
    mapped = map_picture(os.dup(descriptor), shared.size)
    assert np.array_equal(mapped, turned)
    mapped[0, 0] = 0
    assert np.array_equal(map_picture(os.dup(descriptor), shared.size), turned)
    del shared
    gc.collect()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(descriptor)


def test_fewer_pixels_than_announced_are_refused() -> None:
    shared = SharedPicture(np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="mmap"):
        map_picture(shared.descriptor, (40, 40))


def test_messages_arrive_as_they_were_sent(tmp_path) -> None:
    start = Start(
        PipelineConfig(ModuleConfig("det", tmp_path), ModuleConfig("rec"), hang_seconds=7.0),
        StoreSettings(tmp_path, (tmp_path / "local",), tmp_path / "models.yaml"),
    )
    assert decode_order(encode(start)) == start
    assert decode_report(encode(Opening("text_detection"))) == Opening("text_detection")


def test_an_error_arrives_as_itself_and_a_strangers_words_do_not() -> None:
    there = restored(*described(LanguageNotInstalled("Run: pull it")))
    assert type(there) is LanguageNotInstalled
    assert str(there) == "Run: pull it"
    strange = restored(*described(ValueError("the patient's name is ...")))
    assert type(strange) is EngineFailure
    assert "patient" not in str(strange)


def test_a_page_whose_pixels_cannot_be_mapped_is_answered(tmp_path) -> None:
    async def test() -> list[Report]:
        sent: list[Report] = []
        with fake_pipeline(tmp_path, FakeModels()) as pipeline:
            jobs = Jobs(pipeline, lambda report, _: sent.append(report))
            shared = SharedPicture(np.zeros((4, 4, 3), np.uint8))
            jobs.take(Read(1, OPTIONS, (400, 400), 0, None, None), [os.dup(shared.descriptor)])
            jobs.take(Read(2, OPTIONS, (4, 4), 0, None, None), [])
            await jobs.cancel()
            await pipeline.close()
        return sent

    failed = asyncio.run(test())
    assert [(type(report), report.number, report.kind) for report in failed] == [
        (Failed, 1, "EngineFailure"),
        (Failed, 2, "EngineFailure"),
    ]


def test_a_result_that_cannot_be_sent_is_answered() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        link = Link(theirs)
        link.send(PageRead(7, "page", None, object()))
        link.flush()
        theirs.close()
        data, _ = channel.receive_with_descriptors(ours)
    report = decode_report(data)
    assert isinstance(report, Failed)
    assert (report.number, report.kind) == (7, "EngineFailure")
