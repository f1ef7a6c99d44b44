"""The service, started as a user starts it, asked over HTTP."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from datetime import date

import httpx
import pytest
from onward.serving.payloads import PersistenceRequest, RecommendRequest

from onward.data.learner import Learner
from onward.live.answers import persistence, recommend
from onward.policy.weights import Weights
from onward.release.bundle import load
from onward.release.record import record_of

AS_OF = date(2018, 1, 15)


def post(url, body, trace=None):
    """Send JSON; return the status and the answer as text."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"} | traced(trace)
    answer = httpx.post(url, content=content, headers=headers, timeout=20)
    return answer.status_code, answer.text


def traced(trace):
    """The header that gives a request its trace id, by which its line in the log is found."""
    return {} if trace is None else {"traceparent": f"00-{trace}-{'1' * 16}-01"}


@pytest.fixture
def trace() -> str:
    return os.urandom(16).hex()


def logged(trained, trace: str) -> str:
    """The log's line of the request that was sent with ``trace``; it is written after the answer was sent."""
    log = trained.runs / "service.log"
    for _ in range(200):
        lines = [line for line in log.read_text().splitlines() if f"trace={trace}," in line]
        if lines:
            assert len(lines) == 1
            return lines[0]
        time.sleep(0.05)
    pytest.fail("expected a line of the request in the service's log; there is none")


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
        request_body | {"weights": {field: "canary-value"}},
    ]
    answers = [post(f"{service}/v1/recommend", body) for body in wholes]
    assert [status for status, _ in answers] == [400] * len(wholes)
    assert all(field in text and "canary-value" not in text for _, text in answers)


def test_an_unknown_field_is_counted_and_not_repeated(service, request_body):
    status, text = post(f"{service}/v1/recommend", request_body | {"colour": "canary-value"})
    assert status == 400
    assert json.loads(text)["detail"] == [
        {
            "field": "body",
            "expected": "known fields only; 1 field that is not known here; see /docs.json",
            "fix": "remove it",
        }
    ]


def test_a_wrong_value_is_refused_by_the_path_of_its_field(service, request_body):
    awards = [{"credential_id": "c1", "awarded_on": "canary-value"}]
    status, text = post(
        f"{service}/v1/recommend", request_body | {"learner": request_body["learner"] | {"awards": awards}}
    )
    assert (status, json.loads(text)["detail"]) == (
        400,
        [{"field": "learner.awards[0].awarded_on", "expected": "a date as YYYY-MM-DD", "fix": "correct it"}],
    )


@pytest.mark.parametrize("field", ["gender", "X_Gender", "RACE"])
def test_a_sensitive_field_is_refused_by_name_where_no_field_is_known(service, request_body, field):
    deep = {"somewhere": [{"deeper": {field: "canary-value"}}]}
    bodies = [
        request_body | deep,
        request_body | {"k": deep},
        request_body | {"learner": request_body["learner"] | {"extras": {"x_a": {field: "canary-value"}}}},
    ]
    answers = [post(f"{service}/v1/recommend", body) for body in bodies]
    assert [status for status, _ in answers] == [400] * len(bodies)
    assert all(f"{field} is sensitive and never an input; remove it" in text for _, text in answers)


def test_a_wrong_type_is_refused_without_its_value(service, request_body):
    status, text = post(f"{service}/v1/recommend", request_body | {"k": "canary-value"})
    assert (status, '"k"' in text, "canary-value" in text) == (400, True, False)


MALFORMED = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff\xfe",
    b'"text"',
    b'{"learner": 1}',
    b'{"learner": {}, "as_of": NaN}',
    b'{"\\ud800": 1}',
    b"[" * 100_000,
    b'{"k": ' + b"9" * 5_000 + b"}",
    b'{"canary-name',
]


@pytest.mark.parametrize("endpoint", ["recommend", "persistence"])
@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_a_body_that_is_not_a_request_is_refused_in_the_one_shape(service, endpoint, body):
    status, text = post(f"{service}/v1/{endpoint}", body)
    answer = json.loads(text)
    assert (status, set(answer)) == (400, {"error", "detail"})
    assert all(set(detail) == {"field", "expected", "fix"} for detail in answer["detail"])
    assert "canary" not in text


