"""Runs Langflow's component: ``langflow_component.py BASE_URL TOKEN FILE TASK MODEL``. It prints its data."""

import json
import sys
from pathlib import Path

from lfx.base.data.base_file import BaseFileComponent
from lfx.schema.data import Data
from lfx_paddle.components.paddle import PaddleOCRComponent


def main(base_url: str, token: str, file: str, task: str, model: str) -> None:
    component = PaddleOCRComponent(access_token=token, base_url=base_url, task_type=task, model=model)
    given = BaseFileComponent.BaseFile(data=Data(data={}), path=Path(file), delete_after_processing=False)
    (done,) = component.process_files([given])
    data = done.data[0] if isinstance(done.data, list) else done.data
    print(json.dumps({"text": data.data["text"], "pages": len(data.data["pages"]), "model": data.data["model"]}))


main(*sys.argv[1:])
