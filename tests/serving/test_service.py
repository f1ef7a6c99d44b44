"""The service, started as a user starts it, asked over HTTP."""

import json
from datetime import date

import httpx
import pytest

from onward.data.learner import Learner
from onward.live.answers import persistence, recommend
from onward.release.bundle import load
from onward.release.record import record_of

AS_OF = date(2018, 1, 15)


def post(url, body):
    """Send JSON; return the status and the answer as text."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = httpx.post(url, content=content, headers={"Content-Type": "application/json"}, timeout=20)
    return answer.status_code, answer.text


@pytest.fixture(scope="module")
def learner(trained) -> Learner:
    point = trained.run.candidate.judged.points.iloc[0]
    return record_of(trained.tables, point["learner_id"], before=point["as_of"])


@pytest.fixture
def request_body(learner) -> dict:
    return {"learner": learner.model_dump(mode="json"), "as_of": AS_OF.isoformat(), "k": 3}


def test_advice_over_http_is_the_advice_from_python(service, trained, learner, request_body):
    status, text = post(f"{service}/v1/recommend", request_body)
    assert status == 200
    assert json.loads(text) == recommend(load(trained.run.folder / "bundle"), learner, as_of=AS_OF, k=3)


def test_persistence_over_http_is_the_persistence_from_python(service, trained, learner, request_body):
    target = trained.tables.credentials["credential_id"].iloc[0]
    body = {name: request_body[name] for name in ("learner", "as_of")} | {"target": target}
    status, text = post(f"{service}/v1/persistence", body)
    assert status == 200
    expected = persistence(load(trained.run.folder / "bundle"), learner, as_of=AS_OF, target=target)
    assert json.loads(text) == expected


def test_the_same_request_gets_the_same_bytes(service, request_body):
    assert post(f"{service}/v1/recommend", request_body) == post(f"{service}/v1/recommend", request_body)


def test_every_answer_says_that_nobody_signed(service, request_body):
    _, text = post(f"{service}/v1/recommend", request_body)
    assert json.loads(text)["unsigned"] is True


@pytest.mark.parametrize("field", ["race", "gender", "race_ethnicity", "x_gender", "age_at_entry", "Disability"])
def test_a_sensitive_field_is_refused_by_name_wherever_it_stands(service, request_body, field):
    learner = request_body["learner"]
    wholes = [
        request_body | {field: "canary-value"},
        request_body | {"learner": learner | {field: "canary-value"}},
        request_body | {"learner": learner | {"extras": learner["extras"] | {field: "canary-value"}}},
        request_body | {"learner": learner | {"awards": [{field: "canary-value"}]}},
        request_body | {"limits": {field: "canary-value"}},
    ]
    answers = [post(f"{service}/v1/recommend", body) for body in wholes]
    assert [status for status, _ in answers] == [400] * len(wholes)
    assert all(field in text and "canary-value" not in text for _, text in answers)


def test_an_unknown_field_is_refused(service, request_body):
    status, text = post(f"{service}/v1/recommend", request_body | {"colour": "canary-value"})
    assert (status, "colour" in text, "canary-value" in text) == (400, True, False)


def test_a_wrong_type_is_refused_without_its_value(service, request_body):
    status, text = post(f"{service}/v1/recommend", request_body | {"k": "canary-value"})
    assert (status, '"k"' in text, "canary-value" in text) == (400, True, False)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\\xff\\xfe", b'"text"', b'{"learner": 1}'])
def test_a_body_that_is_not_a_request_is_refused(service, body):
    assert post(f"{service}/v1/recommend", body)[0] == 400


def test_a_day_before_entry_is_refused_with_what_to_do(service, request_body):
    status, text = post(f"{service}/v1/recommend", request_body | {"as_of": "1990-01-01"})
    assert (status, json.loads(text)["error"]) == (
        400,
        "expected as_of on or after entry_date; it is earlier; send the day for which advice is wanted",
    )


def test_limits_are_hard(service, request_body):
    _, text = post(f"{service}/v1/recommend", request_body | {"k": 50, "limits": {"weeks_at_most": 12}})
    assert all(item["weeks"] <= 12 for item in json.loads(text)["advice"]["advised"])


def test_no_value_that_was_sent_reaches_the_log(service, trained, request_body):
    post(f"{service}/v1/recommend", request_body | {"race": "canary-in-log", "colour": "canary-in-log"})
    post(f"{service}/v1/recommend", request_body | {"as_of": "canary-in-log"})
    log = (trained.runs / "service.log").read_text()
    assert "/v1/recommend" in log
    assert "canary-in-log" not in log
    assert request_body["learner"]["learner_id"] not in log


def test_the_service_describes_its_endpoints(service):
    paths = httpx.get(f"{service}/docs.json", timeout=20).json()["paths"]
    assert {"/v1/recommend", "/v1/persistence"} <= set(paths)
