#!/usr/bin/env bash
# scripts/fetch_v4.py on small files of this machine: it makes each item, keeps what fits, and refuses what changed.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sum() { sha256sum | cut -d' ' -f1; }

printf 'recording' >"$work/a.npy"
printf 'ImageId,Other,Author\n7,x,"Lee, A."\n' >"$work/a.csv"
mkdir -p "$work/top/set/"{ant,bee,none}
for name in ant/1 ant/2 ant/3 bee/1 none/1; do printf '%s' "$name" >"$work/top/set/$name.jpg"; done
tar -C "$work" -czf "$work/a.tar.gz" top
lines=$(for name in ant/1 ant/2 bee/1; do echo "$(printf '%s' "$name" | sum)  $name.jpg"; done)
cat >"$work/sources.toml" <<END
[[item]]
path = "v4/responses.npy"
url = "file://$work/a.npy"
sha256 = "$(printf 'recording' | sum)"
licence = "none"
[[item]]
path = "images.csv"
url = "file://$work/a.csv"
columns = { image_id = "ImageId", author = "Author" }
sha256 = "$(printf 'image_id,author\n7,"Lee, A."\n' | sum)"
licence = "none"
[[item]]
path = "photos"
url = "file://$work/a.tar.gz"
files = "set/*.jpg"
not = "*none*"
first = 2
sha256 = "$(echo "$lines" | sum)"
licence = "none"
END
fetch() { python3 scripts/fetch_v4.py --sources "$work/sources.toml" --out "$work/out" 2>"$work/said"; }

fetch
[ "$(find "$work/out" -type f | wc -l)" = 5 ]
fetch
[ "$(grep -c 'is there' "$work/said")" = 3 ]
printf 'damaged' >"$work/out/v4/responses.npy"
printf 'changed' >"$work/a.npy"
if fetch; then echo "a changed file was accepted" >&2; exit 1; fi
grep -q "a.npy is not what it was" "$work/said"
printf 'recording' >"$work/a.npy"
fetch
[ "$(cat "$work/out/v4/responses.npy")" = recording ]
[ -z "$(find "$work/out" -name '.*')" ]
