import base64
import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onward.data.badges import looks_like_badges, read_badges
from onward.data.checks import stacked
from onward.data.ctdl.reading import looks_like_ctdl

KNOWN = "ce-00000000-0000-4000-8000-000000000001"
LEARNER = "urn:uuid:5f1c8a52-0000-4000-8000-00000000000a"


def _badge(subject=LEARNER, alignment=None, **changes):
    achievement = {
        "id": "https://college.example/achievements/welding",
        "type": ["Achievement"],
        "name": "Welding",
        "achievementType": "Certificate",
        "alignment": [{"targetCode": KNOWN, "targetType": "ceterms:Credential"}] if alignment is None else alignment,
    }
    node = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://college.example", "type": "Profile", "name": "River College"},
        "validFrom": "2024-06-01T00:00:00Z",
        "awardedDate": "2024-05-20T12:00:00-07:00",
        "credentialSubject": {"id": subject, "type": ["AchievementSubject"], "achievement": achievement},
    }
    return node | changes


def _subject(node, **changes):
    return node | {"credentialSubject": node["credentialSubject"] | changes}


def _token(value):
    return f"e30.{base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b'=').decode()}.c2ln"


@pytest.fixture
def reads(tmp_path):
    def read(*documents, known=(KNOWN,)):
        paths = []
        for number, document in enumerate(documents):
            path = tmp_path / f"badges_{number}.json"
            path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
            paths.append(path)
        return read_badges(paths, known=known)

    return read


def _rows(found):
    return [row for piece in found.pieces.get("awards", []) for row in piece.cells.to_dict("records")]


AWARD = {"learner_id": LEARNER, "credential_id": KNOWN, "awarded_on": "2024-05-20", "issuer": "River College"}


@pytest.mark.parametrize(
    "wrap",
    [
        lambda node: node,
        lambda node: [node],
        lambda node: json.dumps(node) + "\n" + json.dumps(node),
        lambda node: node | {"type": "AchievementCredential"},
        lambda node: {"type": ["ClrCredential"], "credentialSubject": {"id": "urn:x", "verifiableCredential": [node]}},
        lambda node: {"type": "VerifiablePresentation", "verifiableCredential": [_token(node)]},
        _token,
        lambda node: _token({"vc": node, "sub": "x"}),
        lambda node: [_token(node)],
    ],
)
def test_every_form_of_badge_gives_the_same_award(reads, wrap):
    found = reads(wrap(_badge()))
    assert not found.problems
    assert _rows(found) == [AWARD]
    assert any("signatures are not checked" in note for note in found.notes)


def test_a_record_s_subject_is_whose_its_badges_are_where_they_do_not_say(reads):
    badge = _badge()
    del badge["credentialSubject"]["id"]
    record = {"type": ["ClrCredential"], "credentialSubject": {"id": LEARNER, "verifiableCredential": [badge]}}
    assert _rows(reads(record)) == [AWARD]


@pytest.mark.parametrize(
    "alignment",
    [
        [{"targetUrl": f"https://credentialengineregistry.org/resources/{KNOWN.upper()}"}],
        {"targetCode": f"urn:ctid:{KNOWN[3:]}", "targetType": "CTDL"},
        [{"targetType": "CFItem", "targetCode": "ce-00000000-0000-4000-8000-000000000009"}, {"targetCode": KNOWN}],
    ],
)
def test_a_badge_is_joined_by_the_ctid_of_its_alignment(reads, alignment):
    assert _rows(reads(_badge(alignment=alignment))) == [AWARD]


def test_a_badge_is_joined_by_its_own_id_where_the_catalogue_has_that(reads):
    own = "https://college.example/achievements/welding"
    assert _rows(reads(_badge(alignment=[]), known={own}))[0]["credential_id"] == own


