"""One module an inference library, behind one small protocol. Whichever it is, it tells its makers nothing.

Two libraries report their use unless that is prevented before they load, wherever the variable CI is not set:

- ONNX Runtime's packages, from 1.29 on, send facts about machine and models and keep an identifier in the user's cache
  directory. A variable turns that off; nothing that is set outside may turn it on again.
- OpenVINO sends that it was imported, by the package openvino-telemetry, and keeps an identifier in the home directory.
  Where that package cannot be imported, it has a stand-in that does nothing.
"""

import os
import sys

os.environ["ORT_DISABLE_TELEMETRY"] = "1"
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # forbids the import
