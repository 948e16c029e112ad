"""``make parity``: the golden answers under the reference's own OpenCV and under ours, in process and over HTTP.

The reference's OpenCV is put into a folder of its own (``.reference/opencv``) and only into the path of the child
processes, so that the environment keeps the version that is shipped.
"""

import os
import subprocess
import sys
from importlib.util import find_spec

from tests.reference.serving import REPOSITORY, ROOT

OPENCV = "opencv-python-headless==4.10.0.84"
ENGINES = ("onnxruntime", "openvino")


def main(arguments: list[str]) -> int:
    """Run everything; arguments go to `tests.parity.run`, e.g. names of cases. 1 where a bar is missed."""
    folder = ROOT / "opencv"
    if not folder.is_dir():
        install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), OPENCV]
        subprocess.run(install, check=True)
    reference = [str(folder), str(REPOSITORY)]
    engines = [engine for engine in ENGINES if find_spec(engine)]
    failed = 0
    for engine in engines:
        failed += _run(["-m", "tests.parity.run", "--engine", engine, *arguments], reference)
    failed += _run(["-m", "tests.parity.run", *arguments], [str(REPOSITORY)])
    failed += _run(["-m", "pytest", "-q", "-rs", str(REPOSITORY / "tests" / "parity")], reference)
    return int(failed > 0)


def _run(command: list[str], paths: list[str]) -> int:
    print(f"\n{' '.join(command)}", flush=True)
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return int(subprocess.run([sys.executable, *command], env=environ, cwd=REPOSITORY, check=False).returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
