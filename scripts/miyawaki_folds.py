"""Reconstruct each figure of Miyawaki et al. 2008 from a network that never saw it, in five folds of four figures.

    python scripts/miyawaki_folds.py miyawaki_structured_28x28.mat runs/miyawaki --program target/release/afterimage \\
        --sheet docs/miyawaki.png

A fold holds out one letter in all its three sizes, and one shape. Prints pairwise identification over all figures (chance
50 %) with percentile bootstrap intervals over figures: against the other three of the fold, by the report's perceptual
distance and by pixels (correlation of RGB values), and against all nineteen others by pixels, most of which the network was
trained on. P-values, by pixels: permuted reconstructions, within folds and over all. Finished runs are not run again.
Needs NumPy and Pillow.
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


def similarities(made, shown):
    """Pearson correlation of each reconstruction with each shown picture."""
    return np.corrcoef(made, shown)[: len(made), len(made) :]


def permuted(matrices, rng):
    """Pairwise identification of each item, and the p-value of permuting reconstructions within each matrix."""
    values = np.concatenate([pairwise(matrix) for matrix in matrices])
    shuffled = lambda: np.mean(np.concatenate([pairwise(matrix[rng.permutation(len(matrix))]) for matrix in matrices]))
    return values, (1 + sum(shuffled() >= values.mean() for _ in range(10_000))) / 10_001


def report(label, values, *rest):
    """Mean and interval; `rest` is a p-value, if there is one, and the random numbers."""
    *p, rng = rest
    means = rng.choice(values, (10_000, len(values))).mean(1)
    low, high = np.percentile(means, [2.5, 97.5])
    print(f"{label}: {100 * values.mean():.1f} % [{100 * low:.1f}, {100 * high:.1f}], n = {len(values)}", *[f"p = {x:.1e}" for x in p])


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
        matrices.append(similarities(made, shown))
        found.update({name: (a, b) for name, a, b in zip(names, shown, made)})
    shown, made = (np.stack(part) for part in zip(*found.values()))
    report("within folds, perceptual", np.array(perceptual), rng)
    report("within folds, pixels", *permuted(matrices, rng), rng)
    report("all figures, pixels", *permuted([similarities(made, shown)], rng), rng)
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
