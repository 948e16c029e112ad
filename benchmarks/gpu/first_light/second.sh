#!/usr/bin/env bash
# The second run on a card, at most 480 s, when everything in first.sh passed: how fast, and what does the time go on?
limit=465
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step 85 first_light.txt "$python" -m benchmarks.gpu.first_light --models "$models" cold feeding table profile
step 80 pipeline.txt "$python" -m benchmarks.gpu --models "$models" --out "$out" --parts ceilings pipeline
for part in one_process two_processes four_processes; do
  step 75 first_light.txt "$python" -m benchmarks.gpu.first_light --models "$models" "$part"
done
# Last, as the compiler takes minutes: it has what is left of the time.
step 120 first_light.txt "$python" -m benchmarks.gpu.first_light --models "$models" compiled
finish
