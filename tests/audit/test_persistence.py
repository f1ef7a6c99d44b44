import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from onward.audit.persistence import (
    COLUMNS,
    FEWEST,
    FLAGGED,
    MEASURES,
    NEGATIVES,
    POSITIVES,
    SCORED,
    compare,
    fifths,
    holm,
    lowest,
    newcombe,
    persistence,
    rate_p,
    tallies,
    two_proportions,
)
from onward.audit.population import Population
from onward.audit.shares import wilson
from onward.errors import DataError, SettingsError


def predictions(**columns):
    n = len(columns["probability"])
    learners = [f"pseudonym-{i:05d}" for i in range(n)]
    return pd.DataFrame({"learner_id": learners, "as_of": "2024-09-01"} | columns)


def who_of(scores, **attributes):
    return pd.DataFrame(attributes, index=pd.Index(scores["learner_id"], name="learner_id"))


def counted(groups):
    """Scores and groups from (group, persisted, flagged, how many)."""
    rows = [row for *row, n in groups for _ in range(n)]
    group, persisted, flagged = zip(*rows, strict=True)
    scores = predictions(probability=[0.7] * len(rows), outcome=list(persisted), flagged=list(flagged))
    return scores, who_of(scores, gender=list(group))


def row(found, measure, group, attribute="gender"):
    frame = found.compared
    return frame[(frame["measure"] == measure) & (frame["group"] == group) & (frame["attribute"] == attribute)].iloc[0]


def population(found, name):
    return next(population for population in found.populations if population.name == name)


@pytest.fixture
def four_hundred():
    """Two groups of 400 with 100 positives each; 40 are missed in one, 28 in the other."""
    return counted(
        [
            *(("woman", False, False, 40), ("woman", False, True, 60), ("woman", True, False, 300)),
            *(("man", False, False, 28), ("man", False, True, 72), ("man", True, False, 300)),
        ]
    )


@pytest.fixture
def noisy():
    """Four thousand learners in two attributes, with probabilities that know something."""
    random = np.random.default_rng(7)
    n = 4_000
    probability = random.beta(4, 2, n).round(3)
    race = random.choice(["black", "white", "unknown"], n, p=[0.3, 0.6, 0.1])
    gender = random.choice(["woman", "man"], n)
    outcome = random.random(n) < np.clip(probability - 0.12 * (race == "black"), 0, 1)
    scores = predictions(probability=probability, outcome=outcome)
    return scores, who_of(scores, race_ethnicity=race, gender=gender)


def test_the_share_missed_is_tested_with_the_number_of_positives():
    assert two_proportions(40, 100, 28, 100) == pytest.approx((1.806, 0.0710), abs=5e-4)
    z, p = two_proportions(40, 100, 28, 100)
    assert (round(z, 2), round(p, 3)) == (1.81, 0.071)
    assert round(two_proportions(40, 100, 28, 100, pooled=True)[1], 3) == 0.073


def test_the_size_of_the_group_for_the_number_of_positives_would_make_noise_a_finding():
    z, p = two_proportions(0.40 * 400, 400, 0.28 * 400, 400)
    assert (round(z, 2), round(p, 4)) == (3.61, 0.0003)


def test_the_audit_of_the_published_mistake_shows_no_difference(four_hundred):
    found = row(persistence(*four_hundred), "missed", "woman")
    assert (found["n"], found["rate"], found["others_n"], found["others_rate"]) == (100, 0.40, 100, 0.28)
    assert found["p"] == pytest.approx(0.0733, abs=5e-5)
    assert found["finding"] == "no difference shown"


def test_the_pooled_test_is_the_chi_squared_test_without_correction():
    table = [[31, 59], [12, 70]]
    theirs = stats.chi2_contingency(table, correction=False)
    z, p = two_proportions(31, 90, 12, 82, pooled=True)
    assert (z**2, p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-12)


