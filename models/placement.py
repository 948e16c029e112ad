"""Which devices there are to put a pipeline on."""

from models.engines.nvidia import count_gpus
from models.errors import EngineUnavailable


def every_gpu() -> tuple[str, ...]:
    """All NVIDIA GPUs that this process can use, as device names.

    Raises:
        EngineUnavailable: there is none; nothing else is taken instead.
    """
    count = count_gpus()
    if not count:
        raise EngineUnavailable("The NVIDIA driver knows no GPU that this process can use.")
    return tuple(f"gpu:{number}" for number in range(count))
