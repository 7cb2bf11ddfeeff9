"""Time and memory against the number of voxels, image side, threads and unpaired images, as a table, CSV and figure.

    cargo bench --workspace --bench steps --bench import --no-run     # prints the paths of STEPS and IMPORT
    python scripts/bench_growth.py STEPS IMPORT --images PHOTOS --out growth
    pip install matplotlib                                            # for growth.svg; without it no figure is drawn

Runs the benchmark of steps at the demonstration's networks (SqueezeNet 1.1, batches of 64 and 24 + 24), changing one thing
at a time: 1k to 32k voxels, images of 64 to 224 pixels, 1 and 2 threads; and the benchmark of import for 1k to 50k
unpaired images, copies of those in PHOTOS. Writes growth.csv with every run, and growth.svg.
"""

import argparse
import csv
import json
import pathlib
import subprocess

VOXELS = [1000, 2000, 4000, 8000, 16000, 32000]
SIDES = [64, 96, 112, 128, 160, 192, 224]
THREADS = [1, 2]
UNPAIRED = [1000, 5000, 10000, 20000, 50000]


def lines(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def steps(binary, reps, **options):
    rows = []
    for task in ["encoder", "decoder", "decode"]:
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        row = lines([binary, "--task", task, "--size", "demo", "--reps", str(reps), *flags])[-1]
        rows.append({"what": task, "secs": row["median_ms"] / 1e3, "mib": row["peak_rss_mib"]})
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("steps")
    parser.add_argument("imports")
    parser.add_argument("--images", required=True, help="a folder of pictures")
    parser.add_argument("--out", default="growth")
    parser.add_argument("--reps", type=int, default=3)
    args = parser.parse_args()
    found = []

    def add(axis, value, rows):
        for row in rows:
            found.append({"axis": axis, "value": value, **row})
            print(f"{axis:<10}{value:>8}  {row['what']:<8}{row['secs']:>10.3f} s{row['mib']:>8} MiB", flush=True)

    for voxels in VOXELS:
        add("voxels", voxels, steps(args.steps, args.reps, voxels=voxels))
    for side in SIDES:
        add("side", side, steps(args.steps, args.reps, side=side))
    for threads in THREADS:
        add("threads", threads, steps(args.steps, args.reps, threads=threads))
    count = len([p for p in pathlib.Path(args.images).rglob("*") if p.suffix.lower() in {".jpg", ".jpeg", ".png"}])
    for images in UNPAIRED:
        copies = max(1, round(images / count))
        rows = lines([args.imports, "--images", args.images, "--voxels", "100", "--side", "64", "--copies", str(copies)])
        rows = [{"what": row["task"], "secs": row["secs"], "mib": row["peak_rss_mib"]} for row in rows]
        add("unpaired", copies * count, rows)

    with open(f"{args.out}.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, ["axis", "value", "what", "secs", "mib"])
        writer.writeheader()
        writer.writerows(found)
    draw(found, args.out)


def draw(found, out):
    try:
        import matplotlib
    except ImportError:
        print("no figure: matplotlib is not installed")
        return
    matplotlib.use("svg")
    matplotlib.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    axes_of = ["voxels", "side", "threads", "unpaired"]
    titles = ["voxels", "image side, pixels", "threads", "unpaired images"]
    figure, grid = plt.subplots(2, 4, figsize=(13, 5.6), constrained_layout=True)
    colours = ["#0072B2", "#D55E00", "#009E73"]
    for column, (axis, title) in enumerate(zip(axes_of, titles)):
        of_axis = [row for row in found if row["axis"] == axis]
        for index, what in enumerate(dict.fromkeys(row["what"] for row in of_axis)):
            rows = [row for row in of_axis if row["what"] == what]
            for line, key in enumerate(["secs", "mib"]):
                x, y = [row["value"] for row in rows], [row[key] for row in rows]
                grid[line, column].plot(x, y, "o-", color=colours[index % 3], label=what, markersize=4)
        for line, label in enumerate(["seconds", "peak memory, MiB"]):
            grid[line, column].set(xlabel=title, xscale="log", yscale="log")
            if column == 0:
                grid[line, column].set_ylabel(label)
            grid[line, column].grid(alpha=0.3)
        grid[0, column].legend(fontsize=8)
    figure.savefig(f"{out}.svg")


if __name__ == "__main__":
    main()
