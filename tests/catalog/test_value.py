"""The ladder of public figures, rung by rung, and what of a college's own rows is taken."""

import math
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from onward.catalog.field_figures import FieldFigures
from onward.catalog.occupations import NONDEGREE, POINTS, Occupations
from onward.catalog.shrinkage import SPREADS
from onward.catalog.value import Ladder, benchmark_of, complete
from onward.data.scorecard import Scorecard
from onward.data.tables import CREDENTIALS, LEVELS, VALUES, conform
from onward.data.worth import value_error
from onward.errors import SettingsError

FIELDS = FieldFigures.of(
    pd.DataFrame(
        [
            ("5139", "1", 55_000, 49_000, 63_000, 700, 500, 11_000),
            ("5138", "2", 62_000, 55_000, 70_000, 900, 800, 15_000),
            ("5108", "1", 34_000, 31_000, 38_000, 2, 2, 9_000),
            ("51", "1", 41_000, 34_000, 55_000, 2_500, 1_600, 9_500),
            ("51", "2", 64_000, 48_000, 77_000, 2_600, 1_800, 15_000),
        ],
        columns=["field", "level", "median", "p25", "p75", "programs", "debt_programs", "median_debt"],
    )
)
WAGES = pd.DataFrame(
    [
        ("311131", "Nursing Assistants", 1_400.0, 37_000.0, NONDEGREE, None),
        ("292061", "Practical Nurses", 600.0, 59_000.0, NONDEGREE, None),
        ("319099", "Helpers", 100.0, 33_000.0, NONDEGREE, None),
    ],
    columns=["soc", "title", "employment", "pct25", "entry_education", "soc_2018"],
).set_index("soc")
PAIRS = pd.DataFrame(
    [("513902", "311131"), ("513901", "292061"), ("510999", "319099")],
    columns=["cip", "soc"],
)
OCCUPATIONS = Occupations(WAGES.assign(pct10=WAGES["pct25"], median=WAGES["pct25"]), PAIRS)
KEYS = pd.MultiIndex.from_tuples([("194240", "5138", "2"), ("194240", "5139", "1"), ("194241", "5138", "2")])
PROGRAMS = pd.DataFrame(
    {"earnings": [80_000.0, 70_000.0, 80_000.0], "completers": [48.0, 60.0, None], "debt": 9_000.0}, index=KEYS
)
SCORECARD = Scorecard(PROGRAMS, rows=3, one_year_only=0, name="value_check.parquet", digest="")
LADDER = Ladder(36_000.0, SCORECARD, FIELDS, OCCUPATIONS)


def credentials(*changes):
    row = {"name": "c", "kind": "Certificate", "award_level": "2", "cip": "513901", "weeks": 40}
    rows = [row | {"credential_id": f"c{place}"} | change for place, change in enumerate(changes)]
    return conform(pd.DataFrame(rows), CREDENTIALS)


def stated(*changes):
    row = {"credential_id": "c0", "median_earnings": 45_000.0, "benchmark_earnings": 35_000.0, "basis": "published"}
    return conform(pd.DataFrame([row | {"horizon_years": 4} | change for change in changes]), VALUES)


NOTHING = conform(pd.DataFrame(columns=["credential_id", "median_earnings", "basis"]), VALUES)


def found(ladder=LADDER, **change):
    (row,) = complete(NOTHING, credentials(change), ladder).values.to_dict("records")
    return row


RN = {"cip": "513801", "award_level": "3"}


def test_a_field_and_level_gives_its_median_with_the_quartiles_of_programs():
    row = found(**RN)
    assert (row["median_earnings"], row["low"], row["high"], row["n"]) == (62_000, 55_000, 70_000, 900)
    assert (row["basis"], row["horizon_years"], row["year"]) == ("published", 4, 2026)
    assert row["benchmark_earnings"] == 36_000
    assert "field of study 5138, level 2" in row["source"]


def test_an_institutions_program_is_moved_toward_its_field_by_its_completers():
    row = found(**RN, provider_id="194240")
    spread = SPREADS["2"]
    weight = spread.programs**2 / (spread.programs**2 + spread.noise / 48)
    assert row["median_earnings"] == round(80_000**weight * 62_000 ** (1 - weight))
    assert (row["basis"], row["n"]) == ("published", 48)


