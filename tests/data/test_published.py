"""The shipped figures: complete, of the right shape, with source and licence, and small."""

from importlib.resources import files

import pandas as pd
import pytest

from onward.data.published import published

FOLDER = files("onward.data") / "published"


def test_every_detailed_occupation_ships_once():
    occupations = published().occupations
    assert len(occupations) == 830
    assert occupations["soc"].is_unique
    assert occupations["soc"].str.fullmatch("[0-9]{6}").all()
    nurses = occupations.set_index("soc").loc["291141"]
    assert (nurses["median"], nurses["entry_education"]) == (97_550, "Bachelor's degree")


def test_the_crosswalk_names_only_codes():
    crosswalk = published().crosswalk
    assert crosswalk["cip"].nunique() == 1_948
    assert crosswalk["cip"].str.fullmatch("[0-9]{6}").all()
    assert not crosswalk.duplicated().any()


def test_occupations_that_the_wage_survey_joins_are_found_by_their_own_codes():
    joined = published().occupations.dropna(subset=["soc_2018"]).set_index("soc")["soc_2018"]
    assert joined["311120"] == "311121|311122"
    assert set(joined.index) <= set(published().crosswalk["soc"])


def test_few_pairs_lead_to_an_occupation_without_wages():
    known = published().crosswalk["soc"].isin(published().occupations["soc"])
    left = sorted(set(published().crosswalk.loc[~known, "soc"].str[:2]) - {"55"})
    assert left == ["11", "45"]  # legislators, fishing and hunting; 55 is the military


def test_states_have_one_benchmark_each_and_territories_none():
    states = published().states
    assert states.index.is_unique
    assert len(states) == 52
    assert {"DC", "PR", "NE"} <= set(states.index)
    assert "GU" not in states.index
    assert states["NJ"] == 36_976


def test_fields_hold_four_year_medians_in_order():
    fields = published().fields
    stated = fields[fields["programs"] > 0]
    assert (stated["p25"] <= stated["median"]).all()
    assert (stated["median"] <= stated["p75"]).all()
    assert stated["median"].notna().all()
    assert not fields.duplicated(["field", "level"]).any()
    assert set(fields["field"].str.len()) == {2, 3, 4}  # a series, all, a field


def test_a_field_rests_on_four_year_figures_alone(shared):
    columns = ["opeid6", "cip_code", "credential_level", "control", "earnings_median_4yr"]
    rows = pd.read_parquet(shared / "scorecard" / "value_check.parquet", columns=columns).dropna()
    rows = rows[(rows["control"] != "Foreign") & (rows["cip_code"] == "5139") & (rows["credential_level"] == "1")]
    once = rows.drop_duplicates(["opeid6", "earnings_median_4yr"])["earnings_median_4yr"]
    row = published().fields.set_index(["field", "level"]).loc[("5139", "1")]
    assert (row["median"], row["programs"]) == (once.median().round(), len(once))


@pytest.mark.parametrize("name", ["fields.csv", "states.csv", "occupations.csv", "crosswalk.csv"])
def test_each_file_says_its_source_and_licence_first(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    heading = [line for line in text.splitlines()[:6] if line.startswith("#")]
    assert len(heading) >= 2
    assert any("Licence" in line or "Public domain" in line for line in heading)
    assert name in (FOLDER / "SOURCES.md").read_text(encoding="utf-8")


def test_the_figures_stay_small():
    assert sum(len(file.read_bytes()) for file in FOLDER.iterdir()) < 600_000
