"""What happens when the application starts and when it ends."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar

from server.runtime import Runtime
from server.storage.sweeping import swept
from server.telemetry.loop_lag import LoopLag

logger = logging.getLogger("ppocr.lifespan")


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Start an application's parts, serve, and stop them in reverse.

    The HTTP server calls the second half when it has answered what it accepted. Whatever fails to start stops what had
    started already. A start in the background is given up where the end comes first.
    """
    start_up = app.state.runtime.start_up
    stop = asyncio.Event()
    # One task for both halves: what some parts start must end in the task that started it.
    life = asyncio.create_task(_live(app, stop))
    try:
        if not start_up.background:
            await _started(app.state.runtime, life)
        yield
    finally:
        stop.set()
        if not start_up.ended.is_set():
            life.cancel()
        await asyncio.wait([life])
        if not life.cancelled() and (failure := life.exception()) is not None:
            logger.debug("the application ended with %s", type(failure).__name__)


async def _started(runtime: Runtime, life: "asyncio.Task[None]") -> None:
    await runtime.start_up.ended.wait()
    if runtime.start_up.failure is not None:
        await life


async def _live(app: Litestar, stop: asyncio.Event) -> None:
    runtime: Runtime = app.state.runtime
    try:
        async with AsyncExitStack() as started:
            await _start(app, runtime, started)
            runtime.start_up.succeed()
            await stop.wait()
    except BaseException as error:
        # Told when all that had started has ended again.
        if not runtime.start_up.ended.is_set():
            runtime.start_up.fail(error)
        raise


async def _start(app: Litestar, runtime: Runtime, started: AsyncExitStack) -> None:
    started.callback(runtime.threads.close)
    await asyncio.to_thread(runtime.start_up.before)
    started.push_async_callback(runtime.pipeline.close)
    # Side by side: the workers import their libraries while the models are being read.
    workers = asyncio.create_task(runtime.decoder.start())
    started.push_async_callback(_stop_decoder, runtime, workers)
    await _open_modules(runtime)
    await asyncio.shield(workers)
    lag = LoopLag(runtime.metrics.loop_lagged)
    lag.start()
    started.callback(lag.stop)
    await started.enter_async_context(swept(runtime.publisher.store))
    for contract in app.state.contracts:
        await started.enter_async_context(contract.running())
    _report_modules(runtime)
    runtime.lifecycle.started()
    started.callback(runtime.lifecycle.drain)


async def _stop_decoder(runtime: Runtime, start: "asyncio.Task[None]") -> None:
    """Stop the workers once they have all started, so that none is left over; how that went, others have heard."""
    await asyncio.gather(start, return_exceptions=True)
    await runtime.decoder.stop()


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