def test_an_institutions_range_gives_the_error_of_the_estimate_back():
    row = found(**RN, provider_id="194240")
    spread = SPREADS["2"]
    weight = spread.programs**2 / (spread.programs**2 + spread.noise / 48)
    error = row["median_earnings"] * math.sqrt(weight * spread.noise / 48)
    assert value_error(pd.DataFrame([row]))["c0"] == pytest.approx(error, rel=0.001)


def test_completers_that_are_not_known_count_as_few():
    rows = [found(**RN, provider_id=provider) for provider in ("194240", "194241")]
    assert rows[1]["n"] == 12
    assert rows[1]["median_earnings"] < rows[0]["median_earnings"] < 80_000
    assert value_error(pd.DataFrame(rows[1:]))["c0"] > value_error(pd.DataFrame(rows[:1]))["c0"]


def test_an_institution_without_the_program_has_the_fields_figure():
    assert found(**RN, provider_id="999999")["median_earnings"] == 62_000


def test_a_lumped_field_gives_way_to_the_wages_of_the_occupation():
    aides, nurses = found(cip="513902"), found(cip="513901")
    assert (aides["median_earnings"], nurses["median_earnings"]) == (37_000, 59_000)
    assert {aides["basis"], nurses["basis"]} == {"occupation"}
    assert "Nursing Assistants, pct25 of wages" in aides["source"]
    assert (aides["horizon_years"], aides["year"]) == (0, 2025)


def test_a_lumped_institution_gives_way_too():
    assert found(cip="513902", provider_id="194240")["basis"] == "occupation"


def test_the_range_of_an_occupation_holds_the_error_that_was_measured():
    row = found(cip="513902")
    assert value_error(pd.DataFrame([row]))["c0"] == pytest.approx(37_000 * POINTS["1"].error, rel=0.001)


def test_certificates_under_twelve_weeks_go_by_occupation_even_where_the_field_is_not_lumped():
    nobody_else = Occupations(OCCUPATIONS.wages, PAIRS[PAIRS["cip"] != "513901"])
    ladder = Ladder(36_000.0, SCORECARD, FIELDS, nobody_else)
    assert found(ladder, cip="513902", award_level="20")["basis"] == "occupation"
    assert found(ladder, cip="513902", award_level="21")["median_earnings"] == 55_000


def test_certificates_under_twelve_weeks_without_an_occupation_have_the_field_as_imputed():
    row = found(cip="513999", award_level="20")
    assert (row["median_earnings"], row["basis"]) == (55_000, "imputed")


def test_a_short_certificates_institution_stands_in_for_another_with_its_whole_error():
    row = found(cip="513999", award_level="20", provider_id="194240")
    weight = SPREADS["1"].programs ** 2 / (SPREADS["1"].programs ** 2 + SPREADS["1"].noise / 60)
    assert row["basis"] == "imputed"
    expected = row["median_earnings"] * math.sqrt(weight * SPREADS["1"].noise / 60)
    assert value_error(pd.DataFrame([row]))["c0"] == pytest.approx(expected, rel=0.001)


def test_a_thin_field_is_imputed_and_between_its_own_and_its_series():
    row = found(cip="510801")
    assert row["basis"] == "imputed"
    assert 34_000 < row["median_earnings"] < 41_000


def test_a_field_without_programs_goes_by_occupation_where_it_has_one_and_by_its_series_elsewhere():
    assert found(cip="510999")["basis"] == "occupation"
    row = found(cip="511501")
    assert (row["median_earnings"], row["basis"]) == (41_000, "imputed")


