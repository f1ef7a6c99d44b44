import pytest

from onward.data.pdp.columns import COHORT, COLUMNS, COURSE, snake
from onward.data.pdp.reading_header import kind_of, matched

NSC = {kind: [one.heading for one in columns] for kind, columns in COLUMNS.items()}
CUT_BY_A_DATABASE = "Most_Recent_Associates_or_Certificate_at_Other_Ins_dccdad65"


def underscored(heading):
    return "".join(sign if sign.isalnum() else "_" for sign in heading)


@pytest.mark.parametrize("kind", ["cohort", "course"])
@pytest.mark.parametrize(
    "spelt", [str, str.upper, underscored, snake, lambda name: underscored(name).lower().replace("year1", "year_1")]
)
def test_every_column_is_found_in_every_spelling_of_the_headers(kind, spelt):
    header = [spelt(heading) for heading in NSC[kind]]
    found = matched(header, kind, file="f.csv")
    assert kind_of(header) == kind
    assert found.places == {one.name: place for place, one in enumerate(COLUMNS[kind])}
    assert (found.extras, found.problems) == ({}, ())


def test_the_order_of_columns_is_free():
    assert matched(NSC["course"][::-1], "course", file="f.csv").places["student_id"] == len(COURSE) - 1


@pytest.mark.parametrize("name", ["Student GUID", "Study ID", "Student ID", "student_id", "STUDY_ID"])
def test_the_learner_has_any_of_three_names(name):
    header = [name, *NSC["course"][1:]]
    assert matched(header, "course", file="f.csv").places["student_id"] == 0


def test_two_ids_of_the_learner_are_refused_since_one_is_the_institutions_own():
    [problem] = matched([*NSC["course"], "Student ID"], "course", file="f.csv").problems
    assert problem.expected == "one column with the learner's id"
    assert "institution's own" in problem.remedy


def test_a_name_that_a_database_cut_is_known_by_its_hash():
    place = NSC["cohort"].index("Most Recent Associates or Certificate at Other Institution STATE")
    header = [CUT_BY_A_DATABASE if at == place else name for at, name in enumerate(NSC["cohort"])]
    found = matched(header, "cohort", file="f.csv")
    assert found.places["most_recent_associates_or_certificate_at_other_institution_state"] == place
    assert found.problems == ()


def test_a_name_that_was_cut_where_only_one_column_begins_so_is_known():
    header = [name[:44] for name in NSC["course"]]
    assert "enrollment_record_at_other_institution_s_state_s" in matched(header, "course", file="f.csv").places


def test_names_cut_so_short_that_they_fit_several_columns_are_left_out():
    header = [name[:58] for name in NSC["cohort"] if "Certificate at Other" not in name or "LOCALE" in name]
    found = matched(header, "cohort", file="f.csv")
    assert found.unclear == ("Most Recent Associates or Certificate at Other Institution",)
    assert not any("most_recent_associates" in name for name in found.places)


def test_columns_of_the_institutions_own_are_tolerated():
    found = matched([*NSC["cohort"], "school", "created_at"], "cohort", file="f.csv")
    assert found.extras == {"school": len(COHORT), "created_at": len(COHORT) + 1}
    assert found.problems == ()


def test_a_zip_code_is_left_out_and_noted():
    found = matched([*NSC["cohort"], "zip_code"], "cohort", file="f.csv")
    assert (found.extras, found.dropped, found.problems) == ({}, ("zip_code",), ())


def test_a_column_twice_is_refused():
    [problem] = matched([*NSC["cohort"], "cohort_term"], "cohort", file="f.csv").problems
    assert (problem.column, problem.expected) == ("cohort_term", "each column once")
    problems = matched([*NSC["cohort"], "school", "school"], "cohort", file="f.csv").problems
    assert [problem.column for problem in problems] == ["school"]


def test_a_missing_column_is_told_with_the_nearest_header():
    header = ["Delivry Method" if name == "Delivery Method" else name for name in NSC["course"]]
    [problem] = matched(header, "course", file="f.csv").problems
    assert problem.column == "Delivery Method"
    assert problem.remedy == "rename Delivry Method, if that is what it holds"


def test_a_header_that_is_an_identifier_itself_is_not_repeated():
    header = ["Delivery a@b.org Method" if name == "Delivery Method" else name for name in NSC["course"]]
    assert "a@b.org" not in str(matched(header, "course", file="f.csv").problems)


def test_optional_columns_may_be_absent():
    header = [one.heading for one in COHORT if one.needed]
    assert matched(header, "cohort", file="f.csv").problems == ()


@pytest.mark.parametrize("header", [[], [""], ["a", "b"], ["learner_id", "academic_year", "academic_term", "grade"]])
def test_other_files_are_not_taken_for_those_of_the_pdp(header):
    assert kind_of(header) is None
