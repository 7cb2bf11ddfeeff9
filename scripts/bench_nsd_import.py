"""Times the import of NSD at its real size, on files of that size whose values are random.

    pip install numpy scipy h5py nibabel
    python scripts/bench_nsd_import.py target/release/afterimage [--sessions 1] [--folder FOLDER]

Subject 1's volume is 81 x 104 x 83 with 15 724 voxels in nsdgeneral, a session has 750 trials, the brick 73 000 pictures
of 425 x 425; only the pictures that are shown take room on disk. Prints seconds, trials and bytes a second, peak memory.
"""

import argparse
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import h5py
import nibabel as nib
import numpy as np
import scipy.io

SHAPE, VOXELS, TRIALS, BRICK, SIDE = (81, 104, 83), 15_724, 750, 73_000, 425


def stand_in(folder, sessions):
    rng = np.random.default_rng(0)
    mask = np.zeros(np.prod(SHAPE), "i2")
    mask[rng.choice(mask.size, VOXELS, replace=False)] = 1
    nib.save(nib.Nifti1Image(mask.reshape(SHAPE), np.diag([1.8, 1.8, 1.8, 1])), folder / "nsdgeneral.nii.gz")
    ordering = rng.integers(1, 10_001, 30_000)
    subjectim = np.stack([rng.permutation(BRICK)[:10_000] + 1 for _ in range(8)])
    scipy.io.savemat(folder / "nsd_expdesign.mat", {"masterordering": ordering[None], "subjectim": subjectim})
    (folder / "betas").mkdir()
    for session in range(sessions):
        with h5py.File(folder / "betas" / f"betas_session{session + 1:02}.hdf5", "w") as file:
            betas = file.create_dataset("betas", (TRIALS, *SHAPE[::-1]), "i2", chunks=(1, *SHAPE[::-1]))
            for trial in range(TRIALS):
                betas[trial] = rng.integers(-3000, 3000, SHAPE[::-1], dtype="i2")
    with h5py.File(folder / "nsd_stimuli.hdf5", "w") as file:
        brick = file.create_dataset("imgBrick", (BRICK, SIDE, SIDE, 3), "u1", chunks=(1, SIDE, SIDE, 3))
        for picture in np.unique(subjectim[0, ordering[: sessions * TRIALS] - 1]) - 1:
            brick[picture] = rng.integers(0, 255, (SIDE, SIDE, 3), dtype="u1")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--sessions", type=int, default=1)
    parser.add_argument("--folder", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = pathlib.Path(name)
        stand_in(folder, options.sessions)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        arguments = ["--subject", "1", "--betas", "betas", "--mask", "nsdgeneral.nii.gz", "--design", "nsd_expdesign.mat"]
        arguments += ["--stimuli", "nsd_stimuli.hdf5", "--validation", "50", "--out", "nsd.afterimage", "--json"]
        start = time.perf_counter()
        subprocess.run([os.path.abspath(options.program), "import", "nsd", *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        trials = options.sessions * TRIALS
        print(f"{trials} trials x {VOXELS} voxels from {size / 1e9:.2f} GB of files: {seconds:.1f} s,"
              f" {trials / seconds:.0f} trials/s, {size / 1e6 / seconds:.0f} MB/s, peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    sys.exit(main())
