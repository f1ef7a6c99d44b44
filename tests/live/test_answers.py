import json
from datetime import date

import numpy as np
import pytest

from onward.data.learner import NEVER_SENT, Learner
from onward.errors import DataError
from onward.history.decision_points import positions
from onward.live.answers import NEARLY_OPEN, persistence, recommend
from onward.policy.eligibility import Limits
from onward.release.bundle import load
from onward.release.record import record_of

DAY = date(2024, 9, 2)
EMPTY = Learner(learner_id="new", entry_date="2024-08-01")


@pytest.fixture(scope="module")
def bundle(small_bundle, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    small_bundle.write(folder)
    return load(folder)


@pytest.fixture(scope="module")
def some(small) -> list[tuple[Learner, date]]:
    """Records of learners at decision points, as an advising system would send them."""
    points = small.starts.iloc[::250]
    return [(record_of(small.tables, p.learner_id, before=p.as_of), p.as_of.date()) for p in points.itertuples()]


def learner(small, *, attempts=(), awards=(), **facts) -> Learner:
    """A learner with attempts (position, status) begun, and awards (position) made, in June 2024."""
    ids = small.catalogue.ids
    return Learner(
        learner_id="ann",
        entry_date="2024-01-08",
        attempts=[{"credential_id": ids[at], "started_on": "2024-06-03", "status": "in_progress"} for at in attempts],
        awards=[{"credential_id": ids[at], "awarded_on": "2024-06-03"} for at in awards],
        **facts,
    )


def advised(answer) -> list[str]:
    return [item["credential_id"] for item in answer["advice"]["advised"]]


def text(answer) -> str:
    return json.dumps(answer, allow_nan=False, sort_keys=True)


def test_the_same_request_gives_the_same_bytes(bundle, some):
    first, second = ([text(recommend(bundle, each, as_of=day, k=5)) for each, day in some] for _ in range(2))
    assert first == second


def test_a_record_s_rows_may_come_in_any_order(bundle, some):
    for each, day in some:
        turned = each.model_copy(
            update={name: getattr(each, name)[::-1] for name in ("enrollments", "attempts", "awards", "experiences")}
        )
        assert text(recommend(bundle, turned, as_of=day, k=5)) == text(recommend(bundle, each, as_of=day, k=5))


def test_the_id_of_a_learner_changes_nothing(bundle, some):
    for each, day in some:
        other = each.model_copy(update={"learner_id": "other"})
        assert text(recommend(bundle, other, as_of=day, k=5)) == text(recommend(bundle, each, as_of=day, k=5))


def test_no_answer_holds_a_number_that_json_cannot(bundle, some):
    answers = [recommend(bundle, each, as_of=day, k=50) for each, day in [*some, (EMPTY, DAY)]]
    assert all("NaN" not in text(answer) for answer in answers)


def test_no_answer_holds_a_sensitive_field(bundle, some):
    found = json.dumps([recommend(bundle, each, as_of=day, k=5) for each, day in some])
    # A credential has a name; a learner's is never asked for.
    assert not [name for name in NEVER_SENT - {"name"} if f'"{name}"' in found]


def test_what_is_dated_on_the_day_itself_or_later_changes_nothing(bundle, small):
    later = learner(small).model_copy(update={"awards": learner(small, awards=[0]).awards[0:1]})
    on_the_day = recommend(bundle, later, as_of=date(2024, 6, 3), k=5)["advice"]
    assert on_the_day == recommend(bundle, learner(small), as_of=date(2024, 6, 3), k=5)["advice"]


def test_a_record_gives_the_advice_that_its_tables_give(bundle, small):
    points = small.starts.iloc[::250].reset_index(drop=True)
    prospects = bundle.adviser.prospects(small.timeline, positions(points, small.timeline))
    order = bundle.adviser.order(prospects, k=5)
    expected = [[bundle.adviser.catalogue.ids[at] for at in row if at >= 0] for row in order]
    records = [record_of(small.tables, p.learner_id, before=p.as_of) for p in points.itertuples()]
    days = [p.as_of.date() for p in points.itertuples()]
    found = [advised(recommend(bundle, each, as_of=day, k=5)) for each, day in zip(records, days, strict=True)]
    assert found == expected


@pytest.mark.parametrize("k", [1, 3, 7])
def test_at_most_k_credentials_are_advised(k, bundle):
    assert len(advised(recommend(bundle, EMPTY, as_of=DAY, k=k))) == k


def test_a_shorter_list_is_the_beginning_of_a_longer_one(bundle):
    three, seven = (advised(recommend(bundle, EMPTY, as_of=DAY, k=k)) for k in (3, 7))
    assert three == seven[:3]


def test_ranks_count_from_one(bundle):
    items = recommend(bundle, EMPTY, as_of=DAY, k=4)["advice"]["advised"]
    assert [item["rank"] for item in items] == [1, 2, 3, 4]


@pytest.mark.parametrize(("limit", "fact"), [("weeks_at_most", "weeks"), ("price_at_most", "net_price")])
def test_a_limit_is_never_gone_beyond(limit, fact, bundle, small):
    bound = float(np.nanmedian(small.catalogue.numbers(fact)))
    items = recommend(bundle, EMPTY, as_of=DAY, k=50, limits=Limits(**{limit: bound}))["advice"]["advised"]
    assert max(item[fact] for item in items) <= bound


def test_a_limit_holds_for_what_is_not_open_yet(bundle, small):
    bound = float(np.nanmedian(small.catalogue.numbers("weeks")))
    answer = recommend(bundle, EMPTY, as_of=DAY, k=1, limits=Limits(weeks_at_most=bound))
    weeks = dict(zip(small.catalogue.ids, small.catalogue.numbers("weeks"), strict=True))
    assert all(weeks[item["credential_id"]] <= bound for item in answer["advice"]["not_yet_open"])


def test_limits_that_leave_nothing_give_an_empty_list(bundle):
    assert advised(recommend(bundle, EMPTY, as_of=DAY, k=5, limits=Limits(weeks_at_most=0.5))) == []


def test_what_is_held_is_not_advised(bundle, small):
    first = advised(recommend(bundle, learner(small), as_of=DAY, k=1))[0]
    at = small.catalogue.positions[first]
    assert first not in advised(recommend(bundle, learner(small, awards=[at]), as_of=DAY, k=50))


def test_what_is_under_way_is_not_advised(bundle, small):
    first = advised(recommend(bundle, learner(small), as_of=DAY, k=1))[0]
    at = small.catalogue.positions[first]
    assert first not in advised(recommend(bundle, learner(small, attempts=[at]), as_of=DAY, k=50))


def test_what_is_not_open_yet_names_what_is_lacking(bundle, small):
    names = small.catalogue.credentials["name"].to_numpy()
    for item in recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["not_yet_open"]:
        required = small.catalogue.pathways.requires[small.catalogue.positions[item["credential_id"]]]
        assert item["needs"] == names[required].tolist()


def test_something_is_not_open_yet(bundle):
    assert 1 <= len(recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["not_yet_open"]) <= NEARLY_OPEN


def test_what_is_advised_is_open_and_never_also_not_open_yet(bundle, some):
    for each, day in some:
        advice = recommend(bundle, each, as_of=day, k=50)["advice"]
        assert not set(advised({"advice": advice})) & {item["credential_id"] for item in advice["not_yet_open"]}


def test_what_is_under_way_is_not_named_as_not_open_yet(bundle, small):
    closed = np.flatnonzero(small.catalogue.pathways.requires.any(axis=1))
    answer = recommend(bundle, learner(small, attempts=closed.tolist()), as_of=DAY, k=1)
    assert answer["advice"]["not_yet_open"] == []


def test_what_was_lacking_opens_what_needed_it(bundle, small):
    target, needed = np.argwhere(small.catalogue.pathways.requires)[0]
    others = np.flatnonzero(small.catalogue.pathways.requires[target])
    answer = recommend(bundle, learner(small, awards=others.tolist()), as_of=DAY, k=50)
    assert small.catalogue.ids[target] in advised(answer), small.catalogue.ids[needed]


def test_the_value_comes_with_its_basis(bundle):
    values = [item["value"] for item in recommend(bundle, EMPTY, as_of=DAY, k=5)["advice"]["advised"]]
    assert all(value["basis"] and value["a_year"] is not None for value in values)


def test_the_value_is_what_is_earned_above_the_benchmark(bundle):
    value = recommend(bundle, EMPTY, as_of=DAY, k=1)["advice"]["advised"][0]["value"]
    assert value["a_year"] == pytest.approx(value["earnings"] - value["high_school_earnings"], abs=0.01)


def test_a_completion_below_the_floor_is_marked(bundle):
    items = recommend(bundle, EMPTY, as_of=DAY, k=50)["advice"]["advised"]
    marked = [item["below_completion_floor"] for item in items]
    assert marked == sorted(marked)


def test_recognised_credits_are_those_of_what_is_held(bundle, small):
    edges = small.catalogue.pathways
    target, held = np.argwhere((edges.recognised > 0) & ~edges.requires.any(axis=1)[:, None])[0]
    items = recommend(bundle, learner(small, awards=[held]), as_of=DAY, k=50)["advice"]["advised"]
    found = {item["credential_id"]: item["recognised_credits"] for item in items}
    assert found[small.catalogue.ids[target]] == round(edges.recognised[target, held], 1)


def test_at_most_three_reasons_are_given(bundle, some):
    lists = [
        item["reasons"] for each, day in some for item in recommend(bundle, each, as_of=day, k=5)["advice"]["advised"]
    ]
    assert max(map(len, lists)) <= 3


def test_some_reason_is_given(bundle):
    assert any(item["reasons"] for item in recommend(bundle, EMPTY, as_of=DAY, k=5)["advice"]["advised"])


@pytest.mark.parametrize("ask", [lambda b: recommend(b, EMPTY, as_of=DAY, k=1), None], ids=["advice", "persistence"])
def test_every_answer_is_unsigned(ask, bundle, small):
    answer = ask(bundle) if ask else persistence(bundle, learner(small, attempts=[0]), as_of=DAY)
    assert (answer["unsigned"], "Nobody has signed for this model" in answer["notes"][0]) == (True, True)


def test_an_answer_names_the_bundle_that_gave_it(bundle):
    assert recommend(bundle, EMPTY, as_of=DAY, k=1)["model"] == {
        "name": "small",
        "version": bundle.version,
        "audit_verdict": "cannot tell yet",
    }


def test_a_day_before_entry_is_refused(bundle):
    with pytest.raises(DataError, match="expected as_of on or after entry_date; it is earlier; send the day"):
        recommend(bundle, EMPTY, as_of=date(2024, 7, 31), k=1)


def test_the_day_of_entry_is_answered(bundle):
    assert advised(recommend(bundle, EMPTY, as_of=date(2024, 8, 1), k=1))


def test_an_extra_that_the_bundle_does_not_know_is_refused(bundle):
    with pytest.raises(DataError, match=r"expected extras among .*; got 1 not among them; remove"):
        recommend(bundle, EMPTY.model_copy(update={"extras": {"x_unknown": 1.0}}), as_of=DAY, k=1)


def test_a_value_that_was_not_seen_in_training_is_noted(bundle):
    odd = EMPTY.model_copy(update={"extras": {"x_commute_minutes": "far"}})
    notes = recommend(bundle, odd, as_of=DAY, k=1)["notes"]
    assert notes[1:] == ["x_commute_minutes: a value not seen in training was treated as missing"]


def test_persistence_is_asked_of_the_one_attempt_under_way(bundle, small):
    answer = persistence(bundle, learner(small, attempts=[4]), as_of=DAY)
    assert answer["persistence"]["target"] == small.catalogue.ids[4]


def test_persistence_may_be_asked_of_a_named_target(bundle, small):
    target = small.catalogue.ids[9]
    answer = persistence(bundle, learner(small, attempts=[4, 5]), as_of=DAY, target=target)
    assert answer["persistence"]["target"] == target


@pytest.mark.parametrize("attempts", [[], [4, 5]], ids=["none", "two"])
def test_without_a_target_one_attempt_must_be_under_way(attempts, bundle, small):
    with pytest.raises(DataError, match=f"expected one attempt under way at as_of; got {len(attempts)}; send target"):
        persistence(bundle, learner(small, attempts=attempts), as_of=DAY)


def test_an_attempt_that_begins_on_the_day_itself_is_not_under_way(bundle, small):
    with pytest.raises(DataError, match="got 0; send target"):
        persistence(bundle, learner(small, attempts=[4]), as_of=date(2024, 6, 3))


def test_a_target_outside_the_catalogue_is_refused_without_its_text(bundle):
    with pytest.raises(DataError, match="expected target to be a credential_id of the catalogue") as refusal:
        persistence(bundle, EMPTY, as_of=DAY, target="secret-target")
    assert "secret-target" not in str(refusal.value)


def test_persistence_is_a_probability(bundle, small):
    probability = persistence(bundle, learner(small, attempts=[4]), as_of=DAY)["persistence"]["probability"]
    assert 0 < probability < 1


def test_persistence_says_what_it_is_for(bundle, small):
    answer = persistence(bundle, learner(small, attempts=[4]), as_of=DAY)["persistence"]
    assert answer["use"] == "To offer support. Never to rank, deny or withhold a credential."


def test_persistence_gives_the_same_bytes_again(bundle, small):
    first, second = (text(persistence(bundle, learner(small, attempts=[4]), as_of=DAY)) for _ in range(2))
    assert first == second
