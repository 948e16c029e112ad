"""On which devices replicas run, what each sees of the machine, and which devices are refused."""

import pytest

from models.errors import EngineUnavailable
from models.machine import usable_cores
from server.config.base import ConfigurationError
from server.config.load import load_configuration
from server.pipelines.replicas.messages import StoreSettings
from server.pipelines.replicas.placement import replicas_of


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
