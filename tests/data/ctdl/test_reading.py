import base64
import copy
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward.data.checks import stacked
from onward.data.ctdl.reading import looks_like_ctdl, read_ctdl
from onward.data.problems import NOT_SHOWN

FILES = {
    "CredentialEnvelope.json": {"credentials left out": 1, "organisations": 4},
    "Indiana_University_South_Bend-B.S._in_Nursing_(Pre-Licensure)_API_Input.json": {"credentials": 1},
    "Indiana_University_South_Bend-B.S._in_Nursing_(Pre-Licensure)_API_Output_CTDL.json": {
        "credentials": 1,
        "organisations": 1,
        "other entries": 1,
    },
    "Kansas_Credential_WithAggregateDataProfile_API_Input.json": {"credentials left out": 1},
    "Kansas_Credential_WithAggregateDataProfile_API_Output.json": {"credentials left out": 1},
    "registry_3_import.json": {"credentials left out": 1},
    "registry_4_import.json": {"credentials left out": 1},
    "registry_cer-credential.json": {"credentials left out": 1},
}
KANSAS = "ce-bd860014-039c-9c32-f816-e4f429b17f40"


def test_every_real_file_is_named_here(shared):
    assert {path.name for path in (shared / "ctdl").glob("*.json")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_every_real_file_reads_with_its_counts(shared, name):
    path = shared / "ctdl" / name
    assert looks_like_ctdl(path.read_bytes())
    found = read_ctdl([path])
    assert not found.problems
    assert {what: count for what, count in found.counts.items() if count} == FILES[name]
    assert set(found.digests) == {name}
    assert sum("left out, for want of" in note for note in found.notes) == found.counts["credentials left out"]


@pytest.mark.parametrize("form", ["Input", "Output_CTDL"])
def test_the_nursing_degree_is_the_same_in_both_forms(shared, rows, form):
    name = f"Indiana_University_South_Bend-B.S._in_Nursing_(Pre-Licensure)_API_{form}.json"
    found = read_ctdl([shared / "ctdl" / name])
    (row,) = rows(found, "credentials")
    told = {name: value for name, value in row.items() if value}
    assert told == {
        "credential_id": "ce-2f7bc05c-2f9c-4119-9507-2f64d1a71b7b",
        "name": "B.S. in Nursing (Pre-Licensure)",
        "kind": "BachelorDegree",
        "award_level": "5",
        "cip": "513801",
        "soc": "291141",
        "credits": "120",
        "weeks": "208",
        "campus": "Indiana University South Bend",
    }
    assert any("several prices of one kind" in note for note in found.notes)


@pytest.mark.parametrize("form", ["Input", "Output"])
def test_a_degree_that_another_file_completes_has_its_outcomes(shared, rows, form):
    path = shared / "ctdl" / f"Kansas_Credential_WithAggregateDataProfile_API_{form}.json"
    found = read_ctdl([path], known={KANSAS})
    (row,) = rows(found, "credentials")
    assert (row["credential_id"], row["kind"], row["award_level"]) == (KANSAS, "AssociateDegree", "3")
    assert (row["weeks"], row["cip"]) == ("104", "")
    (value,) = rows(found, "values")
    assert (value["median_earnings"], value["horizon_years"]) == ("49333", "5")


def test_the_input_and_the_output_of_one_entry_are_one_credential(shared, rows):
    files = sorted((shared / "ctdl").glob("Indiana*.json"))
    found = read_ctdl(files)
    assert len(rows(found, "credentials")) == 1
    assert any("described twice alike, read once: 1" in note for note in found.notes)
    assert not found.problems


def test_one_ctid_described_in_two_ways_is_a_problem_that_names_both(reads, credential):
    found = reads([credential(2), credential(1)], credential(1, name="Other"))
    (problem,) = found.problems
    assert str(problem) == (
        "catalogue_1.json, column ctid, entry 1: expected each CTID once, or described alike; came the same CTID as in "
        "entry 2 of catalogue_0.json, with other name; keep one of the two entries"
    )


def test_an_entry_of_its_own_stands_over_what_another_says_of_it(reads, credential, rows):
    inner = credential(2, name="As seen from one")
    found = reads([credential(1, preparationFrom={"targetCredential": inner}), credential(2)])
    assert [row["name"] for row in rows(found, "credentials")] == ["Certificate 1", "Certificate 2"]
    assert not found.problems
    alone = reads(credential(1, preparationFrom={"targetCredential": inner}))
    assert [row["name"] for row in rows(alone, "credentials")] == ["Certificate 1", "As seen from one"]
    assert alone.counts["pathway edges"] == 1


def _token(value):
    return f"e30.{base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()}.c2ln"


@pytest.mark.parametrize(
    "wrap",
    [
        lambda node: node,
        lambda node: [node],
        lambda node: {"@context": "x", "@graph": [node]},
        lambda node: {"envelope_id": "1", "decoded_resource": {"@graph": [node]}},
        lambda node: {"envelope_id": "1", "envelope_type": "resource_data", "resource": _token({"@graph": [node]})},
        lambda node: {"data": [{"envelope_id": "1", "decoded_resource": node}]},
        lambda node: json.dumps(node) + "\n" + json.dumps({"@type": "ceterms:Course"}),
        lambda node: {name.split(":")[-1]: value for name, value in node.items()},
        lambda node: {
            f"https://purl.org/ctdl/terms/{name[8:]}" if "ceterms" in name else name: value
            for name, value in node.items()
        },
        lambda node: "\ufeff" + json.dumps(node),
    ],
)
def test_every_form_of_document_gives_the_same_credential(reads, credential, rows, wrap):
    plain = rows(reads(credential()), "credentials")
    assert len(plain) == 1
    assert rows(reads(wrap(credential())), "credentials") == plain


def test_a_publisher_s_input_is_the_same_as_its_output(reads, rows):
    entry = {
        "CTID": "CE-00000000-0000-4000-8000-000000000001",
        "CredentialType": "Certificate",
        "Name_Map": {"en-US": "Certificate 1"},
        "CIP_Codes": ["48.0508"],
        "EstimatedDuration": [{"ExactDuration": {"Weeks": 34}}],
        "OwnedBy": [{"Type": "CredentialOrganization", "Name": "River College"}],
    }
    (row,) = rows(reads({"Credential": entry, "DefaultLanguage": "en-US"}), "credentials")
    assert (row["name"], row["cip"], row["weeks"], row["provider"]) == (
        "Certificate 1",
        "480508",
        "34",
        "River College",
    )


def test_rows_name_the_entry_they_come_from(reads, credential):
    found = reads([{"@type": "ceterms:Course", "@id": "x"}, credential(1), credential(2)])
    (piece,) = found.pieces["credentials"]
    assert (piece.rows.tolist(), piece.unit) == ([2, 3], "entry")
    assert found.counts["other entries"] == 1


def test_what_is_read_is_typed_without_a_problem(reads, credential, ctid):
    requires = {"targetCredential": ctid(2)}
    found = reads([credential(1, requires=requires, aggregateData={"medianEarnings": 40_000}), credential(2)])
    assert sorted(found.pieces) == ["credentials", "pathways", "values"]
    for pieces in found.pieces.values():
        assert stacked(pieces)[1] == []


def test_a_circle_of_references_ends(reads, credential, rows, ctid):
    first = credential(1, hasPart=ctid(2), isPartOf=ctid(2), alternativeCondition={"@id": "#c"})
    loop = {"@id": "#c", "@type": "ceterms:ConditionProfile", "alternativeCondition": {"@id": "#c"}}
    found = reads([first | {"ceterms:requires": {"@id": "#c"}}, credential(2, hasPart=ctid(1)), loop])
    assert len(rows(found, "credentials")) == 2
    assert found.counts["pathway edges"] == 2


@pytest.mark.parametrize("content", ["[]", "{}", "7", '"x"', "[[], {}, null, 3]"])
def test_a_file_without_an_entry_gives_nothing(reads, content):
    found = reads(content)
    assert found.pieces == {}
    assert found.notes or found.problems


@pytest.mark.parametrize(
    ("content", "is_it"),
    [
        ('{"ceterms:name": "x"}', True),
        ('\ufeff [{}, {"@context": "https://credreg.net/ctdl/schema/context/json"}]', True),
        ('{"credentialSubject": {"achievement": {"alignment": [{"targetType": "ceterms:Credential"}]}}}', False),
        ('{"type": "FeatureCollection"}', False),
        ("learner_id,ceterms:name", False),
        (b"\xff\xfe\x00", False),
    ],
)
def test_a_catalogue_is_told_by_its_terms(content, is_it):
    assert looks_like_ctdl(content) is is_it


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-(10**40), 10**40),
    st.text(max_size=8),
    st.sampled_from(
        ["ce-00000000-0000-4000-8000-000000000001", "_:b", "P1e9Y", "P999999999Y", "\ud800", "@", "", "51.3801"]
    ),
    st.lists(st.none() | st.text(max_size=3), max_size=3),
    st.dictionaries(
        st.sampled_from(["en", "@id", "type", "value", "@value", "x"]), st.none() | st.text(max_size=3), max_size=3
    ),
)


