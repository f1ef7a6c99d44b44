"""How well probabilities tell what happened: discrimination and calibration, each with its n and an interval."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, rankdata

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Skill:
    """AUC with a 95% interval, Brier score, and the mean probability shown less the share that happened."""

    n: int
    events: int
    auc: float
    auc_low: float
    auc_high: float
    brier: float
    mean_error: float

    def __str__(self) -> str:
        return f"AUC {self.auc:.3f} ({self.auc_low:.3f} to {self.auc_high:.3f}), n = {self.n:,}"


def skill(label: npt.ArrayLike, probability: Floats) -> Skill:
    """Judge probabilities against outcomes of 0 and 1, both of shape (rows,).

    The interval is DeLong's (DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44), by the rank form of Sun and Xu
    (2014).

    >>> skill([0, 0, 1, 1], np.array([0.1, 0.4, 0.35, 0.8])).auc
    0.75
    """
    truth = np.asarray(label, dtype=float) > 0.5
    auc, error = _delong(truth, probability)
    margin = norm.ppf(0.975) * error
    return Skill(
        n=len(truth),
        events=int(truth.sum()),
        auc=auc,
        auc_low=max(0.0, auc - margin),
        auc_high=min(1.0, auc + margin),
        brier=float(np.mean((probability - truth) ** 2)),
        mean_error=float(np.mean(probability) - np.mean(truth)),
    )


def _delong(truth: npt.NDArray[np.bool_], probability: Floats) -> tuple[float, float]:
    """AUC and its standard error."""
    positive, negative = probability[truth], probability[~truth]
    m, n = len(positive), len(negative)
    if m == 0 or n == 0:
        return float("nan"), float("nan")
    midranks = rankdata(np.concatenate([positive, negative]))
    above = (midranks[:m] - rankdata(positive)) / n
    below = 1.0 - (midranks[m:] - rankdata(negative)) / m
    variance = sum(part.var(ddof=1) / len(part) for part in (above, below) if len(part) > 1)
    return float(above.mean()), float(np.sqrt(variance))
