# What first.sh and second.sh share. They set `limit`, the seconds within which all steps together end, and read this.
#
#   PYTHON   the interpreter that has PyTorch (default: python3)
#   OUT      a folder for what the steps print (default: .first-light-results in the checkout)

set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../../.." || exit
python=${PYTHON:-python3}
out=${OUT:-$PWD/.first-light-results}
carried=$PWD/.first-light
site=$PWD/.first-light-site
grace=10 # seconds in which a step that was ended has to be gone
failed=0
mkdir -p "$out"

# step SECONDS FILE COMMAND...   run a command for so long at most; what it prints goes into $out/FILE, too
step() {
  local seconds=$1 file=$out/$2 left=$((limit - SECONDS)) status
  shift 2
  printf '\n=== %s\n' "$*"
  [ "$left" -ge "$seconds" ] || seconds=$left
  if [ "$seconds" -lt 1 ]; then
    echo "=== FAILED: no time was left for it"
    failed=1
    return
  fi
  # tee is bounded as well: a process that outlives the command would keep it waiting.
  timeout --kill-after=$((grace / 2)) "$seconds" "$@" 2>&1 | timeout $((seconds + grace)) tee -a "$file"
  status=${PIPESTATUS[0]}
  if [ "$status" -eq 0 ]; then return; fi
  failed=1
  case $status in
    124 | 137) echo "=== FAILED: it was ended after $seconds s" ;;
    *) echo "=== FAILED: exit status $status" ;;
  esac
}

# finish   say how it went; the script's exit status
finish() {
  printf '\n=== %s after %s s; see %s\n' "$([ "$failed" -eq 0 ] && echo 'all passed' || echo 'something FAILED')" "$SECONDS" "$out"
  exit "$failed"
}

export PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONFAULTHANDLER=1
if [ -d "$carried" ]; then
  export XDG_CACHE_HOME=$carried/cache PPOCR_EVALUATION_DATA=$carried
  # Installed packages stay on the machine between runs; others take their place when other versions are carried.
  if ! cmp --silent "$carried/wheels.txt" "$site/wheels.txt"; then
    rm -rf "$site"
    step 30 install.txt "$python" -m pip install --quiet --no-index --no-deps --no-compile --no-cache-dir \
      --find-links "$carried/wheels" --requirement "$carried/wheels.txt" --target "$site"
    [ "$failed" -ne 0 ] || cp "$carried/wheels.txt" "$site"
  fi
  export PYTHONPATH=$site:$PWD
else
  echo "There is no folder .first-light: this machine's own packages, models and pages are used."
  export PYTHONPATH=$PWD
fi
models=${XDG_CACHE_HOME:-$HOME/.cache}/ppocr-server/models
