import json

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame

from onward.audit import AuditPlan, audit
from onward.audit.groups import EVERYONE, GENDER, INTERSECTION, RACE, groups
from onward.audit.measures import MEASURES
from onward.errors import DataError, SettingsError

PLAN = AuditPlan()


def figures_of(found, **where):
    frame = found.cells
    for name, wanted in where.items():
        frame = frame[frame[name] == wanted]
    return frame


def test_every_source_group_and_measure_has_n_mean_and_interval(found):
    everyone = figures_of(found, attribute=EVERYONE)
    everyone = everyone[everyone["measure"].isin(MEASURES)]
    assert len(everyone) == 9
    assert (everyone["low"] < everyone["mean"]).all()
    assert (everyone["n"] == 2_000).all()


def from_the_tables(world):
    """The three measures of every decision, worked out from the raw tables alone."""
    rows = world["decisions"].merge(world["values"], on="credential_id", suffixes=("", "_of_value"))
    rows = rows.merge(world["credentials"], on="credential_id").set_index("learner_id")
    value, p = rows["median_earnings"] - rows["benchmark_earnings"], rows["p_complete"]
    cost = PLAN.price_share * rows["net_price"]
    frame = pd.DataFrame({"value": value, "benefit": p * value - (1 - p) * cost, "completion": p})
    return frame.assign(source=rows["source"])


@pytest.mark.parametrize("attribute", [RACE, GENDER, INTERSECTION])
@pytest.mark.parametrize("measure", ["value", "benefit", "completion"])
def test_the_cells_of_an_audit_equal_fairlearns(world, editions, attribute, measure):
    found = editions.restricted
    rows = from_the_tables(world)
    who = groups(world["demographics"], learners=pd.Index(rows.index.unique()), attributes=PLAN.attributes)
    theirs = MetricFrame(
        metrics={"mean": lambda _, predicted: float(np.mean(predicted)), "n": lambda truth, _: len(truth)},
        y_true=rows[measure],
        y_pred=rows[measure],
        sensitive_features=who[attribute].reindex(rows.index).rename("group"),
        control_features=rows["source"],
    ).by_group
    ours = figures_of(found, attribute=attribute, measure=measure).set_index(["source", "group"])
    theirs = theirs.loc[ours.index]
    assert len(ours) >= 3 * 3
    assert ours["mean"].to_numpy() == pytest.approx(theirs["mean"].to_numpy(float), rel=1e-12, abs=1e-12)
    assert ours["n"].tolist() == theirs["n"].tolist()


def test_learners_absent_from_demographics_are_counted_as_unknown(world, found):
    known = world["demographics"]
    cell = figures_of(found, attribute="gender", group="unknown", source="onward", measure="value")
    assert cell["n"].item() == known["gender"].isna().sum() + 5


def test_history_steers_and_the_gap_shows_it(found):
    gaps = found.gaps
    black = gaps[(gaps["group"] == "black") & (gaps["measure"] == "value") & (gaps["given"] == "stratum")]
    assert black.set_index("source")["high"]["history"] < -500


def test_the_family_is_fixed_by_size_and_leaves_out_who_is_not_known(found):
    sizes = figures_of(found, source="onward", measure="value").set_index(["attribute", "group"])["n"]
    assert all(sizes[cell] >= 100 for cell in found.family)
    assert not {"unknown", "nonresident", "declined"} & {group for _, group in found.family}


def test_the_family_does_not_change_with_who_is_advised_what(world, found):
    shuffled = (
        world["decisions"]
        .groupby("source")["credential_id"]
        .transform(lambda ids: ids.sample(frac=1, random_state=1).to_numpy())
    )
    other = audit(**(world | {"decisions": world["decisions"].assign(credential_id=shuffled)}), plan=PLAN)
    assert found.family == other.public.family


def test_groups_too_small_to_test_are_named_and_not_among_the_findings(found):
    verdict = found.verdict
    assert ("gender", "nonbinary_or_other") in verdict.too_small
    assert not set(verdict.too_small) & {(finding.attribute, finding.group) for finding in verdict.findings}


def test_with_no_group_large_enough_nothing_is_evaluated(world):
    assert audit(**world, plan=AuditPlan(family_minimum=5_000)).public.verdict.status == "not_evaluated"


def test_a_generous_limit_passes(world):
    assert audit(**world, plan=AuditPlan(limit=9_000.0)).public.verdict.status == "pass"


def test_without_history_nothing_passes(world):
    alone = world["decisions"][world["decisions"]["source"] == "onward"]
    verdict = audit(**(world | {"decisions": alone}), plan=AuditPlan(limit=9_000.0)).public.verdict
    assert (verdict.status, verdict.compared) == ("cannot_tell", False)


def test_a_gap_over_all_learners_that_grew_never_passes(world):
    swapped = world["decisions"].replace({"source": {"history": "onward", "onward": "history"}})
    verdict = audit(**(world | {"decisions": swapped}), plan=AuditPlan(limit=9_000.0)).public.verdict
    assert verdict.status == "cannot_tell"
    assert ("race_ethnicity", "black") in verdict.wider


def test_strata_that_hold_one_group_each_cannot_be_compared(world):
    people = world["demographics"].set_index("learner_id")["gender"].astype(object)
    strata = world["strata"].assign(stratum=lambda rows: rows["learner_id"].map(people).fillna("unknown"))
    gaps = audit(**(world | {"strata": strata}), plan=PLAN).public.gaps
    assert not gaps.loc[(gaps["given"] == "stratum") & (gaps["attribute"] == "gender"), "comparable"].any()


