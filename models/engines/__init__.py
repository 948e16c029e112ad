"""The inference libraries, one module each, behind one small protocol. None of them may report its use to its makers.

Two libraries report their use if the variable CI is not set. This has to be prevented before they load:

- ONNX Runtime's packages, from 1.29 on, send facts about the machine and the models, and keep an identifier in the
  user's cache directory. A variable switches this off. It is always set here, so nothing outside can switch it on.
- OpenVINO reports its import with the package openvino-telemetry, and keeps an identifier in the home directory. If
  that package cannot be imported, OpenVINO does nothing in its place.
"""

import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # forbids the import
