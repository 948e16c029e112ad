import asyncio
from pathlib import Path

import pytest

from models.errors import ModuleNotLoaded
from models.optional_stage import OptionalStage
from models.stages.base import CpuPool
from models.store.weights import ModelStore
from server.config.files import MANIFEST_FILE, packaged_file
from server.errors import from_pipeline


def test_callers_learn_the_command_and_only_the_operator_the_directory(tmp_path: Path) -> None:
    store = ModelStore(tmp_path, offline=True, manifest_path=packaged_file(MANIFEST_FILE))
    stage: OptionalStage = OptionalStage("doc_unwarping", "UVDoc", lambda: store.find("UVDoc"))  # type: ignore[arg-type,return-value]
    with pytest.raises(ModuleNotLoaded) as caught:
        asyncio.run(stage.get(CpuPool(1)))
    told = from_pipeline(caught.value).message
    assert told.endswith("ppocr-server models pull UVDoc")
    assert str(tmp_path) not in told
    assert str(tmp_path) in stage.status.detail
