"""The list of presets, for callers who want to name one."""

from litestar import route

from server.http.auth import LOCAL
from server.http.head import GET_AND_HEAD
from server.pipelines.model_store import open_store
from server.pipelines.presets import describe_presets
from server.runtime import RuntimeDependency


@route("/presets", http_method=GET_AND_HEAD, media_type="application/json", opt={LOCAL: True}, sync_to_thread=True)
def presets(runtime: RuntimeDependency) -> dict[str, list[dict[str, object]]]:
    """List the presets, with their models and the contracts that read with them."""
    described = describe_presets(runtime.configuration, open_store(runtime.configuration))
    return {"presets": [preset.as_json() for preset in described]}