def test_a_credential_of_which_nothing_is_known_has_no_row():
    done = complete(NOTHING, credentials({"cip": "999999"}, RN), LADDER)
    assert done.values["credential_id"].tolist() == ["c1"]
    assert done.found == 1


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"basis": "state_list"},
        {"basis": "occupation", "horizon_years": 0},
        {"basis": "imputed", "horizon_years": None},
        {"low": 40_000.0, "high": 50_000.0, "n": 30, "source": "the college"},
    ],
)
def test_what_the_college_states_of_four_years_stays_as_it_stands(row):
    given_ = stated(row)
    done = complete(given_, credentials(RN | {"provider_id": "194240"}), LADDER)
    pd.testing.assert_frame_equal(done.values, given_)
    assert (done.stated, done.found, done.set_aside) == (1, 0, {})


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"horizon_years": 5}, "earned 5 years after completing"),
        ({"horizon_years": 1}, "earned 1 year after completing"),
        ({"horizon_years": 0.5, "basis": "state_list"}, "earned 0.5 years after completing"),
        ({"horizon_years": 0}, "earned at entry"),
        ({"horizon_years": None}, "earned at a time that is not said"),
    ],
)
def test_another_horizon_is_set_aside_and_never_used(row, why):
    done = complete(stated(row), credentials(RN), LADDER)
    assert done.set_aside == {why: 1}
    assert done.values["median_earnings"].tolist() == [62_000]


def test_a_stated_row_without_a_benchmark_is_given_one_and_nothing_else():
    done = complete(stated({"benchmark_earnings": None}), credentials(RN), LADDER)
    assert done.values[["median_earnings", "benchmark_earnings"]].values.tolist() == [[45_000, 36_000]]


def test_where_nothing_is_to_be_filled_in_a_stated_row_still_has_a_benchmark():
    rows = stated({"horizon_years": 5}, {"credential_id": "c1", "benchmark_earnings": None})
    done = complete(rows, RNS, LADDER, fill=False)
    assert done.values["credential_id"].tolist() == ["c1"]
    assert done.values["benchmark_earnings"].tolist() == [36_000]
    assert done.found == 0
    assert done.set_aside == {"earned 5 years after completing": 1}


RNS = credentials(RN, RN, RN)


def test_the_benchmark_is_the_states_or_the_nations():
    assert benchmark_of("AK") == 42_938
    assert benchmark_of(None) == 36_082
    with pytest.raises(SettingsError, match=r"value\.state: expected the postal code .*; got GU; correct it"):
        benchmark_of("GU")


CATALOGUES = st.lists(
    st.tuples(
        st.sampled_from(["513901", "513902", "513999", "513801", "51", "999999", "520302", "480508"]),
        st.sampled_from(LEVELS),
        st.sampled_from([None, "292061", "311131", "999998"]),
        st.sampled_from([None, "194240", "194241"]),
        st.sampled_from([None, 4, 5]),
    ),
    min_size=1,
    max_size=8,
)


@examples(max_examples=25, deadline=None)
@given(rows=CATALOGUES, seed=st.integers(0, 9))
def test_completing_twice_is_completing_once_and_order_does_not_matter(rows, seed):
    held = credentials(
        *({"cip": cip, "award_level": level, "soc": soc, "provider_id": at} for cip, level, soc, at, _ in rows)
    )
    own = [{"credential_id": f"c{place}", "horizon_years": row[-1]} for place, row in enumerate(rows) if row[-1]]
    given_ = stated(*own) if own else NOTHING
    ladder = Ladder(36_000.0, SCORECARD)
    once = complete(given_, held, ladder).values
    pd.testing.assert_frame_equal(complete(once, held, ladder).values, once)
    shuffled = complete(given_.sample(frac=1, random_state=seed), held.sample(frac=1, random_state=seed), ladder).values
    in_order = [frame.sort_values("credential_id", ignore_index=True) for frame in (once, shuffled)]
    pd.testing.assert_frame_equal(*in_order)
    assert (once["low"].fillna(0) <= once["median_earnings"]).all()
    assert (once["high"].fillna(1e9) >= once["median_earnings"]).all()


def test_the_constants_are_those_that_the_shared_figures_give(shared):
    script = Path(__file__).parents[2] / "benchmarks" / "value_check.py"
    command = [sys.executable, str(script), "--quick"]
    environment = os.environ | {"ONWARD_SHARED": str(shared)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nursing assistant: 55,686 -> 37,260" in done.stdout
    assert "practical nurse: 55,686 -> 59,000" in done.stdout
