import asyncio
import gc
import threading
from pathlib import Path

import pytest

from models.errors import ModelNotInstalled, ModuleNotLoaded
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


def test_an_opening_that_fails_after_its_callers_have_left_is_no_error_of_the_loop() -> None:
    reports: list[object] = []
    let = threading.Event()

    def fail() -> None:
        let.wait(10)
        raise ModelNotInstalled("not there")

    async def test() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
        stage: OptionalStage = OptionalStage("doc_unwarping", "UVDoc", fail)  # type: ignore[arg-type]
        caller = asyncio.ensure_future(stage.get(CpuPool(1)))
        while not stage.opening:  # noqa: ASYNC110
            await asyncio.sleep(0)
        caller.cancel()
        await asyncio.wait([caller])
        let.set()
        await stage.close()
        assert stage.status.state == "not_installed"
        gc.collect()
        await asyncio.sleep(0)

    asyncio.run(test())
    assert reports == []
