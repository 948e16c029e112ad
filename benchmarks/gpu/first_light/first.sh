#!/usr/bin/env bash
# The first run on a card, at most 330 s: does the server work there, and if not, why? Run it again after a change.
limit=315
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step 5 nvidia_smi.txt nvidia-smi
step 140 first_light.txt "$python" -m benchmarks.gpu.first_light --models "$models" \
  ops nets thread_exit oom_in_capture capture_beside_others
step 80 test_cuda.txt "$python" -m pytest -q -p no:cacheprovider -rs -o faulthandler_timeout=40 \
  tests/unit/models/engines/test_torch_on_a_gpu.py
step 60 check.txt "$python" -c 'from server.cli import main; main()' check --config configs/cuda.yaml \
  --set models.offline=true --set models.optional_modules=as_configured
finish
