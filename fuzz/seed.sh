#!/usr/bin/env bash
# Fills fuzz/corpus from the fixtures. Then, with a nightly toolchain: cargo fuzz run hdf5 -- -max_total_time=300
set -euo pipefail
cd "$(dirname "$0")"
fixtures=../crates/formats/tests/fixtures
mkdir -p corpus/{npy,mat,hdf5,volume,table}
cp "$fixtures"/*.mat corpus/mat/
cp "$fixtures"/*.h5 "$fixtures"/v73.mat corpus/hdf5/
for packed in "$fixtures"/*.h5.gz; do
    # PyTables' files are mostly blank space, beyond the size at which mutation finds anything.
    name=$(basename "$packed" .gz)
    size=$(gunzip -c "$packed" | wc -c)
    if [ "$size" -lt 1000000 ]; then gunzip -c "$packed" >"corpus/hdf5/$name"; fi
done
cp "$fixtures"/*.nii "$fixtures"/*.nii.gz "$fixtures"/*.mgh "$fixtures"/*.mgz corpus/volume/
cp "$fixtures"/*.csv "$fixtures"/*.tsv corpus/table/
cp "$fixtures"/*.np[yz] corpus/npy/
