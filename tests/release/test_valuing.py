"""Values are completed before training: what is filled in, what is said of it, and what stays as it stands."""

import dataclasses

import pandas as pd
import pytest
from onward.training.demo import SETTINGS

from onward.audit import AuditPlan, audit
from onward.catalog.catalogue import Catalogue
from onward.data.mapping import Source
from onward.data.tables import VALUES, conform
from onward.data.worth import earnings_premium, value_of
from onward.errors import DataError, SettingsError
from onward.release.holdout import Holdout
from onward.release.run import _with_digest
from onward.release.valuing import scorecard_of, value_words, with_values
from onward.settings import ValueSettings, load, parse

DEMO = load(SETTINGS)
STATED = [name for name in VALUES.names if name not in {"goes_on", "onward_value"}]


@pytest.fixture(scope="module")
def source(small):
    return Source(small.tables, nominal_dates=False, notes=("first",), digests={})


def chosen(**changes):
    return DEMO.model_copy(update={"value": ValueSettings(**changes)})


def with_rows(source, values):
    return dataclasses.replace(source, tables=dataclasses.replace(source.tables, values=values))


def without_values(source):
    return with_rows(source, source.tables.values.iloc[:0])


def test_what_the_demo_states_stays_as_it_stands(source):
    found = with_values(source, DEMO)
    pd.testing.assert_frame_equal(found.tables.values[STATED], source.tables.values[STATED])
    pd.testing.assert_frame_equal(found.tables.credentials, source.tables.credentials)
    assert found.notes == ("first",)


def test_onward_value_is_shown_beside_the_value_and_not_in_it(source):
    found = with_values(source, DEMO).tables.values
    assert found["onward_value"].gt(0).any()
    assert found["chosen_value"].isna().all()
    pd.testing.assert_series_equal(value_of(found), value_of(source.tables.values))


def test_counted_it_is_part_of_what_ranks_and_of_what_is_audited(source):
    tables = with_values(source, chosen(onward="counted")).tables
    catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values)
    premium = earnings_premium(tables.values).to_numpy()
    counted = premium + tables.values["onward_value"].fillna(0.0).to_numpy()
    assert catalogue.value == pytest.approx(counted)
    assert value_of(tables.values).to_numpy() == pytest.approx(counted)
    assert (counted > premium).any()


def test_a_catalogue_keeps_the_chosen_value_through_json(source):
    tables = with_values(source, chosen(onward="counted")).tables
    catalogue = Catalogue.of(tables.credentials, tables.pathways, tables.values)
    assert Catalogue.from_json(catalogue.to_json()).value == pytest.approx(catalogue.value)


def test_a_college_without_values_has_one_for_every_credential_and_a_note(source):
    found = with_values(without_values(source), DEMO)
    tables = found.tables
    assert len(Catalogue.of(tables.credentials, tables.pathways, tables.values)) == len(source.tables.credentials)
    (note,) = [note for note in found.notes if note.startswith("values:")]
    assert f"public figures stand in for {len(tables.values)} credentials" in note
    assert "by the wages of an occupation" in note


def test_completing_twice_is_completing_once_in_values_and_debt(source):
    once = with_values(without_values(source), DEMO)
    again = with_values(once, DEMO)
    for table, frame in once.tables.items():
        pd.testing.assert_frame_equal(getattr(again.tables, table.name), frame)


def test_rows_of_another_horizon_are_set_aside_and_counted_in_a_note(source):
    late = source.tables.values.assign(horizon_years=5, basis="published")
    late.loc[:1, "horizon_years"] = 0
    found = with_values(with_rows(source, late), DEMO)
    (note,) = [note for note in found.notes if "set aside" in note]
    assert f"{len(late) - 2} earned 5 years after completing, 2 earned at entry; none is used" in note
    assert not found.tables.values["horizon_years"].eq(5).any()


def test_to_refuse_is_to_fill_in_nothing_and_name_what_lacks_a_value(source):
    found = with_values(with_rows(source, source.tables.values.iloc[1:]), chosen(complete="refuse"))
    assert len(found.tables.values) == len(source.tables.values) - 1
    tables = found.tables
    with pytest.raises(DataError, match="1 lack one"):
        Catalogue.of(tables.credentials, tables.pathways, tables.values)


def test_a_colleges_own_table_is_taken_as_it_stands(source):
    own = source.tables.values.assign(horizon_years=2, basis="published")
    found = with_values(with_rows(source, own), chosen(yardstick="own"))
    pd.testing.assert_frame_equal(found.tables.values[STATED], conform(own, VALUES)[STATED])
    assert "own table" in value_words(found.tables, chosen(yardstick="own"))


def test_the_states_benchmark_stands_beside_what_is_filled_in(source):
    settings = chosen(state="NJ")
    found = with_values(without_values(source), settings)
    assert set(found.tables.values["benchmark_earnings"]) == {36_976.0}
    assert "that of NJ: $36,976 a year" in value_words(found.tables, settings)
    assert found.tables.credentials["median_debt"].notna().any()


def test_tables_that_break_their_declarations_are_refused_as_everywhere(source):
    unknown = source.tables.credentials.assign(award_level="99")
    tables = dataclasses.replace(source.tables, credentials=unknown)
    with pytest.raises(DataError, match="credentials, award_level: expected one of 20, 21"):
        with_values(dataclasses.replace(source, tables=tables), DEMO)


def test_an_unknown_state_is_refused(source):
    with pytest.raises(SettingsError, match=r"value\.state"):
        with_values(source, chosen(state="ZZ"))