def test_the_stratum_other_makes_nobody_comparable_and_is_counted(world, found):
    pooled = world["strata"].assign(stratum=lambda rows: rows["stratum"].replace({"s0": "other", "s1": "other"}))
    other = audit(**(world | {"strata": pooled}), plan=PLAN).public
    assert (other.pooled, other.strata) == ((pooled["stratum"] == "other").sum(), 4)
    black = other.gaps[(other.gaps["group"] == "black") & (other.gaps["measure"] == "value")]
    assert (black.loc[black["given"] == "stratum", "covered"] < 0.8).all()
    assert {finding.outcome for finding in other.verdict.findings} == {"not_comparable"}
    columns = ["source", "attribute", "group", "measure", "n", "gap", "sampling", "values"]
    over_all = [one.gaps.loc[one.gaps["given"] == "nothing", columns].reset_index(drop=True) for one in (found, other)]
    pd.testing.assert_frame_equal(*over_all)


def test_learners_without_a_decision_from_every_source_are_left_out_and_counted(world):
    rows = world["decisions"]
    fewer = rows[(rows["source"] != "onward") | (rows["learner_id"] > "pseudonym-00029")]
    found = audit(**(world | {"decisions": fewer}), plan=PLAN).public
    assert (found.learners, found.left_out) == (1_970, 30)


def test_a_learner_without_a_stratum_is_refused(world):
    with pytest.raises(DataError, match="table strata lacks 3 of 2000 learners; give each a stratum"):
        audit(**(world | {"strata": world["strata"].iloc[3:]}), plan=PLAN)


def test_a_judged_source_that_is_absent_is_refused(world):
    with pytest.raises(DataError, match="no rows of source vendor, which is to be judged; it has history, imitation"):
        audit(**world, plan=AuditPlan(judged="vendor"))


@pytest.mark.parametrize("table", ["demographics", "strata"])
def test_a_learner_who_stands_twice_is_refused(world, table):
    twice = pd.concat([world[table], world[table].head(1)])
    with pytest.raises(DataError, match=f"table {table} holds a learner twice"):
        audit(**(world | {table: twice}), plan=PLAN)


def test_a_small_cell_is_withheld_from_the_verdict_too(world):
    # Only 5 learners are men: women are withheld with them, and so is what the verdict says of women.
    few = world["demographics"].assign(gender=lambda rows: ["man"] * 5 + ["woman"] * (len(rows) - 5))
    few = pd.concat([few, pd.DataFrame({"learner_id": world["strata"]["learner_id"].tail(5), "gender": "woman"})])
    found = audit(**(world | {"demographics": few}), plan=AuditPlan(attributes=("gender",))).public
    assert found.family == ()
    assert found.verdict.findings == ()


def test_the_order_of_rows_changes_nothing(world):
    shuffled = {name: frame.sample(frac=1, random_state=3) for name, frame in world.items()}
    first, second = (json.dumps(audit(**tables, plan=PLAN).public.to_json()) for tables in (world, shuffled))
    assert first == second


def test_without_strata_nothing_passes_and_the_box_says_why(world):
    found = audit(**(world | {"strata": None}), plan=AuditPlan(limit=9_000.0)).public
    assert found.verdict.status == "cannot_tell"
    assert any("no strata were given" in reservation for reservation in found.verdict.reservations)


@pytest.mark.parametrize("race", [None, "unknown"])
def test_where_race_is_not_known_nothing_passes_on_gender_alone(world, race):
    people = world["demographics"].assign(race_ethnicity=race)
    found = audit(**(world | {"demographics": people}), plan=AuditPlan(limit=9_000.0)).public
    assert found.verdict.status == "cannot_tell"
    assert any("race and ethnicity" in reservation for reservation in found.verdict.reservations)


def test_a_part_of_the_learners_does_not_pass_for_all(world):
    rows = world["decisions"]
    fewer = rows[(rows["source"] != "history") | (rows["learner_id"] < "pseudonym-01200")]
    found = audit(**(world | {"decisions": fewer}), plan=AuditPlan(limit=9_000.0)).public
    assert found.verdict.status == "cannot_tell"
    assert any("Only 60% of the learners" in reservation for reservation in found.verdict.reservations)


def test_most_learners_without_demographics_do_not_pass(world):
    people = world["demographics"].iloc[:1_400]
    found = audit(**(world | {"demographics": people}), plan=AuditPlan(limit=9_000.0)).public
    assert found.verdict.status == "cannot_tell"
    assert any("only 70% of the learners" in reservation for reservation in found.verdict.reservations)


def test_a_gap_to_a_group_of_reference_that_is_withheld_is_withheld(world):
    ids = world["demographics"].loc[world["demographics"]["gender"] == "man", "learner_id"]
    rows = world["decisions"]
    alike = rows.assign(credential_id=rows["credential_id"].mask(rows["learner_id"].isin(ids), "c03"))
    plan = AuditPlan(reference={"gender": "man"})
    found = audit(**(world | {"decisions": alike}), plan=plan).public
    gaps = found.gaps[(found.gaps["attribute"] == "gender") & (found.gaps["measure"] == "value")]
    assert gaps["gap"].isna().all()


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (
            AuditPlan(reference={"gender": "men"}),
            "reference names men in gender, and no learner is of it; choose",
        ),
        (AuditPlan(further=("pel",)), "further names pel, which demographics do not have"),
    ],
)
def test_a_name_that_the_data_do_not_have_is_refused(world, plan, message):
    with pytest.raises(SettingsError, match=message):
        audit(**world, plan=plan)


def test_how_many_learners_stand_in_a_stratum_is_for_officers(editions):
    both = [one.cells[one.cells["attribute"] == "stratum"]["n"] for one in (editions.public, editions.restricted)]
    assert both[0].isna().all()
    assert both[1].notna().all()
