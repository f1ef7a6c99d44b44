import pytest

from onward.data.ctdl.durations import Length, duration, length


@pytest.mark.parametrize(
    ("written", "weeks"),
    [
        ("P2Y", 104),
        ("P6.54Y", 340.08),
        ("P9M", 39),
        ("P34W", 34),
        ("P10D", 10 / 7),
        ("P1Y6M", 78),
        ({"years": 2, "months": 0, "hours": 0}, 104),
        ({"duration_iso8601": "P8W"}, 8),
        ("2 years", 104),
        ("9-month", 39),
        (["P4W"], 4),
    ],
)
def test_a_duration_is_read_in_any_form(written, weeks):
    assert length(written).weeks == pytest.approx(weeks)


@pytest.mark.parametrize("written", ["P", "", "soon", None, 7, "P0D", "P99999999999999Y", {"years": "x"}, [], True])
def test_what_is_no_duration_is_missing(written):
    assert length(written) == Length()


def test_hours_alone_are_work_and_no_weeks():
    assert length("PT40H") == Length(None, 40)
    assert length("P5DT4H").hours is None


def test_of_a_range_the_longest_is_taken_and_said():
    node = {"estimatedduration": [{"minimumduration": "P6M", "maximumduration": "P1Y"}]}
    assert duration(node) == (Length(52, None, longest=True), False)


def test_an_input_whose_range_is_all_zeros_has_its_exact_duration():
    zeros = {"years": 0, "months": 0}
    node = {"estimatedduration": {"exactduration": {"years": 2}, "minimumduration": zeros, "maximumduration": zeros}}
    assert duration(node) == (Length(104), False)


def test_of_several_durations_the_full_time_one_is_taken():
    part = {"exactduration": "P4Y", "description": "part-time"}
    full = {"exactduration": "P2Y", "description": {"en": "Full-time students"}}
    assert duration({"estimatedduration": [part, full]}) == (Length(104), True)
    assert duration({"estimatedduration": [part, {"exactduration": "P1Y"}]}) == (Length(208), True)


def test_the_work_in_it_gives_clock_hours():
    assert duration({"estimatedduration": {"exactduration": "P10W", "timerequired": "PT120H"}})[0] == Length(10, 120)
