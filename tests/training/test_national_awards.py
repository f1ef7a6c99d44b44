"""The nation's awards: what is derived must agree with the publishers' check figures and with the canonical tables."""

import numpy as np
import pandas as pd
import pytest
from onward.training import national_awards
from onward.training.national_awards import FIELDS, LEVELS, TABLES, counted, main, middle_half, programs

from onward.catalog.catalogue import Catalogue
from onward.data.columns import Table
from onward.data.tables import CREDENTIALS, DECISIONS, DEMOGRAPHICS, PATHWAYS, STRATA, VALUES, conform, empty

TOTALS = {"21": 985_251, "3": 1_043_097, "5": 2_086_727, "7": 872_673}
BLACK = {"21": 147_852, "3": 119_394, "5": 199_324, "7": 91_685}
HISPANIC = {"21": 235_997, "3": 262_498, "5": 332_213, "7": 92_665}


@pytest.fixture(scope="module")
def folder(shared):
    for name in ("ipeds_awards", "scorecard"):
        if not (shared / name).is_dir():
            pytest.skip(f"no {name} in {shared}")
    return shared


@pytest.fixture(scope="module")
def frames(folder):
    return {name: make(folder) for name, make in TABLES.items()}


@pytest.fixture(scope="module")
def latest(frames):
    """Return the decisions with everything known of them."""
    rows = frames["decisions"].drop(columns="source").merge(frames["groups"], on="learner_id", validate="m:1")
    rows = rows.merge(frames["credentials"], on="credential_id", validate="m:1")
    return rows.merge(frames["values"], on="credential_id", validate="m:1")


@pytest.mark.parametrize("level", [level.code for level in LEVELS])
def test_the_awards_of_2021_are_those_of_the_check_figures(latest, level):
    rows = latest[latest["award_level"] == level]
    by_race = rows.groupby("race_ethnicity")["count"].sum()
    assert rows["count"].sum() == TOTALS[level]
    assert by_race["black"] == BLACK[level]
    assert by_race["hispanic"] == HISPANIC[level]


def test_temporary_residents_are_nonresident_and_nobody_else_is(latest):
    by_level = latest[latest["race_ethnicity"] == "nonresident"].groupby("award_level")["count"].sum()
    assert by_level.to_dict() == {"21": 11_657, "3": 21_972, "5": 102_744, "7": 129_561}


def test_every_year_is_counted(frames):
    by_year = frames["awards"].groupby("awarded_on")["count"].sum()
    assert list(by_year.index) == [f"{year}-06-30" for year in range(2012, 2022)]
    assert by_year["2012-06-30"] == 971_395 + 1_026_673 + 1_811_404 + 759_538
    assert by_year["2021-06-30"] == frames["decisions"]["count"].sum() == sum(TOTALS.values())


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("decisions", DECISIONS),
        ("groups", DEMOGRAPHICS),
        ("values", VALUES),
        ("strata", STRATA),
        ("credentials", CREDENTIALS),
    ],
)
def test_every_table_has_the_canonical_form(frames, name, table: Table):
    frame = conform(frames[name], table)
    assert not frame.duplicated(list(table.key)).any()
    for column in table.columns:
        held = frame[column.name].dropna()
        assert len(held) == len(frame) or not column.required
        assert not column.values or held.isin(column.values).all()
        assert not column.pattern or held.str.fullmatch(column.pattern).all()
        assert column.low is None or (held >= column.low).all()


def test_race_and_gender_are_words_that_the_audit_knows(frames):
    from onward.audit.groups import GENDER, RACE, reported_race, stated_gender

    races = reported_race(frames["groups"][RACE])
    assert (races == frames["groups"][RACE]).all()
    assert set(races) == {*national_awards.RACES.values(), "nonresident"}
    assert set(stated_gender(frames["groups"][GENDER])) == {"woman", "man"}


def test_whoever_is_named_in_a_table_is_among_the_groups(frames):
    known = set(frames["groups"]["learner_id"])
    assert set(frames["awards"]["learner_id"]) == known
    assert set(frames["decisions"]["learner_id"]) == set(frames["strata"]["learner_id"]) <= known
    assert not frames["awards"].duplicated(["learner_id", "credential_id", "awarded_on"]).any()


def test_a_stratum_is_a_level_of_award(frames, latest):
    strata = latest.merge(frames["strata"], on="learner_id").groupby("stratum")["award_level"].agg(["min", "max"])
    assert (strata["min"] == strata["max"]).all()
    assert dict(strata["min"]) == {
        "level: certificate": "21",
        "level: associate": "3",
        "level: bachelor's": "5",
        "level: master's": "7",
    }


def test_the_catalogue_is_one_that_onward_takes(frames):
    catalogue = Catalogue.of(
        conform(frames["credentials"], CREDENTIALS), empty(PATHWAYS), conform(frames["values"], VALUES)
    )
    assert len(catalogue) == len(LEVELS) * len(FIELDS) == 80
    assert set(frames["decisions"]["credential_id"]) <= set(catalogue.ids)


def test_a_value_lies_in_its_middle_half_and_rests_on_enough_programs(frames):
    values = frames["values"]
    assert (values["low"] <= values["median_earnings"]).all()
    assert (values["median_earnings"] <= values["high"]).all()
    assert (values["n"] >= national_awards.LEAST_PROGRAMS).all()
    assert values["benchmark_earnings"].eq(36_082).all()
    assert values["source"].str.contains("CC BY 4.0", regex=False).all()


def test_few_awards_have_a_value_that_was_imputed(latest):
    imputed = latest["basis"] == "imputed"
    assert 0 < latest.loc[imputed, "count"].sum() < 0.004 * latest["count"].sum()
    assert set(latest.loc[imputed & latest["award_level"].eq("3"), "credential_id"]) == {
        "3-geosciences",
        "3-science-teaching",
    }


