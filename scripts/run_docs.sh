#!/usr/bin/env bash
# Runs the code blocks of pages as a reader does who copies them: scripts/run_docs.sh PROGRAM FOLDER PAGE...
#
# All pages run in order in one FOLDER, and the first command that fails ends it. `sh` blocks are run as they stand, `toml` blocks
# are written to the file that their first line names (`# experiment.toml`), `python` blocks are run where zarr and numpy are
# installed. Blocks of another kind (`sh no-run`, `text`) are not run. So that each takes seconds, `demo`, `run` and `ablate` get
# the settings of SHORT and `baseline` those of DRAWS; `view` listens on a free port and is stopped after three seconds.
set -euo pipefail
program=$(realpath "$1")
pages=$(realpath "${@:3}")
mkdir -p "$2"
cd "$2"
export program DRAWS="--set evaluation.resamples=500 --set evaluation.permutations=500"
export SHORT="--set encoder.epochs=1 --set decoder.epochs=1 --set decoder.batch_unpaired=4 $DRAWS"

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
cat >"$bin/afterimage" <<'END'
#!/usr/bin/env bash
case "$1 ${2:-}" in
  "demo "* | "run "* | "ablate "*) exec "$program" "$@" $SHORT ;;
  "baseline "*) exec "$program" "$@" $DRAWS ;;
  "view "*)
    code=0
    timeout --preserve-status --signal INT 3 "$program" "$@" --listen 127.0.0.1:0 || code=$?
    [ "$code" = 0 ] || [ "$code" = 130 ]
    ;;
  *) exec "$program" "$@" ;;
esac
END
chmod +x "$bin/afterimage"
export PATH="$bin:$PATH"

# Makes one script of a page's blocks.
extract() {
  awk -v page="$(basename "$1")" '
    function fence(line) { match(line, /^ */); return substr(line, RLENGTH + 1) ~ /^```/ }
    !inside && fence($0) {
      match($0, /^ */); indent = RLENGTH; kind = substr($0, indent + 4); inside = 1; first = 1
      if (kind == "sh") printf "block=%s:%d; echo \"== $block\" >&2\n", page, NR
      if (kind == "python") printf "block=%s:%d; echo \"== $block\" >&2\nrun_python <<\"END_OF_BLOCK\"\n", page, NR
      next
    }
    inside && fence($0) {
      if (kind == "python" || (kind == "toml" && !first)) print "END_OF_BLOCK"
      inside = 0; next
    }
    !inside { next }
    { line = substr($0, indent + 1) }
    kind == "toml" && first {
      if (line !~ /^# [^ ]+\.toml$/) { print page ":" NR ": the block does not begin with the name of its file" >"/dev/stderr"; exit 1 }
      printf "block=%s:%d; cat >%s <<\"END_OF_BLOCK\"\n", page, NR, substr(line, 3)
    }
    { first = 0 }
    kind == "sh" || kind == "python" || kind == "toml" { print line }
  ' "$1"
}

{
  echo 'set -euo pipefail; trap '\''echo "failed: $block" >&2'\'' ERR'
  echo 'run_python() {
    if python3 -c "import numpy, zarr" 2>/dev/null; then python3 -; else
      cat >/dev/null; echo "skipped: $block: needs numpy and zarr" | tee -a "${AFTERIMAGE_SKIPPED:-/dev/null}" >&2
    fi
  }'
  for page in $pages; do extract "$page"; done
} >"$bin/blocks.sh"
grep -q '^block=' "$bin/blocks.sh" || { echo "no block to run in $pages" >&2; exit 1; }
bash "$bin/blocks.sh"
