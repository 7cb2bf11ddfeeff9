"""Time training steps, features and decoding beside the same in PyTorch, interleaved, on the same threads.

    cargo bench -p afterimage-train --bench steps --no-run          # prints the path of OURS
    python scripts/bench_steps.py OURS TORCH_STEP.py --size paper --rounds 5 --threads 2

On a GPU: build the benchmark with `--features cuda`, and give `--device cuda` here.

TORCH_STEP.py is a script that takes --task, --device, --threads, --reps, --size (image side), --voxels, --batch, --paired and
--unpaired and prints one JSON line a task with `median_ms` and `peak_rss_mib`. PyTorch is yours to install. Prints a
table of medians over the rounds and the ratio of throughputs (above 1: this project is faster).
"""

import argparse
import json
import statistics
import subprocess
import sys

SIZES = {
    "paper": ["--size", "112", "--voxels", "4600", "--batch", "64", "--paired", "24", "--unpaired", "48"],
}


def last_line(command):
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ours")
    parser.add_argument("torch_step")
    parser.add_argument("--size", choices=SIZES, default="paper")
    parser.add_argument("--tasks", nargs="+", default=["features", "encoder", "decoder", "decode"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reps", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    shared = ["--device", args.device, "--threads", str(args.threads), "--reps", str(args.reps)]
    print(f"{'task':<10}{'engine':<12}{'median ms':>12}{'images/s':>10}{'peak MiB':>10}{'ratio':>8}  range of rounds, ms")
    for task in args.tasks:
        ours, theirs = [], []
        for _ in range(args.rounds):
            ours.append(last_line([args.ours, "--task", task, "--size", args.size, *shared]))
            theirs.append(last_line([sys.executable, args.torch_step, "--task", task, *SIZES[args.size], *shared]))
        medians = {}
        for name, rows in [("pytorch", theirs), ("afterimage", ours)]:
            ms = statistics.median(row["median_ms"] for row in rows)
            medians[name] = ms
            spread = f"{min(row['median_ms'] for row in rows):.1f} to {max(row['median_ms'] for row in rows):.1f}"
            rate = rows[0]["images"] / ms * 1e3
            peak = max(row["peak_rss_mib"] for row in rows)
            ratio = f"{medians['pytorch'] / ms:8.2f}" if name == "afterimage" else ""
            print(f"{task:<10}{name:<12}{ms:>12.1f}{rate:>10.2f}{peak:>10}{ratio:>8}  {spread}", flush=True)


if __name__ == "__main__":
    main()
