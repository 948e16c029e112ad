"""Health checks, version and metrics, for operators."""

from dataclasses import asdict
from typing import Any

from litestar import Response, get, route
from prometheus_client import CONTENT_TYPE_LATEST

from models.optional_stage import ModuleStatus, missing_model
from server.contracts.base import AnyRequest
from server.contracts.paddlex_shapes.envelope import envelope, new_log_id
from server.errors import NotReady
from server.http.auth import LOCAL, PUBLIC
from server.http.head import GET_AND_HEAD
from server.lifecycle import Phase
from server.runtime import RuntimeDependency
from server.telemetry.record import record_of
from server.version import PACKAGE, installed_version


@get("/health", media_type="application/json", opt={PUBLIC: True})
async def health(request: AnyRequest, runtime: RuntimeDependency) -> Response[bytes]:
    """Say that the server can read, in the contract's envelope. Clients wait for this before they send documents.

    A request that comes while the models are loaded waits for them, as documents do. The reference does not even listen
    at that time.
    """
    await runtime.start_up.wait(runtime.configuration.settings.limits.body_timeout_seconds)
    if runtime.lifecycle.phase is Phase.STARTING:
        raise NotReady
    record = record_of(request.scope)  # type: ignore[arg-type]
    record.log_id = new_log_id()
    return Response(envelope(record.log_id, 0, "Healthy"), media_type="application/json")


@route("/health/live", http_method=GET_AND_HEAD, opt={PUBLIC: True}, sync_to_thread=False)
def live() -> dict[str, str]:
    """Say that the process answers. If it does not, restart it."""
    return {"status": "alive"}


@route("/health/ready", http_method=GET_AND_HEAD, opt={PUBLIC: True}, sync_to_thread=False)
def ready(runtime: RuntimeDependency) -> Response[dict[str, Any]]:
    """Say whether the server takes documents, and which modules are loaded. 503 while it starts, drains or has failed.

    While it starts, ``start`` holds the current step and the progress.
    """
    serving = runtime.lifecycle.phase is Phase.SERVING
    healthy = runtime.pipeline.healthy
    status = "failed" if serving and not healthy else runtime.lifecycle.phase.value
    modules = [
        {"module": module.module, "model": module.model_name, "state": module.state, "detail": _detail(module)}
        for module in runtime.pipeline.modules()
    ]
    content: dict[str, Any] = {"status": "ready" if serving and healthy else status, "modules": modules}
    if runtime.lifecycle.phase is Phase.STARTING:
        content["start"] = asdict(runtime.start_up.progress)
    if replicas := runtime.pipeline.replicas():
        content["replicas"] = [asdict(replica) for replica in replicas]
    return Response(content, status_code=200 if serving and healthy else 503)


def _detail(module: ModuleStatus) -> str:
    """The detail of a module's state for callers. A failure's own message may name files of this machine."""
    if module.state == "not_installed":
        return missing_model(module.model_name)
    if module.state == "unusable":
        return "Its model cannot be opened; the server's log says why."
    return module.detail


@route("/version", http_method=GET_AND_HEAD, opt={LOCAL: True}, sync_to_thread=False)
def version() -> dict[str, str]:
    """Name the server and its version."""
    return {"name": PACKAGE, "version": installed_version()}


@route("/metrics", http_method=GET_AND_HEAD, opt={LOCAL: True}, sync_to_thread=False)
def metrics(runtime: RuntimeDependency) -> Response[bytes]:
    """Give all metrics in the Prometheus text format."""
    # Set as a header, because the framework would add a second charset to a media type of text.
    return Response(runtime.metrics.render(), headers={"Content-Type": CONTENT_TYPE_LATEST})
