"""Reconstruct each figure of Miyawaki et al. 2008 from a network that never saw it, in five folds of four figures.

    python scripts/miyawaki_folds.py miyawaki_structured_28x28.mat runs/miyawaki --program target/release/afterimage \\
        --sheet docs/miyawaki.png

Prints pairwise identification over all figures, each against the other three of its fold (chance 50 %), by the report's
perceptual distance and by pixels, with percentile bootstrap intervals over figures, and, by pixels, the p-value of
permuting reconstructions within folds. Finished runs are not run again. Needs NumPy and Pillow.
"""

import argparse
import json
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image

FOLDS, FIGURES, SIDE, GAP = 5, 20, 64, 4


def run(args, fold):
    """The run folder of a fold."""
    data, out = args.runs / f"fold{fold}.afterimage", args.runs / f"fold{fold}"
    if (out / "report.html").exists():
        return out
    held_out = ",".join(str(figure) for figure in range(fold, FIGURES, FOLDS))
    importing = ["import", "miyawaki", args.mat, "--out", data, "--overwrite", "--image-side", "64"]
    subprocess.run([args.program, *importing, "--test-figures", held_out], check=True, stdout=subprocess.DEVNULL)
    where = ["--out", out, "--set", f"data.dataset={data.resolve()}"]
    subprocess.run([args.program, "run", args.experiment, *where, "--ablate", "unpaired"], check=True)
    return out


def pictures(folder):
    """Shown and reconstructed pictures, `[figures, pixels]` each, and their names."""
    items = json.loads((folder / "pictures.json").read_text())
    load = lambda kind: np.stack([np.asarray(Image.open(folder / item[kind]).convert("RGB"), float).ravel() for item in items])
    return load("shown"), load("reconstruction"), [item["name"] for item in items]


def pairwise(similar):
    """Of each row, the share of other columns that are less similar than its own; ties count half."""
    own, n = np.diag(similar)[:, None], len(similar)
    wins = (similar < own) + 0.5 * (similar == own)
    return (wins.sum(1) - 0.5) / (n - 1)


def interval(values, rng):
    means = rng.choice(values, (10_000, len(values))).mean(1)
    return np.percentile(means, [2.5, 97.5])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mat", type=Path)
    parser.add_argument("runs", type=Path)
    parser.add_argument("--program", type=Path, default="afterimage")
    parser.add_argument("--experiment", type=Path, default=Path(__file__).parent.parent / "examples/miyawaki.toml")
    parser.add_argument("--sheet", type=Path)
    args = parser.parse_args()
    args.runs.mkdir(parents=True, exist_ok=True)
    folders = [run(args, fold) for fold in range(FOLDS)]

    rng = np.random.default_rng(0)
    perceptual, encoders, matrices, found = [], [], [], {}
    for folder in folders:
        scores = {score["name"]: score for score in json.loads((folder / "scores.json").read_text())["scores"]}
        perceptual += scores["identification.pairwise.perceptual"]["per_item"]
        encoders.append(scores["encoder.r.median"]["value"])
        shown, made, names = pictures(folder)
        matrices.append(np.corrcoef(made, shown)[: len(made), len(made) :])
        found.update({name: (a, b) for name, a, b in zip(names, shown, made)})
    pixels = np.concatenate([pairwise(matrix) for matrix in matrices])
    for label, values in [("perceptual", np.array(perceptual)), ("pixels", pixels)]:
        low, high = interval(values, rng)
        print(f"pairwise, {label}: {100 * values.mean():.1f} % [{100 * low:.1f}, {100 * high:.1f}], n = {len(values)}")
    shuffled = lambda: np.mean([pairwise(matrix[rng.permutation(len(matrix))]).mean() for matrix in matrices])
    p = (1 + sum(shuffled() >= pixels.mean() for _ in range(10_000))) / 10_001
    print(f"pixels: p = {p:.1e} (10 000 permutations within folds)")
    print("encoder, median r over voxels, by fold:", ", ".join(f"{r:.3f}" for r in encoders))
    if args.sheet:
        sheet = Image.new("RGB", (len(found) // 2 * (SIDE + GAP) - GAP, 4 * SIDE + 5 * GAP), "white")
        for place, name in enumerate(sorted(found)):
            line, column = divmod(place, len(found) // 2)
            for row, pixels in enumerate(found[name]):
                side = round((len(pixels) / 3) ** 0.5)
                picture = Image.fromarray(pixels.reshape(side, side, 3).astype("u1")).resize((SIDE, SIDE))
                top = line * (2 * SIDE + 3 * GAP) + row * (SIDE + GAP)
                sheet.paste(picture, (column * (SIDE + GAP), top))
        sheet.save(args.sheet, optimize=True)


if __name__ == "__main__":
    main()
