"""The gate before the endpoints: how large a body may be, what it must hold, and what the log says of a request.

BentoML would answer a refused body with field names as they were sent and log them with a traceback; nothing that is
refused here reaches it. It would also log paths and content types as they were sent; the gate's line replaces its own.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from timeit import default_timer
from typing import Any

from pydantic import BaseModel, ValidationError

from .refusals import Refusal, refusal_of

MOST_BYTES = 256 * 1024
UNLOGGED = frozenset({"/livez", "/readyz", "/healthz", "/metrics"})
LOGGED = frozenset({"/", "/docs.json", "/schema.json"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NOTE = "onward.note"
"""The key of a request's scope under which an endpoint may leave a note for the log; never a text that was sent."""

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("bentoml.onward")


class RefusedError(Exception):
    """A request that goes no further; ``note`` is for the log."""

    def __init__(self, status: int, body: Refusal, note: str) -> None:
        super().__init__(note)
        self.status, self.body, self.note = status, body, note


class Gate:
    """ASGI middleware: a POST to a path of ``takes`` passes when its body is what the path's model takes."""

    def __init__(self, app: App, takes: Mapping[str, type[BaseModel]]) -> None:
        self.app = app
        self.takes = takes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it; log one line of it."""
        if scope["type"] != "http" or scope["path"] in UNLOGGED:
            await self.app(scope, receive, send)
            return
        began, statuses = default_timer(), [500]

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses[0] = message["status"]
            await send(message)

        try:
            await self.app(scope, await self._passed(scope, receive), noting)
        except RefusedError as refused:
            scope[NOTE] = refused.note
            await _send_refusal(refused, noting)
        finally:
            self._log(scope, statuses[0], default_timer() - began)

    async def _passed(self, scope: Scope, receive: Receive) -> Receive:
        """Return what the request is read from further on, its body now known to be good."""
        model = self.takes.get(scope["path"])
        if model is None or scope["method"] != "POST":
            return receive
        headers = {name.lower(): value for name, value in reversed(scope["headers"])}
        media_type = headers.get(b"content-type", b"application/json").split(b";")[0].strip().lower()
        if media_type != b"application/json":
            raise _refused(415, "expected Content-Type: application/json; send the body as JSON, with that header")
        body = await _body(headers.get(b"content-length", b"0"), receive)
        try:
            model.model_validate_json(body)
        except ValidationError as error:
            refusal, note = refusal_of(error, model, body)
            raise RefusedError(400, refusal, note) from None
        return _replay(body, receive)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else "another method"
        path = scope["path"] if scope["path"] in self.takes or scope["path"] in LOGGED else "another path"
        note = f" ({scope[NOTE]})" if NOTE in scope else ""
        level = logging.ERROR if status >= 500 else logging.INFO
        log.log(level, "%s %s %d %.1f ms%s", method, path, status, seconds * 1000, note)


def _refused(status: int, text: str) -> RefusedError:
    return RefusedError(status, {"error": text, "detail": []}, text.partition("; ")[0])


async def _body(declared: bytes, receive: Receive) -> bytes:
    """Read the body, and no more of it than it may hold."""
    body, more = b"", True
    too_large = _refused(413, f"expected a body of at most {MOST_BYTES // 1024} KiB; send less in one request")
    if not declared.isdigit() or int(declared) > MOST_BYTES:
        raise too_large
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _refused(400, "expected the whole body; the connection was closed before its end; send it again")
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise too_large
        more = message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give ``body`` once, whole, and then whatever else comes."""
    held: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return held.pop() if held else await receive()

    return replayed


async def _send_refusal(refused: RefusedError, send: Send) -> None:
    content = json.dumps(refused.body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
