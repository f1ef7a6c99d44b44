"""Groups in training and nowhere else: averaged over one marginal, then learned by a model that has none."""

import numpy as np
import pandas as pd
import pytest

from onward.errors import DataError
from onward.models.averaging import GROUP, fit_averaged
from onward.models.pairs import chosen
from onward.models.probability import cross_fit
from onward.policy.eligibility import eligible

SEED = 3


def fit(small, group, points=None, **other):
    """Fit on half of the starts, with models of 20 trees unless said otherwise."""
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec, "settings": small.settings}
    points = small.starts.iloc[::2].reset_index(drop=True) if points is None else points
    return fit_averaged(points, group, seed=SEED, smallest=100, open_to=eligible, **(inputs | other))


def labels(small, *names, shares, seed=0):
    """A group for every learner, drawn by lot."""
    ids = small.tables.learners["learner_id"]
    return pd.Series(np.random.default_rng(seed).choice(names, size=len(ids), p=shares), index=ids)


@pytest.fixture(scope="module")
def coin(small):
    """Groups that mean nothing."""
    return labels(small, "a", "b", shares=[0.7, 0.3])


@pytest.fixture(scope="module")
def distilled(small, coin):
    return fit(small, coin)


def test_the_model_that_is_kept_has_no_group_among_its_features(distilled, small):
    model = distilled.fitted.probability.model
    assert GROUP not in model.booster.feature_name()
    assert tuple(model.booster.feature_name()) == model.spec.names == small.spec.names


def test_no_label_of_a_group_stands_in_the_text_of_the_model(small):
    names = ("crimson", "magenta")
    found = fit(small, labels(small, *names, shares=[0.5, 0.5]))
    assert not [name for name in names if name in found.fitted.probability.model.to_text()]


def test_the_marginal_is_the_share_of_each_group_and_sums_to_one(distilled, coin):
    assert distilled.marginal == coin.value_counts(normalize=True).round(4).to_dict()
    assert sum(distilled.marginal.values()) == pytest.approx(1.0, abs=1e-3)


def test_groups_too_small_to_publish_are_counted_together(small):
    found = fit(small, labels(small, "a", "b", "c", shares=[0.92, 0.05, 0.03]))
    assert set(found.marginal) == {"a", "any other"}
    assert sum(found.marginal.values()) == pytest.approx(1.0, abs=1e-3)


def test_what_is_counted_together_is_never_too_small_itself(small):
    learners = len(small.tables.learners)
    found = fit(small, labels(small, "a", "b", "c", shares=[0.795, 0.2, 0.005]))
    assert set(found.marginal) == {"a", "any other"}
    assert min(found.marginal.values()) * learners >= 100


@pytest.mark.parametrize("shares", [[1.0, 0.0], [0.96, 0.04]])
def test_fewer_than_two_groups_to_average_over_are_refused(shares, small):
    lonely = labels(small, "a", "b", shares=shares)
    with pytest.raises(DataError, match="expected two groups of at least 100 learners to average over; got"):
        fit(small, lonely)


def test_what_is_averaged_is_calibrated(distilled, small):
    points = distilled.fitted.points
    matrix = chosen(points, small.timeline, small.catalogue, small.spec)
    assert distilled.averaged(matrix).mean() == pytest.approx(points["outcome"].astype(float).mean(), abs=0.02)


def test_a_credential_with_few_attempts_has_more_doubt_than_one_with_many(distilled, small):
    attempts = distilled.fitted.points["credential_id"].value_counts().reindex(small.catalogue.ids, fill_value=0)
    doubt = distilled.fitted.doubt
    assert doubt[attempts.argmin()] > doubt[attempts.argmax()]


def test_agreement_and_difference_are_shares(distilled):
    assert 0.0 <= distilled.agreement <= 1.0
    assert 0.0 <= distilled.difference <= 1.0


def test_the_distilled_model_is_near_the_averaged_one(distilled):
    assert distilled.agreement > 0.5
    assert distilled.difference < 0.15