def test_equal_shares_do_not_differ_even_where_neither_varies():
    assert two_proportions(0, 50, 0, 90, pooled=True) == (0.0, 1.0)
    assert two_proportions(50, 50, 90, 90) == (0.0, 1.0)


def test_the_variance_of_each_alone_takes_shares_of_0_and_1_for_certain():
    assert two_proportions(0, 50, 60, 60) == (-np.inf, 0.0)


@pytest.mark.parametrize("wrong", [(1, 0, 1, 2), (3, 2, 1, 2), (1, 2, -1, 2)])
def test_events_beyond_their_n_are_refused(wrong):
    with pytest.raises(ValueError, match=r"expected 0 to n events and n of at least 1; came -?\d of \d; count them"):
        two_proportions(*wrong)


@pytest.mark.parametrize(("events", "n"), [(0, 12), (12, 12), (5, 12), (400, 1_000)])
def test_the_interval_of_a_share_is_wilsons(events, n):
    theirs = stats.binomtest(events, n).proportion_ci(0.95, method="wilson")
    assert np.stack(wilson(events, n)) == pytest.approx([theirs.low, theirs.high], abs=1e-12)


def test_a_share_of_nobody_has_no_interval():
    assert np.isnan(wilson(0, 0)).all()


@pytest.mark.parametrize(
    ("counts", "low", "high"),
    [
        # Newcombe 1998, table II, method 10
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_of_a_difference_is_the_published_one(counts, low, high):
    assert np.stack(newcombe(*counts)) == pytest.approx([low, high], abs=5e-5)


def test_holms_correction_is_the_one_worked_by_hand():
    # .01 x 4, .02 x 3, .03 x 2, and .04 x 1 raised to the one before it
    assert holm(np.array([0.04, 0.01, 0.03, 0.02])).tolist() == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm(np.array([0.6, 0.7])).tolist() == [1.0, 1.0]
    assert np.isnan(holm(np.array([np.nan]))).all()


def test_few_expected_events_are_tested_exactly():
    assert rate_p(0, 60, 9, 100) == stats.fisher_exact([[0, 60], [9, 91]]).pvalue
    assert rate_p(20, 60, 9, 100) == two_proportions(20, 60, 9, 100, pooled=True)[1]


def test_a_group_of_whom_nobody_is_missed_is_compared_too():
    scores, who = counted(
        [
            *(("woman", False, True, 120), ("woman", True, False, 300)),
            *(("man", False, False, 40), ("man", False, True, 60), ("man", True, False, 300)),
        ]
    )
    found = row(persistence(scores, who), "missed", "woman")
    assert (found["n"], found["rate"], found["low"]) == (120, 0.0, 0.0)
    assert found["high"] == pytest.approx(1.96**2 / (120 + 1.96**2), abs=1e-4)
    assert found["diff_high"] < 0
    assert found["p"] < 1e-10
    assert found["finding"] == "lower"


def test_nobody_missed_anywhere_is_no_difference():
    scores, who = counted([("woman", False, True, 60), ("man", False, True, 70), ("man", True, False, 5)])
    found = row(persistence(scores, who), "missed", "woman")
    assert (found["p"], found["finding"]) == (1.0, "no difference shown")


def test_too_few_positives_are_said_and_never_no_difference():
    scores, who = counted(
        [
            *(("woman", False, False, FEWEST - 1), ("woman", True, False, 300)),
            *(("man", False, True, 100), ("man", True, False, 300)),
        ]
    )
    found = persistence(scores, who)
    missed = found.compared[found.compared["measure"] == "missed"]
    assert missed["finding"].tolist() == ["too few to test"] * 2
    assert missed[["p", "adjusted_p"]].isna().all(axis=None)
    assert row(found, "flagged", "woman")["finding"] == "lower"
    assert (row(persistence(scores, who, fewest=10), "missed", "woman"))["finding"] == "higher"


def test_the_fewest_that_are_tested_find_20_points_four_times_in_five():
    needed = ((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) / 0.2) ** 2 / 4
    assert FEWEST - 1 < needed <= FEWEST


def test_a_group_without_positives_is_too_few_to_test_and_not_left_out():
    scores, who = counted([("woman", True, False, 80), ("man", False, True, 60), ("man", True, True, 60)])
    found = row(persistence(scores, who), "missed", "woman")
    assert (found["n"], found["finding"]) == (0, "too few to test")
    assert np.isnan(found["rate"])


def test_each_measure_has_the_n_of_those_it_is_a_share_of():
    scores, who = counted(
        [
            *(
                ("woman", False, False, 3),
                ("woman", False, True, 7),
                ("woman", True, True, 4),
                ("woman", True, False, 16),
            ),
            *(("man", False, True, 5), ("man", True, True, 1), ("man", True, False, 9)),
        ]
    )
    found = persistence(scores, who)
    by_hand = {
        "persisted": (30, 20 / 30),
        "flagged": (30, 11 / 30),
        "missed": (10, 3 / 10),
        "flagged_wrongly": (20, 4 / 20),
        "needed": (11, 7 / 11),
        "error": (30, 0.7 - 20 / 30),
    }
    for measure, (n, rate) in by_hand.items():
        assert (row(found, measure, "woman")["n"], row(found, measure, "woman")["rate"]) == (n, pytest.approx(rate))
    others = row(found, "missed", "woman")
    assert (others["others_n"], others["others_rate"], others["difference"]) == (5, 0.0, pytest.approx(0.3))
    assert tuple(found.compared.columns) == COLUMNS
    assert set(found.compared["measure"]) == set(MEASURES)


def test_the_populations_hold_those_each_figure_counts():
    scores, who = counted([("woman", False, False, 3), ("woman", False, True, 7), ("man", True, True, 4)])
    found = persistence(scores, who)
    assert {part.name: part.learners for part in found.populations} == {
        SCORED: 14,
        POSITIVES: 10,
        NEGATIVES: 4,
        FLAGGED: 11,
    }
    assert population(found, POSITIVES).figures["missed"].sum() == 3
    assert population(found, NEGATIVES).figures["flagged_wrongly"].tolist() == [1.0] * 4
    assert population(found, FLAGGED).figures["needed"].sum() == 7
    assert population(found, FLAGGED).who["gender"].tolist() == ["woman"] * 7 + ["man"] * 4
    scored = population(found, SCORED)
    assert (scored.figures["error"] == scored.figures["shown"] - scored.figures["persisted"]).all()
    assert set(scored.bounds) == set(scored.figures)
    assert scored.bounds["error"] == (-1.0, 1.0)


def test_figures_lie_within_their_bounds(noisy):
    for part in persistence(*noisy, capacity=500).populations:
        for measure, (low, high) in part.bounds.items():
            assert part.figures[measure].between(low, high).all()


def test_a_population_of_nobody_is_left_out():
    scores, who = counted([("woman", True, False, 5), ("man", True, True, 5)])
    assert [part.name for part in persistence(scores, who).populations] == [SCORED, NEGATIVES, FLAGGED]


def test_where_nobody_was_flagged_there_are_no_flags_to_evaluate():
    scores, who = counted([("woman", True, False, 5), ("man", False, False, 5)])
    found = persistence(scores, who)
    assert [part.name for part in found.populations] == [SCORED]
    assert found.flags == "none"


def test_a_group_shown_too_much_hope_is_found_with_its_error(noisy):
    found = persistence(*noisy)
    black, white = (row(found, "error", group, "race_ethnicity") for group in ("black", "white"))
    assert black["rate"] == pytest.approx(0.12, abs=0.03)
    assert (black["finding"], white["finding"]) == ("higher", "lower")
    assert black["low"] < black["rate"] < black["high"]


def test_the_interval_of_an_error_stays_one_where_everybody_persisted():
    scores, who = counted([("woman", True, False, 60), ("man", True, False, 40), ("man", False, False, 20)])
    found = row(persistence(scores, who), "error", "woman")
    low, high = wilson(60, 60)
    assert (found["low"], found["high"]) == pytest.approx((0.7 - high, 0.7 - low))
    assert found["rate"] == pytest.approx(-0.3)
    assert found["low"] <= found["rate"] < found["high"]


def test_the_p_of_an_error_is_below_5_in_100_just_where_its_interval_leaves_out_0(noisy):
    found = persistence(*noisy).compared
    errors = found[(found["measure"] == "error") & found["p"].notna()]
    leaves_out = (errors["diff_low"] > 0) | (errors["diff_high"] < 0)
    assert ((errors["p"] < 0.05) == leaves_out).all()
    assert set(leaves_out) == {True, False}


def test_the_p_of_an_error_agrees_with_a_search_for_the_level():
    scores, who = counted([("woman", True, False, 60), ("woman", False, False, 40), ("man", True, False, 90)])
    scores = scores.assign(probability=[0.65] * 100 + [0.85] * 90)

    def distance(z):
        # women's error is .65 - .60, men's .85 - 1, so the difference is .20
        low, _ = newcombe(90, 90, 60, 100, z=z)
        return float(low) + 0.65 - 0.85

    z = optimize.brentq(distance, 0.01, 20)
    found = row(persistence(scores, who), "error", "woman")
    assert found["difference"] == pytest.approx(0.20)
    assert found["p"] == pytest.approx(2 * stats.norm.sf(z), rel=1e-6)


def test_findings_on_noise_are_no_likelier_than_their_level():
    random = np.random.default_rng(3)
    chances, races, draws = np.linspace(0.5, 0.95, 10), ["asian", "black", "white"], 50
    cells = pd.DataFrame([(race, shown) for race in races for shown in chances], columns=["race_ethnicity", "shown"])
    found = 0
    for _ in range(draws):
        persisted = random.binomial(20, cells["shown"])
        rows = pd.concat([cells.assign(persisted=1.0, n=persisted), cells.assign(persisted=0.0, n=20 - persisted)])
        rows = rows[rows["n"] > 0].reset_index(drop=True)
        count = rows["n"].to_numpy(np.int64)
        scored = Population(SCORED, rows[["race_ethnicity"]], count, rows[["shown", "persisted"]], {})
        frame = compare([scored])
        found += bool(frame.loc[frame["measure"] == "error", "finding"].isin(["higher", "lower"]).any())
    assert found <= stats.binom.ppf(0.999, draws, 0.05)


def test_several_groups_are_corrected_for_together_measure_by_measure(noisy):
    frame = persistence(*noisy, capacity=800).compared
    for _, of in frame.groupby("measure"):
        tested = of[of["p"].notna()]
        assert len(tested) == 4
        assert tested["adjusted_p"].to_numpy() == pytest.approx(holm(tested["p"].to_numpy()))


def test_groups_that_say_nothing_of_identity_are_shown_and_not_judged(noisy):
    found = row(persistence(*noisy), "persisted", "unknown", "race_ethnicity")
    assert found["n"] > FEWEST
    assert found["finding"] == "not judged"
    assert np.isnan(found["p"])


def test_a_group_of_an_intersection_is_not_judged_where_half_of_it_is_unknown():
    scores, _ = counted([("woman", True, False, 60), ("man", False, False, 60)])
    who = who_of(scores, both=["black:unknown"] * 60 + ["black:woman"] * 60)
    assert row(persistence(scores, who), "persisted", "black:unknown", "both")["finding"] == "not judged"


def test_only_the_family_is_judged_where_one_is_given(noisy):
    frame = persistence(*noisy, family=[("race_ethnicity", "black")]).compared
    judged = frame[frame["finding"] != "not judged"]
    assert set(judged["group"]) == {"black"}
    assert judged["adjusted_p"].tolist() == judged["p"].tolist()


def test_each_group_is_set_against_everyone_else(noisy):
    scores, who = noisy
    found = row(persistence(scores, who), "persisted", "black", "race_ethnicity")
    rest = scores.loc[(who["race_ethnicity"] != "black").to_numpy(), "outcome"]
    assert (found["others_n"], found["others_rate"]) == (len(rest), pytest.approx(rest.mean()))


def test_the_capacity_flags_the_lowest_probabilities_and_breaks_ties_by_learner():
    probability, learners = pd.Series([0.5, 0.2, 0.5, 0.5]), pd.Series(["d", "b", "a", "c"])
    assert lowest(probability, learners, capacity=3).tolist() == [False, True, True, True]
    again = lowest(probability[::-1], learners[::-1], capacity=3)
    assert again[::-1].tolist() == [False, True, True, True]


def test_flags_at_capacity_are_as_many_as_can_be_called(noisy):
    found = persistence(*noisy, capacity=321)
    assert found.flags == "at capacity"
    assert population(found, FLAGGED).learners == 321


def test_a_capacity_for_more_than_there_are_flags_everyone(noisy):
    found = persistence(*noisy, capacity=10_000)
    assert population(found, SCORED).figures["flagged"].all()


def test_flags_that_are_given_go_before_the_capacity(four_hundred):
    found = persistence(*four_hundred, capacity=1)
    assert found.flags == "as given"
    assert population(found, FLAGGED).learners == 132


def test_without_flags_or_capacity_flags_are_not_evaluated(noisy):
    found = persistence(*noisy)
    assert found.flags == "none"
    assert [part.name for part in found.populations] == [SCORED]
    assert set(found.compared["measure"]) == {"error", "persisted"}


def test_a_capacity_of_nobody_is_refused(noisy):
    with pytest.raises(SettingsError, match="capacity is 0; set it to how many learners can be called"):
        persistence(*noisy, capacity=0)


def test_flags_that_only_some_have_are_refused(four_hundred):
    scores, who = four_hundred
    scores = scores.astype({"flagged": "boolean"})
    scores.loc[:4, "flagged"] = pd.NA
    with pytest.raises(DataError, match="column flagged of scores is missing in 5 of 800 rows that count"):
        persistence(scores, who)


@pytest.mark.parametrize("scores", [None, pd.DataFrame(), pd.DataFrame(columns=["learner_id", "as_of"])])
def test_no_scores_are_not_evaluated_and_never_no_difference(scores):
    assert persistence(scores, pd.DataFrame()) is None


def test_scores_without_a_known_outcome_are_not_evaluated(noisy):
    scores, who = noisy
    assert persistence(scores.assign(outcome=None), who) is None
    assert persistence(scores.drop(columns="outcome"), who) is None


def test_a_learner_whose_outcome_is_not_known_yet_is_left_out_and_counted(noisy):
    scores, who = noisy
    outcome = scores["outcome"].astype("boolean").mask(scores.index < 30)
    found = persistence(scores.assign(outcome=outcome), who)
    assert (population(found, SCORED).learners, found.unknown) == (len(scores) - 30, 30)


def test_the_first_prediction_with_a_known_outcome_counts_and_the_others_are_counted():
    scores = pd.DataFrame(
        {
            "learner_id": ["a", "a", "a", "b"],
            "as_of": ["2023-02-01", "2023-09-01", "2024-09-01", "2023-09-01"],
            "probability": [0.2, 0.4, 0.9, 0.6],
            "outcome": [None, True, False, True],
        }
    )
    found = persistence(scores, pd.DataFrame({"gender": ["woman", "man"]}, index=["a", "b"]))
    assert population(found, SCORED).figures["shown"].tolist() == [0.4, 0.6]
    assert (found.later, found.unknown) == (1, 0)


def test_two_predictions_of_one_learner_and_day_are_refused(noisy):
    scores, who = noisy
    with pytest.raises(DataError, match=r"scores holds 1 row\(s\) twice for one learner and day; keep one of each"):
        persistence(pd.concat([scores, scores.head(1)]), who)


@pytest.mark.parametrize("wrong", [85.0, -0.1, np.nan])
def test_a_probability_that_is_none_is_refused(noisy, wrong):
    scores, who = noisy
    with pytest.raises(DataError, match=r"not between 0 and 1 in 1 row\(s\); give the probability of persisting"):
        persistence(scores.assign(probability=scores["probability"].where(scores.index > 0, wrong)), who)


def test_a_prediction_of_nobody_or_no_day_is_refused(noisy):
    scores, who = noisy
    with pytest.raises(DataError, match="scores has rows without learner_id or as_of"):
        persistence(scores.assign(as_of=None), who)


def test_a_learner_without_groups_is_refused_without_being_named(noisy):
    scores, who = noisy
    with pytest.raises(DataError, match=r"who lacks 3 learner\(s\) of scores; build it with groups") as refusal:
        persistence(scores, who.iloc[3:])
    assert "pseudonym" not in str(refusal.value)


def test_the_order_of_rows_does_not_matter(noisy):
    scores, who = noisy
    mixed = persistence(scores.sample(frac=1, random_state=1), who.sample(frac=1, random_state=2), capacity=700)
    pd.testing.assert_frame_equal(mixed.compared, persistence(scores, who, capacity=700).compared)


def test_reliability_shows_what_was_shown_beside_what_happened(noisy):
    scores, who = noisy
    found = persistence(scores, who).reliability
    part = found[(found["attribute"] == "race_ethnicity") & (found["bin"] == 1)].set_index("group")
    low = scores["probability"] <= scores["probability"].quantile(0.2)
    theirs = scores[low & (who["race_ethnicity"] == "black").to_numpy()]
    assert part.loc["black", ["n", "shown", "happened"]].tolist() == pytest.approx(
        [len(theirs), theirs["probability"].mean(), theirs["outcome"].mean()]
    )
    assert found.groupby("attribute")["n"].sum().tolist() == [len(scores)] * 2
    assert ((found["low"] <= found["happened"]) & (found["happened"] <= found["high"])).all()


def test_the_fifths_hold_everyone_once_and_about_as_many_each(noisy):
    parts = persistence(*noisy).fifths
    assert [part.name for part in parts] == [f"scored, fifth {at}" for at in (1, 2, 3, 4, 5)]
    assert sum(part.learners for part in parts) == 4_000
    assert max(part.learners for part in parts) - min(part.learners for part in parts) < 40


def test_equal_probabilities_stay_in_one_part():
    figures = pd.DataFrame({"shown": [0.5] * 18 + [0.1, 0.9], "persisted": [1.0] * 20})
    scored = Population(SCORED, pd.DataFrame({"gender": ["man"] * 20}), np.ones(20, dtype=np.int64), figures, {})
    assert [set(part.figures["shown"]) for part in fifths(scored)] == [{0.1, 0.5}, {0.9}]


def test_a_row_counts_as_many_learners_as_it_stands_for():
    who = pd.DataFrame({"gender": ["woman", "woman", "man"]})
    figures = pd.DataFrame({"shown": [0.5, 0.7, 0.6], "persisted": [1.0, 0.0, np.nan]})
    counted_rows = Population(SCORED, who, np.array([30, 10, 5]), figures, {})
    cells = pd.MultiIndex.from_tuples([("gender", "woman"), ("gender", "man")], names=["attribute", "group"])
    found = tallies(counted_rows, "persisted", cells)
    assert found.to_numpy().tolist() == [[40.0, 30.0, 0.0, 0.0], [0.0, 0.0, 40.0, 30.0]]


def test_counted_populations_compare_as_the_learners_they_stand_for(four_hundred):
    found = persistence(*four_hundred)
    squeezed = []
    for part in found.populations:
        together = part.figures.assign(**part.who).groupby([*part.who, *part.figures], as_index=False).size()
        count = together["size"].to_numpy(np.int64)
        squeezed.append(Population(part.name, together[[*part.who]], count, together[[*part.figures]], part.bounds))
    assert all(len(part.count) < 10 for part in squeezed)
    pd.testing.assert_frame_equal(compare(squeezed), found.compared)
