#!/usr/bin/env bash
# Install clients of other makers, in environments of their own. Safe to run again: what is there is kept.
#   bash tests/contract/clients/setup.sh [node|all]        node: those of npm, in seconds; all: those of PyPI too, 800 MB
# They come into <repository>/.clients, or into PPOCR_CLIENTS.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${PPOCR_CLIENTS:-$(cd "$here/../../.." && pwd)/.clients}
mkdir -p "$root/node"
if ! cmp -s "$here/package.json" "$root/node/package.json"; then
  cp "$here/package.json" "$root/node/package.json"
  npm install --silent --no-audit --no-fund --prefix "$root/node" || { rm "$root/node/package.json"; exit 1; }
fi
if [ "${1:-all}" = all ]; then
  for name in python langflow litellm; do
    cmp -s "$here/$name.txt" "$root/$name/installed.txt" && continue
    [ -x "$root/$name/bin/python" ] || "${PYTHON:-python3}" -m venv "$root/$name"
    "$root/$name/bin/python" -m pip install --quiet -r "$here/$name.txt"
    cp "$here/$name.txt" "$root/$name/installed.txt"
  done
fi
echo "clients ready in $root"
