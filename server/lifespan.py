"""Starts the parts of the application, and stops them at its end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from litestar import Litestar

from server.runtime import Runtime
from server.storage.sweeping import swept
from server.telemetry.loop_errors import report_loop_errors
from server.telemetry.loop_lag import LoopLag

logger = logging.getLogger("ppocr.lifespan")


@asynccontextmanager
async def running(app: Litestar) -> AsyncIterator[None]:
    """Start an application's parts, serve, and stop them in reverse order.

    The HTTP server calls the second half when it has answered the accepted requests. If a part fails to start, the
    parts that had started are stopped. A start in the background is cancelled if the end comes first.
    """
    report_loop_errors()
    start_up = app.state.runtime.start_up
    stop = asyncio.Event()
    # One task for both halves, because some parts must be stopped by the task that started them.
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
        # Reported only now, when all parts that had started are stopped again.
        if not runtime.start_up.ended.is_set():
            runtime.start_up.fail(error)
        raise


async def _start(app: Litestar, runtime: Runtime, started: AsyncExitStack) -> None:
    started.callback(runtime.threads.close)
    await asyncio.to_thread(runtime.start_up.before)
    started.push_async_callback(runtime.pipeline.close)
    # At the same time: the decode workers import their libraries while the models are being read.
    decoder_start = asyncio.create_task(runtime.decoder.start())
    started.push_async_callback(_stop_decoder, runtime, decoder_start)
    await _open_modules(runtime)
    await asyncio.shield(decoder_start)
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
    """Stop the decode workers after all have started, so that none is left. Its errors are raised elsewhere."""
    await asyncio.gather(start, return_exceptions=True)
    await runtime.decoder.stop()


async def _open_modules(runtime: Runtime) -> None:
    """Open the modules that the defaults turn on, or fail. Open the others too, unless they open at their first use."""
    if runtime.configuration.pipeline.optional == "first_use":
        await runtime.pipeline.open_required()
    else:
        await runtime.pipeline.open_optional()


def _report_modules(runtime: Runtime) -> None:
    """Log the models in use on one line, and each module that cannot run as a warning. The others are for debugging."""
    modules = runtime.pipeline.modules()
    loaded = [module for module in modules if module.state == "loaded"]
    logger.info("Models: %s", "; ".join(f"{module.model_name} ({module.detail})" for module in loaded))
    for module in modules:
        level = logging.WARNING if module.state in ("not_installed", "unusable") else logging.DEBUG
        facts = {"model": module.model_name, "state": module.state, "detail": module.detail}
        logger.log(level, "module %s", module.module, extra={"facts": facts})
