"""What served scores still reveal of who a learner is, though no group is an input: the AUC of a group from them.

Nothing here is ever served: labels reach this measurement alone.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from onward.models.calibration import log_odds_of
from onward.policy.prospects import Floats

FOLDS, MOST, FEWEST, STRENGTH = 3, 5_000, 100, 0.1
"""Folds, learners at most (half of either side), of either side at least, and the inverse of the penalty."""


def proxy_auc(p_complete: Floats, member: "np.typing.NDArray[np.bool_]", *, seed: int) -> float:
    """Return the AUC of belonging to a group from the scores of all candidates, shape (n, c), cross-fitted.

    >>> random = np.random.default_rng(0)
    >>> member = random.random(600) < 0.5
    >>> round(proxy_auc(np.where(member[:, None], 0.6, 0.5) + random.normal(0, 0.2, (600, 3)).clip(-0.4, 0.3), member,
    ...     seed=0), 1)
    0.7
    """
    random = np.random.default_rng(seed)
    either = [random.permutation(np.flatnonzero(side))[: MOST // 2] for side in (member, ~member)]
    rows = random.permutation(np.concatenate(either))
    scores, label = log_odds_of(p_complete[rows]), member[rows]
    model = make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=500))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    told = cross_val_predict(model, scores, label, cv=folds, method="predict_proba")[:, 1]
    return float(roc_auc_score(label, told))


def proxy_words(p_complete: Floats, who: pd.DataFrame, cells: tuple[tuple[str, str], ...], *, seed: int) -> str:
    """Say how well each group can be told from the served scores; only of ``cells``, which may be shown."""
    found = [
        f"{group.replace('_', ' ')} {proxy_auc(p_complete, (who[name] == group).to_numpy(), seed=seed):.2f}"
        for name, group in cells
        if min((who[name] == group).sum(), (who[name] != group).sum()) >= FEWEST
    ]
    if not found:
        return f"not evaluated: no group that may be shown has {FEWEST} learners"
    return (
        f"AUC of each judged group from the served probabilities of all credentials together, by cross-fitted "
        f"logistic regression: {', '.join(found)}. .50 tells nothing; scores rest on facts such as stated interests, "
        "which differ by group."
    )