@pytest.mark.parametrize(
    "media_type", ["multipart/form-data; boundary=canary", "application/vnd.bentoml+pickle", "text/canary"]
)
def test_a_body_of_another_type_is_refused(service, media_type):
    answer = httpx.post(f"{service}/v1/recommend", content=b"{}", headers={"Content-Type": media_type}, timeout=20)
    assert (answer.status_code, "canary" in answer.text) == (415, False)


@pytest.mark.parametrize("streamed", [False, True], ids=["with its length", "streamed"])
def test_a_body_over_256_kib_is_refused_unread(service, streamed):
    content = (b" " * 4_096 for _ in range(100)) if streamed else b" " * (256 * 1024 + 1)
    answer = httpx.post(
        f"{service}/v1/recommend", content=content, headers={"Content-Type": "application/json"}, timeout=20
    )
    assert answer.status_code == 413
    assert answer.json() == {
        "error": "expected a body of at most 256 KiB; send less in one request",
        "detail": [],
    }


def test_a_body_of_256_kib_is_read(service, request_body):
    body = json.dumps(request_body).encode()
    assert post(f"{service}/v1/recommend", body + b" " * (256 * 1024 - len(body)))[0] == 200


def test_a_refusal_of_many_fields_is_short(service, request_body):
    body = (
        request_body
        | {f"canary{number}": 1 for number in range(10_000)}
        | {"learner": {"attempts": [{"race": 1}] * 200}}
    )
    status, text = post(f"{service}/v1/recommend", body)
    assert (status, len(json.loads(text)["detail"]), len(text) < 10_000) == (400, 20, True)


def test_a_day_before_entry_is_refused_with_what_to_do(service, request_body):
    status, text = post(f"{service}/v1/recommend", request_body | {"as_of": "1990-01-01"})
    assert (status, json.loads(text)["error"]) == (
        400,
        "expected as_of on or after entry_date; it is earlier; send the day for which advice is wanted",
    )


def test_limits_are_hard(service, request_body):
    _, text = post(f"{service}/v1/recommend", request_body | {"k": 50, "limits": {"max_weeks": 12}})
    assert all(item["weeks"] <= 12 for item in json.loads(text)["advice"]["advised"])


def test_a_stretch_may_be_declined(service, request_body):
    _, text = post(f"{service}/v1/recommend", request_body | {"stretch": False})
    assert json.loads(text)["advice"]["stretch"] is None


def test_weights_over_http_are_the_weights_from_python(service, trained, learner, request_body):
    _, text = post(f"{service}/v1/recommend", request_body | {"weights": {"pay": 0, "time": 10}})
    bundle = load(trained.run.folder / "bundle")
    assert json.loads(text) == recommend(bundle, learner, as_of=AS_OF, k=3, weights=Weights(pay=0, time=10))


@pytest.mark.parametrize("wrong", [{"weights": {"pay": 11}}, {"weights": {"pay": "much"}}, {"stretch": "perhaps"}])
def test_a_wish_that_cannot_be_read_is_refused(service, request_body, wrong):
    status, text = post(f"{service}/v1/recommend", request_body | wrong)
    assert status == 400
    assert next(iter(wrong)) in json.loads(text)["detail"][0]["field"]


CANARIES = [
    "canary",
    "canary Jane Doe 555-12-3456",
    "bad\n2026-01-01 [INFO] canary",
    "canär\u2028\U0001f424canary",
    "x_canary\r\n",
]