def test_a_value_is_the_mean_of_its_cip4_fields_weighted_by_completers(folder, frames):
    rows = programs(folder).query("credential_id == '5-computing' and programs >= 5")
    mean = (rows["median"] * rows["completers"]).sum() / rows["completers"].sum()
    value = frames["values"].set_index("credential_id").loc["5-computing"]
    assert value["median_earnings"] == round(mean) == 85_955
    assert value["n"] == rows["programs"].sum()


def test_every_awarded_cip4_field_stands_in_a_broad_field_and_few_in_two(folder):
    rows = programs(folder)
    path = folder / "scorecard" / "cip4_credential_value.csv"
    every = pd.read_csv(path, dtype={"cip_code": str, "credential_level": str})
    every = every[every["credential_level"].isin([level.scorecard for level in LEVELS]) & (every["completers"] > 0)]
    assert set(every["cip_code"]) <= set(rows["cip4"])
    twice = rows[rows.duplicated(["cip4", "level"])]
    assert set(zip(twice["cip4"], twice["level"], strict=True)) == {
        ("2401", "21"),
        ("2401", "3"),
        *(("1313", level.code) for level in LEVELS),
    }


@pytest.mark.parametrize(("level", "misplaced"), [("21", 0.06), ("3", 0.06), ("5", 0.04), ("7", 0.03)])
def test_the_cip_codes_of_broad_fields_reproduce_their_share_of_awards(folder, latest, level, misplaced):
    # General studies and teaching stand in two fields; here each counts once.
    rows = programs(folder).query("level == @level and not credential_id.str.endswith('science-teaching')")
    rows = rows[(rows["cip4"] != "2401") | ~rows["credential_id"].str.endswith("humanities")]
    awarded = latest[latest["award_level"] == level].groupby("credential_id")["count"].sum()
    completed = rows.groupby("credential_id")["completers"].sum().reindex(awarded.index).fillna(0.0)
    apart = (awarded / awarded.sum() - completed / completed.sum()).abs().sum() / 2
    assert apart < misplaced


def test_women_s_awards_return_less_at_every_level(latest):
    def mean(rows):
        return np.average(rows["median_earnings"], weights=rows["count"])

    for level in LEVELS:
        rows = latest[latest["award_level"] == level.code]
        assert mean(rows[rows["gender"] == "woman"]) < mean(rows[rows["gender"] == "man"])
    women, men = (mean(latest[latest["gender"] == gender]) - 36_082 for gender in ("woman", "man"))
    assert (round(women), round(men)) == (22_598, 27_748)


def test_the_middle_half_of_one_field_is_its_own():
    one = pd.DataFrame({"p25": [30.0], "median": [40.0], "p75": [70.0], "completers": [12.0]})
    assert middle_half(one) == (30.0, 70.0)


def _a_folder(at, **changes):
    """Write a survey table with one row, changed, where the certificates are read."""
    row = {
        "broad_field": "Business",
        "sex": "Female",
        "citizenship": "U.S. citizen or permanent resident",
        "race_and_ethnicity": "White",
        **{str(year): year for year in national_awards.YEARS},
    }
    (at / "ipeds_awards").mkdir(parents=True)
    for level in LEVELS:
        pd.DataFrame([row | changes]).to_csv(at / "ipeds_awards" / level.table, index=False)
    return at


def test_a_cell_without_awards_has_no_row(tmp_path):
    rows = counted(_a_folder(tmp_path, **{"2015": 0}))
    assert sorted(set(national_awards.YEARS) - set(rows["year"])) == [2015]
    assert set(rows.query("year == 2021")["learner_id"]) == {f"2021 level {level.code} white woman" for level in LEVELS}


@pytest.mark.parametrize(
    "change",
    [
        {"broad_field": "Alchemy"},
        {"sex": "Unknown"},
        {"citizenship": "Elsewhere"},
        {"race_and_ethnicity": None},
        {"race_and_ethnicity": "Other"},
    ],
)
def test_words_the_program_does_not_know_are_refused(tmp_path, change):
    with pytest.raises(national_awards.DataError, match="which this program does not know"):
        counted(_a_folder(tmp_path, **change))


def test_the_tables_are_written_with_their_sources_and_may_be_written_again(folder, tmp_path, capsys):
    for _ in range(2):
        assert main([str(folder), "--out", str(tmp_path / "national")]) == 0
    tables = tmp_path / "national" / "tables"
    assert sorted(path.name for path in tables.iterdir()) == sorted(
        [*(f"{name}.csv" for name in TABLES), "SOURCES.txt"]
    )
    said = (tables / "SOURCES.txt").read_text(encoding="utf-8")
    for words in ("CC BY-SA 4.0", "CC BY 4.0", "doi:10.5281/zenodo.21781702", *national_awards.NOTES):
        assert words in said
    assert pd.read_csv(tables / "decisions.csv")["count"].sum() == sum(TOTALS.values())
    assert "6 tables" in capsys.readouterr().out


def test_a_folder_without_the_files_is_refused_plainly(tmp_path, capsys):
    assert main([str(tmp_path), "--out", str(tmp_path / "national")]) == 1
    assert "name the folder of ipeds_awards/ and scorecard/" in capsys.readouterr().err
    assert not (tmp_path / "national").exists()


def test_somebody_s_files_are_not_written_over(folder, tmp_path, capsys):
    mine = tmp_path / "national" / "tables" / "decisions.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    assert main([str(folder), "--out", str(tmp_path / "national")]) == 1
    assert "choose another --out" in capsys.readouterr().err
    assert mine.read_text() == "mine"
