from datetime import date


def _profile(ctid, starts=(1,), **more):
    return {
        "@type": "ceterms:TransferValueProfile",
        "@id": "https://registry.example/resources/ce-00000000-0000-4000-8000-000000000077",
        "ceterms:transferValueFrom": [ctid(one) for one in starts],
        "ceterms:transferValueFor": [ctid(9)],
        "ceterms:transferValue": [{"schema:value": 6, "ceterms:creditUnitType": "creditUnit:SemesterHour"}],
        **more,
    }


def _edges(found, rows):
    return [
        (row["from_id"][-1], row["to_id"][-1], row["relation"], row["credits_recognised"])
        for row in rows(found, "pathways")
    ]


def test_a_transfer_value_is_recognised_credit(reads, credential, rows, ctid):
    found = reads([credential(1), credential(9), _profile(ctid)])
    assert _edges(found, rows) == [("1", "9", "recognised_for", "6")]


def test_only_what_is_in_force_on_the_day_is_taken(reads, credential, rows, ctid):
    profile = _profile(ctid, **{"ceterms:startDate": "2020-01-01", "ceterms:endDate": "2022-12-31"})
    files = [credential(1), credential(9), profile]
    assert len(_edges(reads(files, as_of=date(2021, 6, 1)), rows)) == 1
    found = reads(files, as_of=date(2026, 1, 1))
    assert _edges(found, rows) == []
    assert any("not in force on 2026-01-01" in note for note in found.notes)
    assert any("since no day was given" in note for note in reads(files).notes)


def test_what_several_things_are_worth_together_none_is_worth_alone(reads, credential, rows, ctid):
    found = reads([credential(1), credential(2), credential(9), _profile(ctid, starts=(1, 2))])
    assert _edges(found, rows) == [("1", "9", "leads_to", ""), ("2", "9", "leads_to", "")]
    assert any("several things together" in note for note in found.notes)


def test_one_that_has_ceased_is_left_out(reads, credential, rows, ctid):
    found = reads([credential(1), credential(9), _profile(ctid, **{"ceterms:lifeCycleStatusType": "lifeCycle:Ceased"})])
    assert _edges(found, rows) == []
    assert any("not active" in note for note in found.notes)


def test_of_a_range_the_least_is_what_something_is_worth(reads, credential, rows, ctid):
    worth = {"schema:minValue": 3, "schema:maxValue": 6, "ceterms:creditUnitType": "creditUnit:SemesterHour"}
    found = reads([credential(1), credential(9), _profile(ctid, **{"ceterms:transferValue": [worth]})])
    assert _edges(found, rows) == [("1", "9", "recognised_for", "3")]


def test_a_blank_node_with_a_ctid_is_the_credential_of_that_ctid(reads, credential, rows, ctid):
    profile = _profile(ctid, **{"ceterms:transferValueFor": ["_:nine"]})
    blank = {"@id": "_:nine", "@type": "ceterms:AssociateDegree", "ceterms:ctid": ctid(9), "ceterms:name": "Nine"}
    found = reads([credential(1), profile, blank], [credential(9)])
    assert _edges(found, rows) == [("1", "9", "recognised_for", "6")]
    assert found.counts["credentials left out"] == 0
    assert not any("left out" in note for note in found.notes)
