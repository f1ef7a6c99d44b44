import pytest


def _component(number, ctid=None, kind="CredentialComponent", **more):
    node = {"@id": f"https://college.example/c{number}", "@type": f"ceterms:{kind}"}
    node |= {"ceterms:proxyFor": ctid(number)} if kind == "CredentialComponent" else {}
    return node | {f"ceterms:{name}": value for name, value in more.items()}


def _address(number):
    return f"https://college.example/c{number}"


def _edges(found, rows):
    return {(row["from_id"][-1], row["to_id"][-1], row["relation"]) for row in rows(found, "pathways")}


@pytest.mark.parametrize(
    ("more", "relation"),
    [
        ({"hasChild": _address(1)}, "leads_to"),
        ({"prerequisite": [_address(1)]}, "requires"),
        ({"hasCondition": {"targetComponent": [_address(1)]}}, "requires"),
    ],
)
def test_what_a_component_has_comes_before_it(reads, credential, rows, ctid, more, relation):
    components = [_component(1, ctid), _component(2, ctid, **more)]
    assert _edges(reads([credential(1), credential(2), *components]), rows) == {("1", "2", relation)}


@pytest.mark.parametrize("term", ["precedes", "isChildOf"])
def test_a_component_comes_before_what_it_precedes(reads, credential, rows, ctid, term):
    components = [_component(1, ctid, **{term: {"@id": _address(2)}}), _component(2, ctid)]
    assert _edges(reads([credential(1), credential(2), *components]), rows) == {("1", "2", "leads_to")}


@pytest.mark.parametrize(
    ("more", "relation"),
    [
        ({"requiredNumber": 2}, "requires"),
        ({"logicalOperator": "logicOp:And"}, "requires"),
        ({"requiredNumber": 1}, "leads_to"),
        ({"logicalOperator": {"targetNode": "logicOp:Or"}}, "leads_to"),
        ({}, "leads_to"),
    ],
)
def test_a_condition_needs_all_of_its_targets_only_where_it_says_so(reads, credential, rows, ctid, more, relation):
    condition = {"@type": "ceterms:ComponentCondition", "targetComponent": [_address(1), _address(2)], **more}
    components = [_component(1, ctid), _component(2, ctid), _component(3, ctid, hasCondition=[condition])]
    found = reads([credential(1), credential(2), credential(3), *components])
    assert _edges(found, rows) == {("1", "3", relation), ("2", "3", relation)}


def test_a_condition_inside_one_of_several_is_no_requirement(reads, credential, rows, ctid):
    inner = {"targetComponent": [_address(1)]}
    outer = {"logicalOperator": "Or", "hasCondition": [inner, {"targetComponent": [_address(2)]}]}
    components = [_component(1, ctid), _component(2, ctid), _component(3, ctid, hasCondition=outer)]
    found = reads([credential(1), credential(2), credential(3), *components])
    assert _edges(found, rows) == {("1", "3", "leads_to"), ("2", "3", "leads_to")}


def test_a_component_that_is_no_credential_is_stepped_over(reads, credential, rows, ctid):
    course = _component(5, kind="CourseComponent", hasChild=[_address(1)])
    components = [_component(1, ctid), course, _component(2, ctid, prerequisite=_address(5))]
    assert _edges(reads([credential(1), credential(2), *components]), rows) == {("1", "2", "leads_to")}


def test_parts_that_lead_nowhere_else_lead_to_the_destination(reads, credential, rows, ctid):
    pathway = {
        "@type": "ceterms:Pathway",
        "@id": "https://college.example/p",
        "ceterms:hasDestinationComponent": [_address(2)],
        "ceterms:hasPart": [_address(1), _address(2)],
    }
    found = reads([credential(1), credential(2), _component(1, ctid), _component(2, ctid), pathway])
    assert _edges(found, rows) == {("1", "2", "leads_to")}


def test_a_pathway_in_a_circle_ends(reads, credential, rows, ctid):
    courses = [_component(n, kind="CourseComponent", hasChild=_address(5 + (n - 4) % 2)) for n in (5, 6)]
    found = reads([credential(1), _component(1, ctid, hasChild=_address(5)), *courses])
    assert _edges(found, rows) == set()
