"""What to mend in a request that was refused: known fields by path, sensitive ones by name, and nothing that was sent.

A name that is not declared is client text, as much as a value is; such names are counted.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, from_json

from onward.data.learner import sensitive_names

BODY = "body"
"""How the whole of a request is called where no field of it can be named."""
MOST_DETAILS = 20
DOCUMENTED = "correct the fields in detail; /docs.json describes every field"
_OWN = {"not_allowed", "out_of_order", "not_ended", "not_a_day", "not_a_number", "not_a_flag", "extra_name"}
_EXTRAS = "numbers, texts of at most 2,000 characters, true, false or null"
_NOT_SENSITIVE = "no sensitive field; advice does not use it"
_EXPECTED = {
    "json_invalid": "one JSON object in UTF-8",
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "string_type": "a text",
    "literal_error": "one of {expected}",
    "too_long": "at most {max_length} of them",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "float_type": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
}
"""In our words, what each of pydantic's errors expects; the bounds are those that our models declare."""


class Detail(TypedDict):
    """One thing to mend."""

    field: str
    expected: str
    fix: str


class Refusal(TypedDict):
    """The body of an answer that refuses."""

    error: str
    detail: list[Detail]


def refusal_of(error: ValidationError, model: type[BaseModel], body: bytes) -> tuple[Refusal, str]:
    """What to answer to ``body``, which ``model`` refused with ``error``, and what to log: types and known paths."""
    found = error.errors(include_url=False, include_input=False)
    placed = [(_place(each, model), each) for each in found]
    unknown: dict[str, int] = {}
    details: dict[tuple[str, str], Detail] = {}
    for (path, field, beyond), each in placed:
        if each["type"] == "extra_forbidden":
            unknown[path] = unknown.get(path, 0) + 1
        elif each["type"] == "sensitive_field":
            detail = _sensitive(path, each["ctx"]["fields"])
            details[path, detail["fix"]] = detail
        else:
            detail = _to_mend(path, _EXTRAS if beyond else _expected(each, field), each)
            details.setdefault((path, detail["expected"]), detail)
    listed = [*details.values(), *(_unknown(path, count) for path, count in unknown.items())]
    listed = _with_deeper_names(listed, [] if found[0]["type"] == "json_invalid" else _names(from_json(body)))
    sensitive = [detail["fix"] for detail in listed if detail["expected"] == _NOT_SENSITIVE]
    text = ". ".join(dict.fromkeys(sensitive)) or f"expected another body; {DOCUMENTED}"
    noted = ", ".join(dict.fromkeys(f"{each['type']} at {place[0]}" for place, each in placed[:MOST_DETAILS]))
    return {"error": text, "detail": listed[:MOST_DETAILS]}, noted


def _place(error: ErrorDetails, model: type[BaseModel]) -> tuple[str, FieldInfo | None, bool]:
    """The path of an error as far as it is declared, the last declared field on it, and whether it went on beyond."""
    path, field, inside = "", None, _model_in(model)
    for part in error["loc"]:
        if isinstance(part, int):
            path += f"[{part}]"
        elif inside is not None and part in inside.model_fields:
            path, field = f"{path}.{part}" if path else part, inside.model_fields[part]
            inside = _model_in(field.annotation)
        else:
            return path or BODY, field, True
    return path or BODY, field, False


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _expected(error: ErrorDetails, field: FieldInfo | None) -> str:
    if error["type"] in _OWN:
        return error["msg"].removeprefix("expected ").partition("; ")[0]
    if error["type"] in _EXPECTED:
        return _EXPECTED[error["type"]].format_map(error.get("ctx", {}))
    return (field.description if field is not None else None) or "what /docs.json describes"


def _to_mend(path: str, expected: str, error: ErrorDetails) -> Detail:
    if error["type"] == "missing":
        return {"field": path, "expected": expected, "fix": "add it"}
    own = error["msg"].partition("; ")[2] if error["type"] in _OWN else ""
    return {"field": path, "expected": expected, "fix": own or "correct it"}


def _sensitive(path: str, names: str) -> Detail:
    fix = f"{names} is sensitive and never an input; remove it"
    return {"field": path, "expected": _NOT_SENSITIVE, "fix": fix}


def _unknown(path: str, count: int) -> Detail:
    fields = "1 field that is" if count == 1 else f"{count} fields that are"
    expected = f"known fields only; {fields} not known here; see /docs.json"
    return {"field": path, "expected": expected, "fix": "remove it" if count == 1 else "remove them"}


def _with_deeper_names(details: list[Detail], names: Iterable[str]) -> list[Detail]:
    """Put sensitive fields first, and name those that stand where no field of ours is, such as in a value."""
    first = [detail for detail in details if detail["expected"] == _NOT_SENSITIVE]
    told = {name.lower() for detail in first for name in detail["fix"].partition(" is ")[0].split(", ")}
    deeper = sensitive_names(name for name in names if name.lower() not in told)
    rest = [detail for detail in details if detail not in first]
    return [*first, *([_sensitive(BODY, ", ".join(deeper))] if deeper else []), *rest]


def _names(value: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON
    if isinstance(value, Mapping):
        yield from value
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _names(inner)
