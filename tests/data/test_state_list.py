import pandas as pd
import pytest

from onward.data.checks import stacked
from onward.data.state_list import PROGRAM_COLUMNS, read_state_list
from onward.data.state_list_files import looks_like_programs

PROGRAM = {
    "PROVIDERID": "6",
    "PROGRAMID": "901",
    "OFFICIALNAME": "Practical Nursing",
    "CIPCODE": "513901",
    "TUITION": "4000.50",
    "FEES": "100",
    "BOOKSMATERIALSCOST": "",
    "SUPPLIESTOOLSCOST": "-99999",
    "OTHERCOSTS": "9.5",
    "TOTALCOST": "99999",
    "WIAELIGIBLE": "1",
    "LEADTODEGREE": "0",
    "DEGREEAWARDED": "",
    "LEADTOLICENSE": "1",
    "LICENSEAWARDED": "816",
    "TOTALCLOCKHOURS": "1200",
    "CALENDARLENGTHID": "7",
    "STATUSNAME": "Approved",
    "PROVIDERNAME": "Here College",
    "PROVIDERSTATUSNAME": "Approved",
    "CITY": "Newark",
    "CONTACTNAME": "Zoe Quill",
    "CONTACTPHONE": "212-555-0134",
}
OUTCOME = "6,513901,0.8,0.8,0.9,5000,6000,7000.25,-99999,-99999,40,40,30,30,20,{},0,0\n"
OUTCOMES = (
    "providerid,cipcode,PerEmployed2,PerEmployed4,PerEmployed8,AvgQuarterlyWage2,AvgQuarterlyWage4,AvgQuarterlyWage8,"
    "PerRetention4,PerRetention8,NumCompleted2,NumCompleted4,NumCompleted8,NumUsedWageCalc2,NumUsedWageCalc4,"
    "NumUsedWageCalc8,NumUsedRetentionCalc4,NumUsedRetentionCalc8\n"
)


def programs(folder, *changes):
    rows = [PROGRAM | {"PROGRAMID": str(901 + place)} | change for place, change in enumerate(changes)]
    pd.DataFrame(rows).to_csv(folder / "programs.csv", index=False)
    return folder / "programs.csv"


def outcomes(folder, *rows):
    (folder / "outcomes.csv").write_text(OUTCOMES + "".join(rows), encoding="utf-8")
    return folder / "outcomes.csv"


def credentials(found):
    [piece] = found.pieces["credentials"]
    frame, problems = stacked([piece])
    assert not problems
    return frame.frame


def test_everything_of_the_state_reads_together_and_without_programs_gives_no_rows(shared):
    folder = shared / "nj_etpl"
    names = ("outcomes_schcip", "TBLLICENSE_DATA_TABLE", "TBLINDUSTRYCREDENTIAL_DATA_TABLE", "TBLDEGREELU_DATA_TABLE")
    paths = [folder / f"{name}.csv" for name in names]
    found = read_state_list(outcomes=paths[0], licences=paths[1], industry_credentials=paths[2], degree_types=paths[3])
    assert (found.pieces, found.problems, len(found.digests)) == ({}, (), 4)
    assert found.counts == {
        "licences": 228,
        "licences withdrawn": 22,
        "industry credentials": 2041,
        "industry credentials withdrawn": 264,
        "degree types": 12,
        "outcomes without a program": 1565,
    }


def test_a_program_becomes_a_credential(tmp_path):
    assert looks_like_programs(PROGRAM)
    (tmp_path / "licences.csv").write_text("ID,NAME,CODE,ISDELETED\n816,NURSE,29-2061.00,0\n", encoding="utf-8")
    found = read_state_list(programs=programs(tmp_path, {}), licences=tmp_path / "licences.csv")
    [row] = credentials(found).to_dict("records")
    assert row == {
        "credential_id": "etpl-6-901",
        "name": "Practical Nursing",
        "kind": "CertificateOfCompletion",
        "award_level": "2",
        "cip": "513901",
        "soc": "292061",
        "clock_hours": 1200.0,
        "weeks": 50.0,
        "net_price": 4110.0,
        "provider": "Here College",
        "provider_id": "6",
        "funding": "wioa",
        "campus": "Newark",
    }
    assert found.counts["credentials"] == 1


