"""Golden values of BCa, sign-flip, corrections and power for crates/statistics/tests/golden.rs.

Needs numpy, scipy, statsmodels. Run: python inference.py > inference.json
"""

import json
import sys

import numpy as np
import scipy
import statsmodels
from scipy.stats import bootstrap, permutation_test
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestPower

rng = np.random.default_rng(20)


def round_trip(values):
    return [float(v) for v in values]


bca = []
for name, sample in [("skewed", rng.exponential(size=23)), ("accuracy", rng.binomial(9, 0.8, size=40) / 9)]:
    result = bootstrap((sample,), np.mean, n_resamples=399, method="BCa", rng=1, vectorized=True)
    n = len(sample)
    bca.append(
        {
            "name": name,
            "mean": float(sample.mean()),
            "jackknife": round_trip((sample.sum() - sample) / (n - 1)),
            "statistics": round_trip(result.bootstrap_distribution),
            "low": float(result.confidence_interval.low),
            "high": float(result.confidence_interval.high),
        }
    )

flips = []
for n in [6, 9, 11]:
    differences = np.round(rng.normal(0.4, 1, size=n), 2)
    result = permutation_test((differences,), np.sum, permutation_type="samples", n_resamples=np.inf)
    flips.append({"differences": round_trip(differences), "p": float(result.pvalue)})

p = np.round(rng.beta(0.5, 3, size=15), 4)
correction = {
    "p": round_trip(p),
    "holm": round_trip(multipletests(p, method="holm")[1]),
    "benjamini_hochberg": round_trip(multipletests(p, method="fdr_bh")[1]),
}

test = TTestPower()
power = [
    {"effect": effect, "n": n, "power": float(test.power(effect, n, 0.05))}
    for effect in [0.1, 0.35, 0.8]
    for n in [3, 12, 50, 400]
    if effect**2 * n < 60  # beyond, statsmodels gives NaN for a power of 1
]
sizes = [
    {"effect": effect, "n": int(np.ceil(test.solve_power(effect, power=0.8, alpha=0.05)))}
    for effect in [0.05, 0.2, 0.33, 0.5, 0.9, 1.6]
]

golden = {
    "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
    "bca": bca,
    "sign_flip": flips,
    "correction": correction,
    "power": power,
    "sizes": sizes,
}
json.dump(golden, sys.stdout, indent=1, allow_nan=False)
print()
