"""Makes the settings of one replica for each configured device: the visible part of the machine, and the models."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.config import PipelineConfig
from models.errors import EngineUnavailable
from models.machine import every_gpu, usable_cores
from server.config.load import Configuration
from server.pipelines.replicas.messages import Start, StoreSettings
from server.pipelines.replicas.replica import ReplicaSettings

VISIBLE = "CUDA_VISIBLE_DEVICES"
PULSES = 4
"""The number of pulses in the time after which a replica counts as hung. If the time is long, there is one a second."""


def replicas_of(
    configuration: Configuration, store: StoreSettings, environ: Mapping[str, str]
) -> tuple[ReplicaSettings, ...]:
    """The settings of each replica of a configuration; empty if the pipeline runs in the server's own process.

    Raises:
        EngineUnavailable: the devices are ``auto`` and there is no GPU, or this process may not use one of them.
    """
    engine, server = configuration.settings.engine, configuration.settings.server
    devices = _devices(configuration)
    pulse = min(1.0, engine.hang_seconds / PULSES)
    return tuple(
        ReplicaSettings(
            device=device,
            start=Start(
                _own_config(configuration.pipeline, device, devices), store, server.log_level, server.log_format, pulse
            ),
            environment=_environment(device, environ),
            hang_seconds=engine.hang_seconds,
        )
        for device in devices
    )


def pipeline_configs(configuration: Configuration) -> tuple[PipelineConfig, ...]:
    """The configuration of each pipeline that serves: those of the replicas, or that of the server's own process.

    Raises:
        EngineUnavailable: the devices are ``auto`` and there is no GPU.
    """
    devices = _devices(configuration)
    return tuple(_own_config(configuration.pipeline, each, devices) for each in devices) or (configuration.pipeline,)


def _devices(configuration: Configuration) -> Sequence[str]:
    """The devices of the replicas; empty if there are none."""
    devices = configuration.settings.engine.devices
    return every_gpu() if devices == "auto" else devices


def _own_config(config: PipelineConfig, device: str, devices: Sequence[str]) -> PipelineConfig:
    """The configuration of one replica. It sees one card, as its first, and replicas share the cores."""
    if device != "cpu":
        return replace(config, device="gpu:0", cores=max(1, usable_cores() // len(devices)))
    return replace(config, device="cpu", cores=max(1, usable_cores() // devices.count("cpu")))


def _environment(device: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Make only one card visible: ``gpu:N`` is the Nth card that this process itself may use.

    Cards have the same numbers as in ``nvidia-smi``. CUDA's own order begins with the fastest card.
    """
    if device == "cpu":
        return {VISIBLE: ""}
    number = int(device.removeprefix("gpu:"))
    if VISIBLE not in environ:
        return {VISIBLE: f"{number}", "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
    allowed = [card.strip() for card in environ[VISIBLE].split(",") if card.strip()]
    if number >= len(allowed):
        raise EngineUnavailable(f"Device '{device}' does not exist; {VISIBLE} leaves this process {len(allowed)} GPUs.")
    return {VISIBLE: allowed[number], "CUDA_DEVICE_ORDER": "PCI_BUS_ID"}
