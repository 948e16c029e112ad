"""What happens when the application starts and when it ends."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar

from server.runtime import Runtime
from server.telemetry.loop_lag import LoopLag

logger = logging.getLogger("ppocr.lifespan")


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Start an application's parts, serve, and stop them in reverse.

    The HTTP server calls the second half when it has answered what it accepted. Whatever fails to start stops what had
    started already.
    """
    runtime: Runtime = app.state.runtime
    async with AsyncExitStack() as started:
        started.callback(runtime.workers.close)
        started.push_async_callback(runtime.pipeline.close)
        await _open_modules(runtime)
        await runtime.decoder.start()
        started.push_async_callback(runtime.decoder.stop)
        lag = LoopLag(runtime.metrics.loop_lagged)
        lag.start()
        started.callback(lag.stop)
        for contract in app.state.contracts:
            await started.enter_async_context(contract.running())
        _report_modules(runtime)
        runtime.lifecycle.started()
        started.callback(runtime.lifecycle.drain)
        yield


async def _open_modules(runtime: Runtime) -> None:
    """Open what the defaults turn on, or the start fails; and the others, unless they wait for their first use."""
    if runtime.configuration.pipeline.optional == "first_use":
        await runtime.pipeline.open_required()
    else:
        await runtime.pipeline.open_optional()


def _report_modules(runtime: Runtime) -> None:
    for module in runtime.pipeline.modules():
        level = logging.WARNING if module.state in ("not_installed", "unusable") else logging.INFO
        facts = {"model": module.model_name, "state": module.state, "detail": module.detail}
        logger.log(level, "module %s", module.module, extra={"facts": facts})