def test_debt_to_earnings_takes_the_payment_off_and_says_how_many_pass(source):
    settings = chosen(yardstick="debt_to_earnings", state="NJ")
    tables = with_values(source, settings).tables
    less = earnings_premium(tables.values) - value_of(tables.values)
    owing = tables.credentials.set_index("credential_id")["median_debt"].notna()
    assert (less[owing.index[owing]] > 0).all()
    assert (less[owing.index[~owing]] == 0).all()
    assert "more than 8% of earnings a year; debt that is not known counts as none" in value_words(tables, settings)


def test_the_family_wage_is_what_earnings_are_set_against(source):
    tables = with_values(source, chosen(yardstick="family_wage")).tables
    expected = tables.values["median_earnings"] - DEMO.audit.family_wage
    assert value_of(tables.values).to_numpy() == pytest.approx(expected.to_numpy())


def test_median_debt_is_filled_in_only_where_the_college_is_known_to_be_in_the_country(source):
    assert with_values(source, DEMO).tables.credentials["median_debt"].isna().all()
    found = with_values(source, chosen(state="NJ"))
    filled = found.tables.credentials["median_debt"].notna()
    assert f"{filled.sum()} that of the field and level over the country" in found.notes[-1]
    assert not filled[found.tables.credentials["award_level"] == "20"].any()


def test_awards_after_the_first_decision_that_is_kept_from_the_models_are_never_read(source, small):
    first = Holdout.divide(small.starts, DEMO.holdout, seed=DEMO.seed).calibration_from
    cut = dataclasses.replace(
        source.tables, awards=source.tables.awards[source.tables.awards["awarded_on"] < first].reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(
        with_values(dataclasses.replace(source, tables=cut), DEMO).tables.values,
        with_values(source, DEMO).tables.values,
    )


def test_with_nominal_dates_learners_who_are_kept_from_the_models_are_never_read(source, small):
    by_chance = DEMO.model_copy(update={"holdout": DEMO.holdout.model_copy(update={"by": "random"})})
    part = Holdout.divide(small.starts, by_chance.holdout, seed=DEMO.seed).part_of(source.tables.awards)
    cut = dataclasses.replace(
        source.tables, awards=source.tables.awards[(part == "train").to_numpy()].reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(
        with_values(dataclasses.replace(source, tables=cut), by_chance).tables.values,
        with_values(source, by_chance).tables.values,
    )


def test_onward_value_that_the_college_states_stays(source):
    stated = source.tables.values.assign(goes_on=0.5, onward_value=99.0)
    found = with_values(with_rows(source, stated), DEMO).tables.values
    assert set(found["onward_value"]) == {99.0}


def test_a_scorecard_file_gives_institutions_their_own_figures(source, shared):
    settings = chosen(scorecard="scorecard/value_check.parquet")
    scorecard = scorecard_of(settings, shared)
    tables = dataclasses.replace(
        source.tables,
        credentials=source.tables.credentials.assign(provider_id="194240"),
        values=source.tables.values.iloc[:0],
    )
    found = with_values(dataclasses.replace(source, tables=tables), settings, scorecard=scorecard)
    assert found.tables.values["source"].str.contains("the institution's program").any()
    assert "value_check.parquet: 227,980 rows; 4,790 state earnings after one year alone" in found.notes[-1]


def test_the_digest_of_the_scorecard_file_is_among_those_of_the_run(source, shared):
    scorecard = scorecard_of(chosen(scorecard="scorecard/value_check.parquet"), shared)
    assert _with_digest(source, scorecard).digests == {"value_check.parquet": scorecard.digest}
    assert _with_digest(source, None) is source


def test_no_scorecard_is_read_where_none_is_named(tmp_path):
    assert scorecard_of(DEMO, tmp_path) is None


def test_an_audit_judges_the_chosen_value(source):
    tables = with_values(source, chosen(yardstick="family_wage")).tables
    first = tables.credentials["credential_id"].iloc[0]
    learners = tables.demographics["learner_id"].head(400)
    decisions = pd.DataFrame(
        {
            "decision_id": learners,
            "learner_id": learners,
            "decided_on": pd.Timestamp("2024-01-01"),
            "rank": 1,
            "credential_id": first,
            "source": "onward",
        }
    )
    strata = pd.DataFrame({"learner_id": learners, "stratum": "all"})
    found = audit(
        decisions,
        demographics=tables.demographics,
        values=tables.values,
        strata=strata,
        plan=AuditPlan(compared_with=""),
    )
    cells = found.restricted.cells
    mean = cells.loc[cells["measure"] == "value", "mean"].dropna()
    assert mean.to_numpy() == pytest.approx(value_of(tables.values)[first])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"state": "New York"}, r"value\.state"),
        ({"yardstick": "wealth"}, r"value\.yardstick.*earnings_premium"),
        ({"onward": "always"}, r"value\.onward"),
        ({"interest_rate": -0.1}, r"value\.interest_rate"),
        ({"onward_window_years": 0}, r"value\.onward_window_years"),
        ({"states": "NY"}, r"value\.states: Extra inputs.*known here: complete, state"),
        ({"yardstick": "family_wage"}, r"expected audit\.family_wage"),
    ],
)
def test_settings_that_mean_nothing_are_refused(value, words):
    content = DEMO.model_dump() | {"value": value}
    content["audit"] = {}
    with pytest.raises(SettingsError, match=words):
        parse(content, name="demo.toml")
