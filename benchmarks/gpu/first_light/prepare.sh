#!/usr/bin/env bash
# Make .first-light, which has all that a card's machine without a network needs beside the checkout: models, pages and
# wheels for x86-64. It needs the network, and the default models (`ppocr-server models pull`).
#
#   PYTHON        an interpreter that has pip (default: python3)
#   CARD_PYTHON   the version of Python on the card's machine (default: 3.12)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
python=${PYTHON:-python3}
carried=.first-light
models=${XDG_CACHE_HOME:-$HOME/.cache}/ppocr-server/models
pages=${PPOCR_EVALUATION_DATA:-../shared}/data/funsd/testing_data/images
most_mebibytes=64 # that the checkout and this folder may have together, where only so much can be carried

rm -rf "$carried"
mkdir -p "$carried/wheels"

for name in PP-OCRv5_mobile_det PP-OCRv5_mobile_rec ch_ppocr_mobile_v2.0_cls; do
  if ! [ -d "$models/$name" ]; then
    echo "There is no model $name in $models: run 'ppocr-server models pull' first." >&2
    exit 1
  fi
  mkdir -p "$carried/cache/ppocr-server/models/$name"
  install -m 644 "$models/$name"/* "$carried/cache/ppocr-server/models/$name"
done

if [ -d "$pages" ]; then
  mkdir -p "$carried/data/funsd/testing_data/images"
  install -m 644 "$pages"/*.png "$carried/data/funsd/testing_data/images"
else
  echo "There is no evaluation data at $pages: drawn pages will stand in."
fi

"$python" -m benchmarks.gpu.first_light.packages >"$carried/wheels.txt"
platforms=(--platform manylinux2014_x86_64 --platform manylinux1_x86_64)
for glibc in 2_17 2_24 2_27 2_28 2_31 2_34; do platforms+=(--platform "manylinux_${glibc}_x86_64"); done
"$python" -m pip download --quiet --no-deps --only-binary=:all: --implementation cp \
  --python-version "${CARD_PYTHON:-3.12}" "${platforms[@]}" --dest "$carried/wheels" --requirement "$carried/wheels.txt"

bytes=$(du -sb "$carried" | cut -f1)
tracked=$(git ls-files --cached --others --exclude-standard -z | xargs -0 du -cb | tail -n 1 | cut -f1)
total=$(((bytes + tracked) >> 20))
echo "$carried has $((bytes >> 20)) MiB, with the checkout $total MiB."
if [ "$total" -ge "$most_mebibytes" ]; then
  echo "That is more than the $most_mebibytes MiB that can be carried." >&2
  exit 1
fi
