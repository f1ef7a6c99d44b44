"""What is shown beside advice is fitted on the calibration split, where learners chose as advised."""

import dataclasses

import numpy as np
import pytest

from onward.release.constrain import Calibration
from onward.release.showing import fit_shown

K = 12


def shown(histories, fitted, *, k=K, lambda_=1.5):
    return fit_shown(fitted.adviser, Calibration.of(fitted.adviser, histories), k=k, lambda_=lambda_)


def with_outcomes(histories, part, outcome):
    """The same histories with all known outcomes of a part set."""
    rows = (histories.starts["part"] == part) & histories.starts["outcome"].notna()
    starts = histories.starts.assign(outcome=histories.starts["outcome"].mask(rows, outcome))
    return dataclasses.replace(histories, starts=starts)


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("outcome", [True, None])
def test_outcomes_of_another_part_change_nothing(part, outcome, histories, fitted):
    assert shown(with_outcomes(histories, part, outcome), fitted) == shown(histories, fitted)


def test_only_those_who_chose_as_advised_count(histories, fitted):
    points = histories.starts[(histories.starts["part"] == "calibration") & histories.starts["outcome"].notna()]
    assert shown(histories, fitted, k=len(histories.catalogue)).matched == len(points)
    matched = [shown(histories, fitted, k=k).matched for k in (1, 5, 12)]
    assert matched == sorted(matched)
    assert matched[-1] < len(points)


def test_the_mean_shown_is_the_share_that_completed(histories, fitted):
    found = shown(histories, fitted, k=len(histories.catalogue))
    calibration = Calibration.of(fitted.adviser, histories)
    known = calibration.points["outcome"].notna().to_numpy()
    chosen = histories.catalogue.places(calibration.points["credential_id"])[known]
    p_complete = calibration.prospects.p_complete[known][np.arange(known.sum()), chosen]
    completed = calibration.points["outcome"][known].astype(float).mean()
    assert found.probability(p_complete).mean() == pytest.approx(completed, abs=1e-3)


def test_where_no_outcome_is_known_nothing_is_moved(histories, fitted):
    found = shown(with_outcomes(histories, "calibration", None), fitted, lambda_=2.0)
    assert (found.shift, found.matched, found.lambda_) == (0.0, 0, 2.0)


def test_too_few_who_chose_as_advised_move_nothing(histories, fitted):
    found = shown(histories, fitted, k=1)
    assert 0 < found.matched < 200
    assert found.shift == 0.0
