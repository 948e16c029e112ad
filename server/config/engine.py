"""Adds our engine settings to a pipeline's configuration: the engine, its device and how it computes."""

from dataclasses import replace

from models.config import PipelineConfig
from server.config.settings import EngineSettings


def with_engine(config: PipelineConfig, engine: EngineSettings) -> PipelineConfig:
    """Add the engine to a pipeline's configuration.

    Args:
        config: with models and defaults, from PaddleX's file.
        engine: our settings. Of several devices, the pipeline of this process takes the first.
    """
    return replace(
        config,
        engine=engine.name,
        device=engine.first_device,
        threads=engine.threads,
        precision=engine.precision,
        stage_precisions={str(stage): value for stage, value in engine.stage_precisions.items()},
        padding=engine.padding,
        tensorrt=engine.tensorrt,
        torch_compile=engine.torch_compile,
        hang_seconds=engine.hang_seconds,
        gpu_memory_share=engine.gpu_memory_share,
    )