@pytest.mark.parametrize(
    ("alignment", "credential_id"),
    [
        ([], "https://college.example/achievements/welding"),
        ([{"targetCode": KNOWN, "targetType": "ceterms:Credential"}], KNOWN),
        ([{"targetCode": KNOWN, "targetType": "ceasn:Competency"}], "https://college.example/achievements/welding"),
    ],
)
def test_a_badge_of_no_credential_of_the_catalogue_is_an_award_from_elsewhere(reads, alignment, credential_id):
    found = reads(_badge(alignment=alignment), known=())
    assert _rows(found)[0]["credential_id"] == credential_id
    assert any("awards from elsewhere: 1" in note for note in found.notes)


@pytest.mark.parametrize("kind", ["Course", "Assessment", "Competency"])
def test_what_is_no_credential_is_left_out_unless_it_is_aligned_to_one(reads, kind):
    badge = _badge(alignment=[])
    badge["credentialSubject"]["achievement"]["achievementType"] = kind
    found = reads(badge)
    assert _rows(found) == []
    assert any("no credentials (courses" in note for note in found.notes)
    aligned = _badge()
    aligned["credentialSubject"]["achievement"]["achievementType"] = kind
    assert _rows(reads(aligned)) == [AWARD]


@pytest.mark.parametrize(
    ("dates", "day"),
    [
        ({"awardedDate": None}, "2024-06-01"),
        ({"awardedDate": None, "validFrom": None, "issuanceDate": "2023-01-02"}, "2023-01-02"),
    ],
)
def test_without_a_day_of_award_the_day_of_issue_stands(reads, dates, day):
    assert _rows(reads(_badge(**dates)))[0]["awarded_on"] == day


@pytest.mark.parametrize("status", ["Failed", "InProgress", "Withdrew", "Enrolled", "OnHold", "Provisional"])
def test_a_result_that_is_not_completed_is_no_award(reads, status):
    found = reads(_subject(_badge(), result=[{"type": ["Result"], "status": status}]))
    assert _rows(found) == []
    assert any(f"with the result {status}, which is no award" in note for note in found.notes)
    both = [{"status": "InProgress"}, {"status": "Completed"}]
    assert _rows(reads(_subject(_badge(), result=both))) == [AWARD]


def test_a_revoked_badge_is_left_out_and_one_that_expires_was_earned(reads):
    assert any("revoked, left out: 1" in note for note in reads(_badge(revoked=True)).notes)
    found = reads(_badge(validUntil="2025-01-01"))
    assert _rows(found) == [AWARD]
    assert any("they count as earned: 1" in note for note in found.notes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"validUntil": "2020-01-01"}, "on or after awardedDate"),
        ({"awardedDate": None, "validFrom": None}, "the day it was awarded; came nothing"),
        ({"awardedDate": "spring", "validFrom": None}, "something else, not shown"),
    ],
)
def test_dates_that_cannot_be_are_problems(reads, changes, said):
    found = reads([_badge(), _badge(**changes)])
    (problem,) = found.problems
    assert said in str(problem)
    assert "entry 2" in str(problem)


@pytest.mark.parametrize(
    "identity",
    [
        {"id": "mailto:ana@college.example"},
        {"id": "ana@college.example"},
        {"id": "acct:ana@college.example"},
        {"id": "sha256$28d50415252ab6c689a54413da15b083034b66e5"},
        {"id": "tel:+15551234567"},
        {"id": "123-45-6789"},
        {"id": None},
        {"id": None, "identifier": [{"identityType": "emailAddress", "identityHash": "ana@college.example"}]},
        {"id": None, "identifier": [{"identityType": "name", "identityHash": "Ana", "hashed": False}]},
        {"id": None, "identifier": [{"identityType": "sourcedId", "identityHash": "sha256$ab", "hashed": True}]},
    ],
)
def test_a_name_an_address_or_a_hash_of_one_is_refused_and_never_repeated(reads, identity):
    found = reads(_subject(_badge(), **identity))
    (problem,) = found.problems
    assert problem.column == "credentialSubject.id"
    assert "pseudonym" in problem.remedy
    for value in ("ana", "28d50415", "555123", "6789", "sha256$"):
        assert value not in f"{problem} {found.notes} {_rows(found)}".lower().replace("an id that", "")