def test_a_group_that_does_not_matter_averages_to_what_a_blind_model_says(small, coin):
    settings = small.settings.model_copy(update={"rounds": 120})
    points = small.starts.iloc[::2].reset_index(drop=True)
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec, "settings": settings}
    matrix = chosen(small.starts.iloc[1::2], small.timeline, small.catalogue, small.spec)
    kept, averaged = (found := fit(small, coin, points, settings=settings)).fitted.probability, found.averaged(matrix)
    blind = cross_fit(points, seed=SEED, **inputs).probability.predict(matrix)
    # Two blind models that differ in their seed alone are 0.027 apart here; what distilling loses comes on top.
    assert np.abs(averaged - blind).mean() < 0.03
    assert np.abs(kept.predict(matrix) - blind).mean() < 0.05


@pytest.fixture(scope="module")
def proxied(small):
    """Points whose outcome depends on a group alone, the groups, and a fact that stands for the group in most cases."""
    rng, learners = np.random.default_rng(4), small.tables.learners
    gpa = learners["prior_gpa"].astype(float).to_numpy()
    high = np.nan_to_num(gpa, nan=0.0) > np.nanmedian(gpa)
    group = pd.Series(np.where(rng.random(len(high)) < 0.8, high, ~high), index=learners["learner_id"])
    group = group.map({True: "favoured", False: "hindered"})
    points = small.starts[small.starts["outcome"].notna()].reset_index(drop=True)
    likely = points["learner_id"].map(group).map({"favoured": 0.9, "hindered": 0.3}).to_numpy()
    points = points.assign(outcome=(rng.random(len(points)) < likely).astype(object))
    return points, group, points["learner_id"].map(pd.Series(high, index=learners["learner_id"])).to_numpy(bool)


def test_a_proxy_does_not_stand_for_the_group_that_was_averaged(small, proxied):
    points, group, high = proxied
    settings = small.settings.model_copy(update={"rounds": 80})
    inputs = {"timeline": small.timeline, "catalogue": small.catalogue, "spec": small.spec, "settings": settings}
    averaged = fit(small, group, points, settings=settings).fitted
    blind = cross_fit(points, seed=SEED, **inputs)
    matrix = chosen(points, small.timeline, small.catalogue, small.spec)
    apart = [
        found.probability.predict(matrix)[high].mean() - found.probability.predict(matrix)[~high].mean()
        for found in (averaged, blind)
    ]
    assert apart[1] > 0.2
    assert abs(apart[0]) < 0.5 * apart[1]


def test_the_mean_probability_is_the_share_that_happened(distilled):
    happened = distilled.fitted.points["outcome"].astype(float).mean()
    assert distilled.fitted.out_of_fold.mean() == pytest.approx(happened, abs=1e-3)


def test_every_known_outcome_has_a_probability_out_of_fold(distilled):
    assert len(distilled.fitted.out_of_fold) == len(distilled.fitted.points)
    assert distilled.fitted.points["outcome"].notna().all()
    assert ((distilled.fitted.out_of_fold > 0) & (distilled.fitted.out_of_fold < 1)).all()


def test_the_same_seed_gives_the_same_model(distilled, small, coin):
    again = fit(small, coin)
    assert again.fitted.probability.model.to_text() == distilled.fitted.probability.model.to_text()
    assert (again.agreement, again.difference) == (distilled.agreement, distilled.difference)


def test_the_labels_do_reach_training(distilled, small, coin):
    turned = pd.Series(coin.to_numpy()[::-1], index=coin.index)
    other = fit(small, turned)
    assert other.fitted.probability.model.to_text() != distilled.fitted.probability.model.to_text()


def test_a_learner_without_a_label_is_learned_from_all_the_same(small, coin):
    found = fit(small, coin.iloc[: len(coin) // 2])
    assert len(found.fitted.points) == small.starts.iloc[::2]["outcome"].notna().sum()


def test_one_outcome_alone_is_refused(small, coin):
    points = small.starts.iloc[:500].assign(outcome=True)
    with pytest.raises(DataError, match="expected both outcomes among the 500 known labels; got one or none"):
        fit(small, coin, points)
