"""Canonical frames as one CTDL document, which ``reading.read_ctdl`` reads back to the same rows."""

import re
import uuid
from collections.abc import Iterator, Mapping

import pandas as pd

from onward.data.ctdl.documents import Node
from onward.data.ctdl.levels import FRAMEWORK

CONTEXT = "https://credreg.net/ctdl/schema/context/json"
_NAMESPACE = uuid.UUID("6f2c4a34-6c35-5c0f-8a41-2d1b1a0c9e57")
_MODALITIES = {"in_person": "InPerson", "online": "OnlineOnly", "hybrid": "BlendedDelivery"}
_SCHEDULES = {"day": ("Daytime",), "evening": ("Evening",), "weekend": ("Weekends",), "any": ("Daytime", "Evening")}
_FUNDING = {
    "pell": "Pell grant",
    "wioa": "WIOA eligible training list",
    "perkins": "Perkins",
    "employer": "Employer",
    "gi_bill": "GI Bill",
    "state_grant": "State grant",
}
_CONNECTIONS = {
    "requires": ("to_id", "from_id", "ceterms:requires"),
    "leads_to": ("from_id", "to_id", "ceterms:isPreparationFor"),
    "recognised_for": ("to_id", "from_id", "ceterms:advancedStandingFrom"),
}
Row = Mapping[str, object]


def as_ctdl(credentials: pd.DataFrame, pathways: pd.DataFrame, values: pd.DataFrame) -> Node:
    """Return a ``@graph`` of the frames of tables ``credentials``, ``pathways`` and ``values``.

    CTDL has no place for partners, hours_per_week, starts_on, seats, median_debt, workforce_pell_approved,
    workforce_pell_list_date and benchmark_earnings; nor for values that are not of basis ``published``, which stay in a
    file of the college's, as do goes_on, onward_value and chosen_value. licence_conditions are held of licences alone,
    and provider_id where it is an IPEDS UNITID or an OPEID of a named provider.

    >>> from onward.data.simulated_catalogue import made_up_catalogue
    >>> made_up = made_up_catalogue()
    >>> len(as_ctdl(made_up.credentials, made_up.pathways, made_up.values)["@graph"])
    46
    """
    outcomes = {row["credential_id"]: row for row in _rows(values) if row.get("basis") == "published"}
    graph: dict[str, Node] = {}
    for row in _rows(credentials):
        node = _credential(row, graph)
        if row["credential_id"] in outcomes:
            node["ceterms:aggregateData"] = [_outcome(outcomes[row["credential_id"]])]
        graph[str(row["credential_id"])] = node
    for row in _rows(pathways):
        _connect(row, graph)
    return {"@context": CONTEXT, "@graph": list(graph.values())}


