"""CIP and SOC codes out of coded values."""

import re

from onward.data.ctdl.documents import Node
from onward.data.ctdl.terms import items, text

_CIP = re.compile(r"(\d{2})(?:[.\-]?(\d{2})(?:(\d{2}))?)?")
_SOC = re.compile(r"(\d{2})-?(\d{4})(?:\.\d{2})?")
_CIP_IN_ADDRESS = re.compile(r"(?:cip=|cip/|/)(\d{2}(?:\.\d{2}(?:\d{2})?)?)/?$", re.IGNORECASE)
_SOC_IN_ADDRESS = re.compile(r"/(\d{2}-\d{4}(?:\.\d{2})?)/?$")


def cips(node: Node) -> list[str]:
    """Return the CIP codes of an entry as digits, each once, in order.

    >>> cips({"instructionalprogramtype": [{"codednotation": "51.3801"}, "49-0205", {"targetnodename": "Welding"}]})
    ['513801', '490205']
    """
    return _codes(items(node, "instructionalprogramtype", "cip_codes"), _CIP, _CIP_IN_ADDRESS)


def socs(node: Node) -> list[str]:
    """Return the SOC codes of an entry as six digits, each once, in order; O*NET's decimals are left off.

    >>> socs({"occupationtype": [{"targetnode": "https://www.onetonline.org/link/summary/29-1141.00"}]})
    ['291141']
    """
    return _codes(items(node, "occupationtype", "onet_codes"), _SOC, _SOC_IN_ADDRESS)


def _codes(values: list[object], form: re.Pattern[str], address: re.Pattern[str]) -> list[str]:
    found: list[str] = []
    for value in values:
        spellings = [value]
        if isinstance(value, dict):
            spellings = [value.get(name) for name in ("codednotation", "targetnode", "id", "value")]
        for one in map(text, spellings):
            match = address.search(one)
            match = form.fullmatch(match.group(1) if match else one)
            if match:
                found.append("".join(part for part in match.groups() if part))
                break
    return list(dict.fromkeys(found))
