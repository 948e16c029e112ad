#!/usr/bin/env bash
# Resolve every lock file again: newest versions that pyproject.toml and the .in files allow, or with KEEP=1 what is
# locked now wherever that is still allowed. Needs uv and the package index.
#   make lock
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv=${UV:-uv}
keep=${KEEP:-}

# lock NAME ARGUMENT...   write deploy/lock/NAME.txt
lock() {
  local file=deploy/lock/$1.txt
  shift
  local arguments=(--quiet --generate-hashes --no-header --no-annotate --no-emit-index-url --output-file "$file" "$@")
  [ -n "$keep" ] || arguments+=(--upgrade)
  "$uv" pip compile "${arguments[@]}"
  echo "$file: $(grep -c == "$file") packages"
}

# Anywhere that the server runs; one version of each package for all of these.
everywhere=(--universal --python-version 3.11 --fork-strategy fewest)
# The images: Debian 13's Python on x86-64, from wheels alone.
image=(--python-platform x86_64-unknown-linux-gnu --python-version 3.13 --only-binary :all:)
# The images have the versions of what they share with the server's own lock.
server=(--constraint deploy/lock/server.txt)

# openvino-telemetry would report our use of OpenVINO, which works without it.
quiet=(--no-emit-package openvino-telemetry)

lock build "${everywhere[@]}" deploy/lock/build.in
lock server "${everywhere[@]}" "${quiet[@]}" pyproject.toml
lock sbom "${image[@]}" deploy/lock/sbom.in
lock torch "${image[@]}" "${server[@]}" "${quiet[@]}" --extra torch pyproject.toml
lock torch-cuda12 "${image[@]}" "${server[@]}" "${quiet[@]}" --extra torch pyproject.toml deploy/lock/torch-cuda12.in
# onnxruntime-gpu takes the place of onnxruntime: both are the same module.
lock onnxruntime "${image[@]}" "${server[@]}" "${quiet[@]}" --no-emit-package onnxruntime --extra onnxruntime-gpu pyproject.toml
lock paddle "${image[@]}" "${server[@]}" "${quiet[@]}" pyproject.toml deploy/lock/paddle.in
lock paddleocr "${image[@]}" deploy/lock/paddleocr.in
