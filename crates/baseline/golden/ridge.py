"""Writes ridge.json: ridge regression by himalaya and scikit-learn, which crates/baseline/tests/golden.rs compares with.

Needs numpy, scikit-learn 1.9 and himalaya 0.4.11 (`pip install himalaya`). Run it in this folder: `python ridge.py`.
Inputs and targets are rounded to three digits and then to single precision, which is what the test reads back; both
libraries compute in double precision.
"""

import json

import numpy as np
from himalaya.backend import set_backend
from himalaya.ridge import RidgeCV
from sklearn.linear_model import Ridge
from sklearn.model_selection import PredefinedSplit

LAMBDAS = [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]


def short(values, digits=10):
    return np.round(np.asarray(values), digits).tolist()


def case(name, items, inputs, targets, noise, seed):
    rng = np.random.default_rng(seed)
    spread = np.linspace(2.0, 0.2, inputs)
    x = (rng.standard_normal((items + 7, inputs)) * spread + rng.standard_normal(inputs) * 3).round(3)
    weights = rng.standard_normal((inputs, targets)) / np.sqrt(inputs)
    y = x @ weights + rng.standard_normal((items + 7, targets)) * noise + rng.standard_normal(targets) * 2
    x, y = x.astype(np.float32).astype(np.float64), y.round(3).astype(np.float32).astype(np.float64)
    fold = rng.permutation(np.arange(items) % 4)
    train, new = slice(0, items), slice(items, None)
    # Folds of different sizes, so that the mean over folds is not the mean over items.
    fold[:3] = 0
    cv = RidgeCV(alphas=LAMBDAS, fit_intercept=True, cv=PredefinedSplit(fold)).fit(x[train], y[train])
    best = np.asarray(cv.best_alphas_)
    ridge = Ridge(alpha=best, solver="svd").fit(x[train], y[train])
    apart = np.abs(ridge.coef_.T - cv.coef_).max() / np.abs(cv.coef_).max()
    assert apart < 1e-10, f"the two libraries differ by {apart}"
    assert len(set(best)) > 2, f"{name}: the targets should want different penalties, got {best}"
    return {
        "name": name,
        "x": short(x[train], 3),
        "y": short(y[train], 3),
        "fold": fold.tolist(),
        "x_new": short(x[new], 3),
        "lambdas": LAMBDAS,
        "best": [LAMBDAS[np.abs(np.log(LAMBDAS) - np.log(b)).argmin()] for b in best],
        "error": short(-np.asarray(cv.cv_scores_)),
        "himalaya_coefficients": short(np.asarray(cv.coef_)),
        "himalaya_predicted": short(np.asarray(cv.predict(x[new]))),
        "sklearn_coefficients": short(ridge.coef_.T),
        "sklearn_predicted": short(ridge.predict(x[new])),
    }


set_backend("numpy")
noises = np.array([0.05, 0.3, 1.0, 3.0, 10.0, 30.0])
cases = [
    case("more items than inputs", 46, 9, 6, noises, 1),
    case("more inputs than items", 30, 44, 6, noises, 2),
    case("inputs between a fold's items and all", 24, 21, 6, noises, 3),
]
with open("ridge.json", "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
