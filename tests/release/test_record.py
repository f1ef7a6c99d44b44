import pandas as pd
import pytest

from onward.data.learner import NESTED, NEVER_SENT
from onward.data.tables import LEARNERS, Tables
from onward.errors import DataError
from onward.release.record import record_of

day = pd.Timestamp
TABLES = Tables(
    learners=pd.DataFrame(
        {
            "learner_id": ["ann", "bo"],
            "entry_date": [day("2024-01-08")] * 2,
            "age_at_entry": [31.0, 19.0],
            "prior_gpa": [3.1, None],
            "math_ready": [True, None],
            "x_house": ["red", None],
        }
    ),
    demographics=pd.DataFrame({"learner_id": ["ann"], "gender": ["woman"], "race_ethnicity": ["black"]}),
    enrollments=pd.DataFrame(
        {
            "learner_id": "ann",
            "institution_id": "i",
            "term_start": [day("2024-01-08"), day("2024-09-02")],
            "term_end": [day("2024-05-10"), day("2024-12-20")],
            "credits_attempted": 12.0,
            "credits_earned": [12.0, 9.0],
            "gpa": [3.0, 2.0],
            "x_site": "north",
        }
    ),
    attempts=pd.DataFrame(
        {
            "learner_id": "ann",
            "credential_id": ["c1", "c2"],
            "started_on": [day("2024-01-08"), day("2024-09-02")],
            "ended_on": [day("2024-05-10"), day("2024-12-20")],
            "status": ["completed", "stopped"],
        }
    ),
    awards=pd.DataFrame({"learner_id": "ann", "credential_id": ["c1"], "awarded_on": [day("2024-05-10")]}),
    experiences=pd.DataFrame(
        {"learner_id": "ann", "kind": ["job"], "started_on": [day("2024-02-01")], "ended_on": [day("2024-10-01")]}
    ),
)


def ann(before: str):
    return record_of(TABLES, "ann", before=day(before))


def test_the_record_holds_what_was_known_of_the_learner():
    record = ann("2025-01-01")
    assert (record.prior_gpa, record.math_ready, record.extras) == (3.1, True, {"x_house": "red"})


def test_what_is_missing_is_left_out():
    record = record_of(TABLES, "bo", before=day("2025-01-01"))
    assert (record.prior_gpa, record.extras, record.enrollments) == (None, {}, [])


def test_the_record_holds_nothing_sensitive(small):
    record = record_of(small.tables, small.starts["learner_id"].iloc[0], before=day("2024-12-31")).model_dump()
    rows = [row for name in NESTED for row in record[name]]
    assert not {name for holder in (record, *rows) for name in (*holder, *holder.get("extras", {}))} & NEVER_SENT


@pytest.mark.parametrize("change", ["permuted", "deleted"])
def test_demographics_leave_the_record_as_it_is(change, small):
    people = small.tables.demographics
    other = people.assign(learner_id=people["learner_id"].to_numpy()[::-1]) if change == "permuted" else people.iloc[:0]
    frames = {table.name: frame for table, frame in small.tables.items()} | {"demographics": other}
    learner, before = small.starts["learner_id"].iloc[5], day("2024-12-31")
    assert record_of(Tables(**frames), learner, before=before) == record_of(small.tables, learner, before=before)


def test_age_stays_behind():
    assert "age_at_entry" in LEARNERS.names
    assert "31" not in ann("2025-01-01").model_dump_json()


def test_what_begins_on_the_day_itself_is_left_out():
    assert [row.credential_id for row in ann("2024-09-02").attempts] == ["c1"]


def test_what_began_the_day_before_is_in():
    assert [row.credential_id for row in ann("2024-09-03").attempts] == ["c1", "c2"]


def test_an_attempt_that_had_not_ended_was_in_progress():
    attempt = ann("2024-12-20").attempts[1]
    assert (attempt.status, attempt.ended_on) == ("in_progress", None)


def test_an_attempt_that_ended_the_day_before_has_its_end():
    assert ann("2024-12-21").attempts[1].status == "stopped"


def test_a_term_under_way_has_no_grades_credits_or_extras():
    term = ann("2024-12-20").enrollments[1]
    assert (term.gpa, term.credits_earned, term.extras) == (None, None, {})


def test_a_term_under_way_has_what_was_attempted():
    assert ann("2024-12-20").enrollments[1].credits_attempted == 12.0


def test_a_term_that_has_ended_has_its_grades():
    assert ann("2024-12-21").enrollments[1].gpa == 2.0


def test_an_award_counts_from_the_day_after():
    assert [len(ann(before).awards) for before in ("2024-05-10", "2024-05-11")] == [0, 1]


def test_a_spell_of_work_that_lasted_has_no_end():
    assert ann("2024-10-01").experiences[0].ended_on is None


def test_an_unknown_learner_is_refused_without_the_id():
    with pytest.raises(DataError, match="expected a learner_id of the learners table; it has no such row") as refusal:
        record_of(TABLES, "secret-id", before=day("2025-01-01"))
    assert "secret-id" not in str(refusal.value)