@pytest.mark.parametrize("canary", CANARIES, ids=range(len(CANARIES)))
def test_nothing_that_was_sent_reaches_the_answer_or_the_log(service, trained, request_body, canary, trace):
    learner = request_body["learner"]
    attempt = {"credential_id": canary, "started_on": "2017-09-04", "status": "stopped"}
    learners = [
        {canary: 1},
        {"learner_id": [canary]},
        {"employment": canary},
        {"entry_date": canary},
        {"extras": {canary: 1}},
        {"extras": {"x_" + canary: 1}},
        {"extras": {"x_a": {canary: canary}}},
        {"awards": [{canary: canary}]},
        {"awards": {canary: canary}},
        {"attempts": [attempt]},
        {"attempts": [attempt | {"ended_on": "2016-01-01"}]},
        {"enrollments": [{"extras": {canary: 1}}]},
        {"race": canary, canary: canary},
    ]
    bodies = [
        *(request_body | {"learner": learner | each} for each in learners),
        request_body | {canary: canary},
        request_body | {"k": canary},
        request_body | {"limits": {canary: 1}},
        request_body | {"limits": {"fields": [canary], "schedules": [canary]}},
    ]
    answers = [post(f"{service}/v1/recommend", body) for body in bodies]
    last = {"learner": learner, "as_of": "2018-01-15", "target": canary}
    answers.append(post(f"{service}/v1/persistence", last, trace))
    assert [status for status, _ in answers] == [400] * len(answers)
    assert not [text for _, text in answers if "canary" in text]
    logged(trained, trace)
    log = (trained.runs / "service.log").read_text()
    assert "canary" not in log
    assert learner["learner_id"] not in log
    assert "Traceback" not in log
    assert "IODescriptor" not in log


def test_a_refusal_is_one_line_of_the_log_with_types_and_known_paths(service, trained, request_body, trace):
    post(f"{service}/v1/recommend", request_body | {"race": "canary", "k": True}, trace)
    line = logged(trained, trace)
    assert "POST /v1/recommend 400" in line
    assert "(sensitive_field at body)" in line


def test_every_fault_of_a_refusal_is_in_its_line_of_the_log(service, trained, request_body, trace):
    post(f"{service}/v1/recommend", request_body | {"k": True, "as_of": 1_725_235_200}, trace)
    assert "(not_a_day at as_of, not_a_number at k)" in logged(trained, trace)


def test_a_path_that_was_made_up_reaches_neither_the_log_nor_the_metrics(service, trained, trace):
    assert httpx.get(f"{service}/canary%0aFORGED", headers=traced(trace), timeout=20).status_code == 404
    logged(trained, trace)
    assert "canary" not in (trained.runs / "service.log").read_text()
    metrics = httpx.get(f"{service}/metrics", timeout=20).text
    assert 'endpoint="/v1/recommend"' in metrics
    assert "canary" not in metrics


def test_an_unknown_target_is_refused_with_what_to_send(service, request_body):
    body = {"learner": request_body["learner"], "as_of": request_body["as_of"], "target": "none such"}
    assert "send a credential_id of this catalogue" in post(f"{service}/v1/persistence", body)[1]


def test_the_service_describes_its_endpoints(service):
    described = httpx.get(f"{service}/docs.json", timeout=20).json()
    for endpoint, model in {"/v1/recommend": RecommendRequest, "/v1/persistence": PersistenceRequest}.items():
        content = described["paths"][endpoint]["post"]["requestBody"]["content"]["application/json"]
        assert set(content["schema"]["properties"]) == set(model.model_fields)
    schemas = described["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", json.dumps(described))) <= set(schemas)
    assert set(schemas["Learner"]["properties"]) == set(Learner.model_fields)


@pytest.mark.skipif(os.name != "posix", reason="a signal ends the service on POSIX")
def test_a_signal_ends_the_service_and_frees_the_port(trained):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "onward", "serve", str(trained.run.folder), "--unsigned", "--port", str(port)]
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: answers(port))
        started.terminate()
        started.wait(timeout=20)
        assert eventually(lambda: is_free(port))
    finally:
        started.kill()
        started.wait()


def answers(port) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=1).is_success
    except httpx.TransportError:
        return False


def is_free(port) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0


def eventually(holds) -> bool:
    """Whether ``holds`` does within half a minute."""
    for _ in range(300):
        if holds():
            return True
        time.sleep(0.1)
    return False
