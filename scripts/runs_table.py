"""Run folders as one Markdown table: a row per configuration and data set, a column per score.

    python scripts/runs_table.py runs/choice/* --scores identification.pairwise.efficientnet-lite0 image.pixcorr

Runs of one name and data set that differ in seed only are one row: the mean of their scores, with the smallest and the largest. The name is
that of the experiment (`name` of experiment.toml) or of the baseline.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

SCORES = [
    "identification.pairwise.efficientnet-lite0",
    "identification.pairwise.perceptual",
    "identification.external.perceptual.50way",
    "image.pixcorr",
    "image.ssim",
    "encoder.r.median",
]


def key(folder):
    """Data set and name of a run."""
    run = json.loads((folder / "run.json").read_text())
    baseline = run.get("baseline")
    return run["data"]["title"], baseline["name"] if baseline else run["name"]


def values(folder):
    """Value of each score."""
    return {score["name"]: score["value"] for score in json.loads((folder / "scores.json").read_text())["scores"]}


def cell(found):
    """The mean, with the range of several."""
    found = [value for value in found if value is not None]
    if not found:
        return ""
    mean = f"{sum(found) / len(found):.3f}"
    return mean if len(found) == 1 else f"{mean} ({min(found):.3f} to {max(found):.3f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--scores", nargs="+", default=SCORES)
    args = parser.parse_args()
    rows = defaultdict(list)
    for folder in args.runs:
        if (folder / "scores.json").is_file():
            rows[key(folder)].append(values(folder))
    print("| data set | configuration | runs | " + " | ".join(f"`{name}`" for name in args.scores) + " |")
    print("|" + "---|" * (3 + len(args.scores)))
    for (data, name), found in sorted(rows.items()):
        cells = [cell([scores.get(score) for scores in found]) for score in args.scores]
        print(f"| {data} | {name} | {len(found)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
