import sys
from pathlib import Path

import pytest

from models.engines.base import EngineOptions, open_engine
from models.errors import EngineUnavailable


def test_a_missing_paddle_is_said_with_what_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delitem(sys.modules, "models.engines.paddle", raising=False)
    monkeypatch.setitem(sys.modules, "paddle", None)
    with pytest.raises(EngineUnavailable, match=r"pip install 'ppocr-server\[paddle\]'$"):
        open_engine("paddle", tmp_path, EngineOptions())


def test_an_unknown_engine_is_told_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(EngineUnavailable, match="known are onnxruntime, openvino, paddle"):
        open_engine("onix", tmp_path, EngineOptions())
