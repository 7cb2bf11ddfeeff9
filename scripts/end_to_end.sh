#!/usr/bin/env bash
# Runs the program as a user does: every block of README, data-set page and tutorial that is not marked `no-run`, in
# short, and, where recordings lie next to the repository, the macaque V4 session.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(realpath "${1:-target/release/afterimage}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$program" config --preset gaziv2022 >/dev/null
scripts/run_docs.sh "$program" "$work" README.md docs/data-set.md docs/tutorial.md
demo="$work/runs/demo"
test -s "$demo/report.html"

# The same run again must be refused, and resuming a finished run must change no score.
if "$program" demo --out "$demo" 2>/dev/null; then echo "a run was overwritten" >&2; exit 1; fi
cp "$demo/scores.json" "$work/before.json"
"$program" evaluate "$demo" >/dev/null
cmp "$work/before.json" "$demo/scores.json"

if [ -d ../shared/data/v4 ]; then
  # The same layout as scripts/fetch_v4.py makes.
  data=$(realpath ../shared/data)
  sed "s#\"data/#\"$data/#" examples/v4-201025.manifest.toml >"$work/v4.manifest.toml"
  "$program" import generic "$work/v4.manifest.toml" --out "$work/v4-201025.afterimage"
  "$program" prepare "$work/v4-201025.afterimage" --split cluster --test 60 --validation 60 --zscore all --out "$work/v4-clusters.afterimage"
  "$program" audit "$work/v4-clusters.afterimage" --features --fix "$work/leave-out.toml"
  sed "s#^dataset = .*#dataset = \"$work/v4-201025.afterimage\"#; s#\"data/#\"$data/#g" examples/v4-201025.toml >"$work/v4.toml"
  "$program" run "$work/v4.toml" --out "$work/v4" --set encoder.epochs=1 --set decoder.epochs=1
  test -s "$work/v4/report.html"
else
  echo "skipped: scripts/end_to_end.sh: no recordings in ../shared/data/v4" | tee -a "${AFTERIMAGE_SKIPPED:-/dev/null}" >&2
fi
