"""From the configured devices to one replica each: what it may see of the machine, and what it is told to load."""

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
"""Signs of life in the time after which a replica counts as hung, if that is short; else one a second."""


def replicas_of(
    configuration: Configuration, store: StoreSettings, environ: Mapping[str, str]
) -> tuple[ReplicaSettings, ...]:
    """How to start each replica of a configuration; none where the pipeline runs in the server's own process.

    Raises:
        EngineUnavailable: ``auto``, and there is no GPU; or one that this process itself may not use.
    """
    engine, server = configuration.settings.engine, configuration.settings.server
    devices = every_gpu() if engine.devices == "auto" else engine.devices
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


def _own_config(config: PipelineConfig, device: str, devices: Sequence[str]) -> PipelineConfig:
    """A replica sees one card, its first, and replicas share the cores."""
    if device != "cpu":
        return replace(config, device="gpu:0", cores=max(1, usable_cores() // len(devices)))
    return replace(config, device="cpu", cores=max(1, usable_cores() // devices.count("cpu")))


def _environment(device: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Make one card visible: ``gpu:N`` is the Nth of those that this process itself may use, and no other.

    Cards are numbered as ``nvidia-smi`` does it; CUDA's own order, the fastest first, may be another.
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