def _rows(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield each row without what is missing."""
    for row in frame.to_dict("records"):
        yield {str(name): value for name, value in row.items() if not pd.isna(value)}


def _credential(row: Row, graph: dict[str, Node]) -> Node:
    which = str(row["credential_id"])
    node: Node = {"@id": _address(which), "@type": f"ceterms:{row['kind']}"}
    if which.startswith("ce-"):
        node["ceterms:ctid"] = which
    node["ceterms:name"] = _english(row["name"])
    node["ceterms:credentialStatusType"] = _coded("credentialStat:Active")
    node["ceterms:atLevel"] = [_code(FRAMEWORK, row["award_level"])]
    node["ceterms:estimatedDuration"] = [_duration(row["weeks"])]
    node |= {term: [_code(framework, row[name])] for name, term, framework in _CODES if name in row}
    requires = list(_requires(row))
    if requires:
        node["ceterms:requires"] = requires
    return node | dict(_offering(row, graph))


_CODES = (
    ("cip", "ceterms:instructionalProgramType", "Classification of Instructional Programs"),
    ("soc", "ceterms:occupationType", "Standard Occupational Classification"),
)


def _requires(row: Row) -> Iterator[Node]:
    for name, unit in (("credits", "SemesterHour"), ("clock_hours", "ClockHour")):
        if name in row:
            worth = {"@type": "schema:ValueProfile", "schema:value": row[name]}
            worth["ceterms:creditUnitType"] = [_coded(f"creditUnit:{unit}")]
            yield {"@type": "ceterms:ConditionProfile", "ceterms:creditValue": [worth]}
    if row["kind"] == "License" and "licence_conditions" in row:
        yield {"@type": "ceterms:ConditionProfile", "ceterms:description": _english(row["licence_conditions"])}


def _offering(row: Row, graph: dict[str, Node]) -> Iterator[tuple[str, object]]:
    if "net_price" in row:
        profile = {"@type": "ceterms:CostProfile", "ceterms:currency": "USD", "ceterms:price": row["net_price"]}
        yield "ceterms:estimatedCost", [profile | {"ceterms:directCostType": _coded("costType:AggregateCost")}]
    if "provider" in row:
        yield "ceterms:offeredBy", [_provider(row, graph)]
    if "modality" in row:
        yield "ceterms:learningDeliveryType", [_coded(f"deliveryType:{_MODALITIES[str(row['modality'])]}")]
    if "schedule" in row:
        times = _SCHEDULES[str(row["schedule"])]
        yield "ceterms:scheduleTimingType", [_coded(f"scheduleTiming:{time}") for time in times]
    if "noncredit" in row:
        yield "ceterms:isNonCredit", bool(row["noncredit"])
    if "work_based" in row:
        # CTDL names the methods there are; that there is none at work can only be said in words.
        not_so = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNodeName": _english("Not work-based")}
        yield "ceterms:learningMethodType", [_coded("learnMethod:WorkBased") if row["work_based"] else not_so]
    if "funding" in row:
        aids = [_FUNDING[code] for code in str(row["funding"]).split("|")]
        profiles = [{"@type": "ceterms:FinancialAssistanceProfile", "ceterms:name": _english(aid)} for aid in aids]
        yield "ceterms:financialAssistance", profiles
    if "campus" in row:
        yield "ceterms:availableAt", [{"@type": "ceterms:Place", "ceterms:name": _english(row["campus"])}]


def _provider(row: Row, graph: dict[str, Node]) -> str:
    """Return the address of the provider's entry, which is added where it is new."""
    public = str(row.get("provider_id", ""))
    ctid = f"ce-{uuid.uuid5(_NAMESPACE, str(row['provider']) + '|' + public)}"
    node: Node = {"@id": _address(ctid), "@type": "ceterms:CredentialOrganization", "ceterms:ctid": ctid}
    node["ceterms:name"] = _english(row["provider"])
    if re.fullmatch(r"\d{6}", public):
        # No UNITID begins with a zero, and every OPEID of six digits does.
        node["ceterms:opeID" if public.startswith("0") else "ceterms:ipedsID"] = public
    graph.setdefault(ctid, node)
    return _address(ctid)


def _outcome(row: Row) -> Node:
    profile: Node = {"@type": "ceterms:AggregateDataProfile", "ceterms:currency": "USD"}
    for name, term in (("median_earnings", "median"), ("low", "low"), ("high", "high")):
        if name in row:
            profile[f"ceterms:{term}Earnings"] = row[name]
    if "horizon_years" in row:
        profile["ceterms:postReceiptMonths"] = 12 * float(str(row["horizon_years"]))
    if "n" in row:
        profile["ceterms:numberAwarded"] = row["n"]
    if "year" in row:
        profile["ceterms:dateEffective"] = f"{row['year']}-01-01"
    if "source" in row:
        source = str(row["source"])
        profile |= {"ceterms:source": source} if "://" in source else {"ceterms:name": _english(source)}
    return profile


def _connect(row: Row, graph: dict[str, Node]) -> None:
    of, target, term = _CONNECTIONS[str(row["relation"])]
    node = graph.get(str(row[of]))
    if node is None:
        return
    condition: Node = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [_address(str(row[target]))]}
    if "credits_recognised" in row:
        worth = {"@type": "schema:ValueProfile", "schema:value": row["credits_recognised"]}
        condition["ceterms:creditValue"] = [worth | {"ceterms:creditUnitType": [_coded("creditUnit:SemesterHour")]}]
    stated = node.setdefault(term, [])
    if isinstance(stated, list):
        stated.append(condition)


def _address(which: str) -> str:
    return f"https://credentialengineregistry.org/resources/{which}" if which.startswith("ce-") else which


def _duration(weeks: object) -> Node:
    return {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": f"P{float(str(weeks)):.12g}W"}


def _english(text: object) -> dict[str, str]:
    return {"en-US": str(text)}


def _coded(node: str) -> Node:
    return {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": node}


def _code(framework: str, code: object) -> Node:
    named = _english(framework)
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:frameworkName": named,
        "ceterms:codedNotation": str(code),
    }