def test_an_identifier_of_the_college_is_whose_it_is(reads):
    identity = [
        {
            "type": "IdentityObject",
            "identityType": "emailAddress",
            "identityHash": "ana@college.example",
            "hashed": False,
        },
        {"type": "IdentityObject", "identityType": "sourcedId", "identityHash": "p-0017", "hashed": False},
    ]
    assert _rows(reads(_subject(_badge(subject=None), identifier=identity)))[0]["learner_id"] == "p-0017"


def test_the_same_award_in_two_files_is_read_once(reads):
    found = reads(_badge(), [_badge(), _badge(awardedDate="2024-05-21")])
    assert [(piece.file, piece.rows.tolist()) for piece in found.pieces["awards"]] == [
        ("badges_0.json", [1]),
        ("badges_1.json", [2]),
    ]
    assert any("the same award again, read once: 1" in note for note in found.notes)
    assert found.counts == {"badges": 3, "awards": 2}


def test_credit_for_training_at_work_is_sent_to_experiences(reads):
    badge = _subject(_badge(), creditsEarned=6.0)
    assert any("awards do not hold" in note for note in reads(badge).notes)
    badge["credentialSubject"]["achievement"]["achievementType"] = "ApprenticeshipCertificate"
    assert any("give it in experiences as well" in note for note in reads(badge).notes)


def test_an_assertion_of_two_is_read_and_its_hashed_address_refused(reads):
    badge = {"id": "https://x.org/b", "type": "BadgeClass", "name": "W", "issuer": {"name": "River College"}}
    badge["alignment"] = [{"targetUrl": f"https://x.org/{KNOWN}", "targetName": "W"}]
    assertion = {
        "@context": "https://w3id.org/openbadges/v2",
        "type": "Assertion",
        "issuedOn": "2024-05-20",
        "badge": badge,
    }
    plain = {"type": "id", "hashed": False, "identity": LEARNER}
    assert _rows(reads(assertion | {"recipient": plain})) == [AWARD]
    found = reads(assertion | {"recipient": {"type": "email", "hashed": True, "identity": "sha256$28d5"}})
    assert "a hash of an identifier, not shown" in str(found.problems[0])


def test_an_endorsement_is_no_badge(reads):
    found = reads({"type": ["EndorsementCredential"], "credentialSubject": {"id": "x", "achievement": {}}})
    assert found.pieces == {}
    assert any("files without a badge" in note for note in found.notes)


def test_badges_are_told_from_catalogues():
    badges = [json.dumps(_badge()), json.dumps([_badge()]).encode(), _token(_badge()), "\ufeff" + json.dumps(_badge())]
    assert all(map(looks_like_badges, badges))
    assert not any(map(looks_like_ctdl, badges))
    assert not looks_like_badges('{"@type": "ceterms:Badge"}')
    assert not looks_like_badges("learner_id,credential_id\n")


def test_awards_are_typed_without_a_problem(reads):
    assert stacked(reads(_badge()).pieces["awards"])[1] == []


_ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text(max_size=6),
    st.sampled_from(["\ud800", KNOWN, "ana@college.example", "2024-13-45", "e30.e30.x"]),
    st.lists(st.none() | st.text(max_size=3), max_size=2),
    st.dictionaries(
        st.sampled_from(["id", "type", "name", "achievement"]), st.none() | st.text(max_size=3), max_size=2
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


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_badges_changed_anywhere_give_problems_or_awards_and_never_an_address(reads, data):
    identity = [{"identityType": "sourcedId", "identityHash": "p-0017", "hashed": False}]
    document = [_badge(), _subject(_badge(subject=None), identifier=identity, result=[{"status": "Completed"}])]
    for _ in range(data.draw(st.integers(1, 3))):
        document = _changed(document, data.draw(st.sampled_from(list(_places(document)))), data.draw(_ODD))
    found = reads(json.dumps(document))
    assert "ana@college.example" not in f"{found.problems} {_rows(found)}"
    if "awards" in found.pieces:
        assert stacked(found.pieces["awards"])[1] == []
