from onward.catalog.ramps import Ramps

ROWS = (
    {"credential_id": "badge", "award_level": "20"},
    {"credential_id": "certificate", "award_level": "21"},
    {"credential_id": "degree", "award_level": "3"},
    {"credential_id": "course", "award_level": "20"},
)
EDGES = (
    ("badge", "certificate", "recognised_for", 3.0),
    ("certificate", "degree", "requires", None),
    ("course", "certificate", "leads_to", None),
)


def ramps(catalogue_of, edges=EDGES, **values) -> dict[str, list[str]]:
    rows = [row | {"value": values.get(row["credential_id"], 1_000.0)} for row in ROWS]
    catalogue = catalogue_of(rows, edges)
    found = Ramps.of(catalogue)
    return {name: catalogue.ids[getattr(found, name)].tolist() for name in ("on_ramp", "off_ramp", "dead_end")}


def test_what_something_higher_recognises_or_requires_is_an_on_ramp(catalogue_of):
    assert ramps(catalogue_of)["on_ramp"] == ["badge", "certificate"]


def test_a_stated_edge_alone_is_no_on_ramp_and_no_dead_end(catalogue_of):
    found = ramps(catalogue_of)
    assert "course" not in [*found["on_ramp"], *found["off_ramp"], *found["dead_end"]]


def test_recognition_for_no_credits_is_no_on_ramp(catalogue_of):
    assert ramps(catalogue_of, [("badge", "certificate", "recognised_for", None)])["on_ramp"] == []


def test_what_counts_only_toward_something_as_high_is_no_on_ramp(catalogue_of):
    assert ramps(catalogue_of, [("badge", "course", "recognised_for", 1.0)])["on_ramp"] == []


def test_a_learner_can_stop_on_a_path_where_it_pays(catalogue_of):
    assert ramps(catalogue_of)["off_ramp"] == ["badge", "certificate", "degree"]


def test_what_returns_less_than_high_school_is_no_place_to_stop(catalogue_of):
    assert ramps(catalogue_of, certificate=-1.0)["off_ramp"] == ["badge", "degree"]
    assert "certificate" in ramps(catalogue_of, certificate=0.0)["off_ramp"]


def test_the_end_of_a_path_leads_nowhere_and_may_be_stopped_at(catalogue_of):
    found = ramps(catalogue_of)
    assert found["dead_end"] == ["degree"]
    assert "degree" in found["off_ramp"]
