import pytest


def _edges(found, rows):
    return {
        (row["from_id"][-1], row["to_id"][-1], row["relation"], row["credits_recognised"])
        for row in rows(found, "pathways")
    }


def _to(address_of, *numbers, **more):
    return {
        "@type": "ceterms:ConditionProfile",
        "ceterms:targetCredential": [address_of(one) for one in numbers],
        **more,
    }


@pytest.mark.parametrize(
    ("term", "edge"),
    [
        ("requires", ("2", "1", "requires", "")),
        ("corequisite", ("2", "1", "requires", "")),
        ("isRequiredFor", ("1", "2", "requires", "")),
        ("recommends", ("2", "1", "leads_to", "")),
        ("preparationFrom", ("2", "1", "leads_to", "")),
        ("isPreparationFor", ("1", "2", "leads_to", "")),
        ("advancedStandingFrom", ("2", "1", "recognised_for", "12")),
        ("isAdvancedStandingFor", ("1", "2", "recognised_for", "12")),
    ],
)
def test_each_connection_has_its_relation_and_direction(reads, credential, rows, ctid, term, edge):
    worth = {"schema:value": 12, "ceterms:creditUnitType": "creditUnit:SemesterHour"}
    condition = _to(ctid, 2, **{"ceterms:creditValue": worth})
    assert _edges(reads([credential(1, **{term: [condition]}), credential(2)]), rows) == {edge}


@pytest.mark.parametrize(
    "reference",
    [
        "https://registry.example/graph/CE-00000000-0000-4000-8000-000000000002",
        {"@id": "https://registry.example/resources/ce-00000000-0000-4000-8000-000000000002"},
        {"Type": "ceterms:Certificate", "CTID": "ce-00000000-0000-4000-8000-000000000002", "Name": "Two"},
    ],
)
def test_a_credential_may_be_referred_to_by_address_id_or_ctid(reads, credential, rows, reference):
    by_condition = credential(1, preparationFrom={"targetCredential": reference})
    directly = credential(1, preparationFrom=reference)
    for node in (by_condition, directly):
        assert _edges(reads([node, credential(2)]), rows) == {("2", "1", "leads_to", "")}


def test_parts_lead_to_the_whole(reads, credential, rows, ctid):
    found = reads([credential(1, hasPart=[ctid(2), ctid(3)]), credential(2), credential(3, isPartOf=ctid(1))])
    assert _edges(found, rows) == {("2", "1", "leads_to", ""), ("3", "1", "leads_to", "")}


@pytest.mark.parametrize(
    "more",
    [
        {"ceterms:description": "One of the following is required"},
        {"ceterms:alternativeCondition": [{"ceterms:targetCredential": "ce-00000000-0000-4000-8000-000000000003"}]},
    ],
)
def test_one_of_several_ways_is_no_requirement_and_is_counted(reads, credential, rows, ctid, more):
    found = reads([credential(1, requires=_to(ctid, 2, 3, **more)), credential(2), credential(3)])
    assert {relation for *_, relation, _ in _edges(found, rows)} == {"leads_to"}
    assert any("one of several ways to meet a requirement" in note for note in found.notes)


def test_all_of_several_targets_are_required(reads, credential, rows, ctid):
    found = reads([credential(1, requires=_to(ctid, 2, 3)), credential(2), credential(3)])
    assert _edges(found, rows) == {("2", "1", "requires", ""), ("3", "1", "requires", "")}


def test_an_end_in_no_file_is_left_out_and_counted_unless_it_is_known(reads, credential, rows, ctid):
    node = credential(1, requires=_to(ctid, 9))
    found = reads(node)
    assert _edges(found, rows) == set()
    assert any("other end is in no file that was read, left out: 1" in note for note in found.notes)
    assert _edges(reads(node, known={ctid(9)}), rows) == {("9", "1", "requires", "")}


def test_references_between_files_are_followed(reads, credential, rows, ctid):
    found = reads(credential(1, requires=_to(ctid, 2)), credential(2))
    assert _edges(found, rows) == {("2", "1", "requires", "")}
    assert [piece.file for piece in found.pieces["pathways"]] == ["catalogue_0.json"]


def test_an_edge_with_itself_and_one_stated_twice_are_dropped(reads, credential, rows, ctid):
    one = credential(1, requires=_to(ctid, 1, 2))
    found = reads([one, credential(2, isRequiredFor=_to(ctid, 1))])
    assert _edges(found, rows) == {("2", "1", "requires", "")}
    assert any("with itself" in note for note in found.notes)


def test_two_that_each_require_the_other_are_dropped(reads, credential, rows, ctid):
    found = reads([credential(1, corequisite=_to(ctid, 2)), credential(2, corequisite=_to(ctid, 1))])
    assert _edges(found, rows) == set()
    assert any("neither could be begun: 2" in note for note in found.notes)


def test_of_different_credits_for_one_edge_the_least_stands(reads, credential, rows, ctid):
    def worth(value):
        return {"ceterms:creditValue": {"value": value, "description": "semester hours"}}

    found = reads(
        [
            credential(1, advancedStandingFrom=_to(ctid, 2, **worth(15))),
            credential(2, isAdvancedStandingFor=_to(ctid, 1, **worth(9))),
        ]
    )
    assert _edges(found, rows) == {("2", "1", "recognised_for", "9")}
    assert any("of which the least stands" in note for note in found.notes)