@pytest.mark.parametrize(
    ("change", "column", "value"),
    [
        ({"TOTALCLOCKHOURS": ""}, "weeks", 39.0),
        ({"TOTALCLOCKHOURS": "9999"}, "weeks", 52.0),
        ({"CALENDARLENGTHID": ""}, "weeks", 50.0),
        ({"CALENDARLENGTHID": "5", "TOTALCLOCKHOURS": "120"}, "award_level", "20"),
        ({"CALENDARLENGTHID": "8", "TOTALCLOCKHOURS": ""}, "award_level", "2"),
        ({"LEADTODEGREE": "1", "DEGREEAWARDED": "200"}, "kind", "AssociateDegree"),
        ({"LEADTODEGREE": "0", "DEGREEAWARDED": "200"}, "kind", "CertificateOfCompletion"),
        ({"LEADTODEGREE": "1", "DEGREEAWARDED": "102"}, "award_level", "2"),
        ({"OFFICIALNAME": "Electrician Apprenticeship"}, "kind", "ApprenticeshipCertificate"),
        ({"OFFICIALNAME": "Pre-Apprenticeship"}, "kind", "CertificateOfCompletion"),
        ({"TUITION": "", "FEES": "", "OTHERCOSTS": ""}, "net_price", 99999.0),
        ({"CIPCODE": "51.3901"}, "cip", "513901"),
    ],
)
def test_what_the_list_leaves_open_follows_from_the_rest(tmp_path, change, column, value):
    found = read_state_list(programs=programs(tmp_path, change))
    assert credentials(found)[column].tolist() == [value]


def test_a_program_that_may_not_be_paid_for_is_not_said_to_be(tmp_path):
    assert (
        credentials(read_state_list(programs=programs(tmp_path, {"WIAELIGIBLE": "0"})))["funding"]
        .isin(["", None])
        .all()
    )


def test_programs_that_cannot_be_advised_are_left_out_and_counted(tmp_path):
    unclassified, lengthless = {"CIPCODE": "999999"}, {"CALENDARLENGTHID": "", "TOTALCLOCKHOURS": "-99999"}
    changes = ({}, {"STATUSNAME": "Suspend"}, unclassified, lengthless, {"DEGREEAWARDED": "850", "LEADTODEGREE": "1"})
    found = read_state_list(programs=programs(tmp_path, *changes))
    assert found.counts == {
        "programs": 5,
        "credentials": 1,
        "programs not approved": 1,
        "school diplomas": 1,
        "programs without name, field or length": 2,
    }
    assert "programs.csv: 1 programs not approved; left out" in found.notes


def test_contact_details_are_never_read(tmp_path):
    found = read_state_list(programs=programs(tmp_path, {}))
    assert not {"contactname", "contactphone", "phone", "email"} & set(PROGRAM_COLUMNS)
    assert "Zoe" not in repr(found)
    assert "programs.csv: 2 other columns, contact details among them, were not read" in found.notes


def test_outcomes_give_values_at_the_longest_horizon_with_enough_completers(tmp_path):
    listed = programs(tmp_path, {}, {}, {"CIPCODE": "480508"})
    found = read_state_list(
        programs=listed, outcomes=outcomes(tmp_path, OUTCOME.format(12), "7" + OUTCOME.format(12)[1:])
    )
    [piece] = found.pieces["values"]
    assert piece.cells.to_dict("records")[0] == {
        "credential_id": "etpl-6-901",
        "median_earnings": "28001",
        "n": "12",
        "horizon_years": "2",
        "basis": "state_list",
        "source": "New Jersey's list of eligible training: mean quarterly wage, quarter 8 after completing, times 4",
    }
    assert piece.cells["credential_id"].tolist() == ["etpl-6-901", "etpl-6-902"]
    assert piece.rows.tolist() == [2, 2]
    assert (found.counts["values"], found.counts["outcomes without a program"]) == (2, 1)
    assert not stacked([piece])[1]


def test_a_wage_of_too_few_completers_is_left_out_and_counted(tmp_path):
    listed = programs(tmp_path, {})
    shorter = read_state_list(programs=listed, outcomes=outcomes(tmp_path, OUTCOME.format(9)))
    assert shorter.pieces["values"][0].cells[["horizon_years", "n"]].to_numpy().tolist() == [["1", "20"]]
    none = read_state_list(programs=listed, outcomes=outcomes(tmp_path, OUTCOME.format(9).replace("30,20,9", "9,9,9")))
    assert "values" not in none.pieces
    assert none.counts["outcomes without a wage of 10 completers"] == 1


def test_what_cannot_be_a_figure_is_refused_without_being_shown(tmp_path):
    wrong = programs(tmp_path, {"TUITION": "Zoe Quill"})
    told = outcomes(tmp_path, OUTCOME.format("zoe@example.org"), OUTCOME.format(3))
    found = read_state_list(programs=wrong, outcomes=told)
    assert [(problem.column, problem.row, problem.expected) for problem in found.problems] == [
        ("NumUsedWageCalc8", 2, "a number"),
        ("providerid, cipcode", 3, "each provider and field once"),
        ("TUITION", 2, "a number"),
    ]
    assert "oe" not in "".join(problem.came for problem in found.problems if problem.expected == "a number")


def test_a_file_that_is_not_what_it_should_be_is_refused_with_what_is_missing(tmp_path):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    found = read_state_list(
        programs=tmp_path / "none.csv", licences=tmp_path / "a.csv", degree_types=tmp_path / "a.csv"
    )
    assert found.pieces == {}
    assert {problem.file for problem in found.problems} == {"none.csv", "a.csv"}