def _places(value, path=()):
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from _places(part, (*path, key))


def _changed(document, path, value):
    if not path:
        return value
    changed = copy.deepcopy(document)
    target = changed
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return changed


def _whole(ctid):
    worth = {"schema:value": 12, "ceterms:creditUnitType": [{"ceterms:targetNode": "creditUnit:SemesterHour"}]}
    frame = {
        "qdata:dataAttributes": [{"qdata:earningsDistribution": [{"qdata:median": 52_000}], "qdata:holdersInSet": 3}]
    }
    first = {
        "@type": "ceterms:License",
        "ceterms:ctid": ctid(1),
        "ceterms:name": {"en-US": "One"},
        "ceterms:instructionalProgramType": [{"ceterms:codedNotation": "48.0508"}],
        "ceterms:estimatedDuration": [{"ceterms:exactDuration": "P34W", "ceterms:timeRequired": {"Hours": 3}}],
        "ceterms:estimatedCost": [{"ceterms:price": 30, "ceterms:currency": "USD", "CostItems": [{"Price": 3}]}],
        "ceterms:requires": [{"ceterms:targetCredential": [ctid(2)], "ceterms:creditValue": [worth]}],
        "ceterms:aggregateData": [{"ceterms:medianEarnings": 40_000, "qdata:relevantDataSet": ["#d"]}],
        "ceterms:offeredBy": [
            {"@type": "ceterms:CredentialOrganization", "ceterms:name": "C", "ceterms:ipedsID": 123456}
        ],
        "ceterms:financialAssistance": [{"ceterms:name": "Pell"}],
    }
    component = {
        "@id": "#k",
        "@type": "ceterms:CredentialComponent",
        "ceterms:proxyFor": ctid(1),
        "ceterms:hasChild": "#k",
    }
    component["ceterms:hasCondition"] = {"ceterms:requiredNumber": 1, "ceterms:targetComponent": ["#k", "#l"]}
    transfer = {"@type": "ceterms:TransferValueProfile", "transferValueFrom": ctid(1), "transferValueFor": [ctid(2)]}
    transfer |= {"startDate": "2020-01-01", "transferValue": [worth], "ctid": ctid(5)}
    data = {"@id": "#d", "@type": "qdata:DataSetProfile", "qdata:dataSetTimePeriod": [frame], "schema:about": [ctid(1)]}
    return {"@graph": [first, {**first, "ceterms:ctid": ctid(2)}, component, transfer, data]}


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_catalogue_changed_anywhere_gives_findings_or_rows_that_can_be_typed(tmp_path: Path, ctid, data):
    document = _whole(ctid)
    for _ in range(data.draw(st.integers(1, 3))):
        document = _changed(document, data.draw(st.sampled_from(list(_places(document)))), data.draw(_ODD))
    path = tmp_path / "catalogue.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    found = read_ctdl([path])
    assert all(problem.remedy and problem.came != NOT_SHOWN for problem in found.problems)
    for pieces in found.pieces.values():
        assert stacked(pieces)[1] == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_cut_or_overwritten_anywhere_never_raises(tmp_path: Path, ctid, data):
    content = json.dumps(_whole(ctid)).encode()
    at = data.draw(st.integers(0, len(content)))
    path = tmp_path / "catalogue.json"
    path.write_bytes(content[:at] + data.draw(st.binary(max_size=6)) + content[at + data.draw(st.integers(0, 9)) :])
    found = read_ctdl([path])
    assert found.problems or found.pieces or found.notes


def test_a_reference_by_the_publishers_address_is_one_by_the_ctid(reads, credential, rows, ctid):
    address = "https://college.example/programs/welding"
    step = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [address]}
    found = reads([credential(1, **{"@id": address}), credential(2, requires=[step])])
    assert [(row["from_id"], row["to_id"]) for row in rows(found, "pathways")] == [(ctid(1), ctid(2))]


def test_a_credential_described_inside_another_leaves_none_out(reads, credential):
    step = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [credential(2)]}
    counts = reads([credential(1, isPreparationFor=[step])]).counts
    assert (counts["credentials"], counts["credentials left out"]) == (2, 0)
