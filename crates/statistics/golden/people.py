"""Golden values of what a human test needs: Wilson intervals (statsmodels), Spearman's rho (SciPy), Krippendorff's alpha (krippendorff).

pip install krippendorff scipy statsmodels
"""

import krippendorff
import numpy as np
from scipy.stats import spearmanr
from statsmodels.stats.proportion import proportion_confint

for successes, n in [(0, 8), (3, 20), (41, 47), (1, 1), (10, 10)]:
    print(successes, n, *(f"{end:.8f}" for end in proportion_confint(successes, n, method="wilson")))

print(f"{spearmanr([0.1, 0.5, 0.5, 0.9, 1.0, 0.5], [3, 1, 4, 4, 5, 2]).statistic:.8f}")

table = ["110.1001", "1101100.", "0111.011"]
ratings = [[np.nan if c == "." else float(c) for c in row] for row in table]
print(f"{krippendorff.alpha(reliability_data=ratings, level_of_measurement='nominal'):.8f}")
