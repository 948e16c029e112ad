#!/usr/bin/env bash
# Make the environment of the libraries that read structure from PDFs, beside those of tests/reference/setup.sh. Safe to
# run again: what is there is kept. docling is left out: it needs weights from a hub of models.
#   bash benchmarks/layout/peers.sh [directory]        default: <repository>/.reference
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
root=${1:-${PPOCR_REFERENCE:-$top/.reference}}
python=${PYTHON:-python3}

mkdir -p "$root"
if [ ! -e "$root/structure-peers/installed" ]; then
  [ -x "$root/structure-peers/bin/python" ] || "$python" -m venv "$root/structure-peers"
  "$root/structure-peers/bin/python" -m pip install --quiet "pymupdf4llm<2" "pymupdf<2" pdfplumber
  date -u > "$root/structure-peers/installed"
fi
echo "libraries ready in $root/structure-peers"
