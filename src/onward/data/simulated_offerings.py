"""What a made-up state system offers, and what leads to what.

Names, lengths, prices and edges are made up; CIP and SOC codes are real.
"""

import uuid
from dataclasses import dataclass

NAMESPACE = uuid.UUID("6b1f0d0e-3b52-5c4e-9a53-0d1f6f2a7c11")
FIELDS = {
    "health": ("51", "Health professions and related programs"),
    "construction": ("46", "Technology and technical fields"),
    "repair": ("47", "Technology and technical fields"),
    "manufacturing": ("48", "Technology and technical fields"),
    "transport": ("49", "Technology and technical fields"),
    "computing": ("11", "Computer and information sciences"),
    "business": ("52", "Business"),
    "education": ("13", "Education"),
    "public_safety": ("43", "Homeland security and fire protection"),
    "personal_services": ("12", "Other non-science and engineering"),
}
"""Each field's 2-digit CIP and the broad field of the awards survey that stands for who is drawn to it."""


@dataclass(frozen=True)
class Offering:
    """One made-up credential.

    ``pay`` says which published figure is its return: ``program`` the College Scorecard's, else a point of the wages
    of its occupation. A badge gets the 10th percentile, a short certificate, certification or licence the 25th (a
    new entrant's), an apprenticeship and the licence behind it the median.
    """

    name: str
    kind: str
    award_level: str
    field: str
    cip: str
    soc: str
    weeks: float
    credits: float
    net_price: float
    pay: str = "program"
    partners: str = ""
    work_based: bool = False
    licence_conditions: str = ""

    @property
    def credential_id(self) -> str:
        """A CTID-shaped id, the same for the same name everywhere."""
        return f"ce-{uuid.uuid5(NAMESPACE, self.name)}"


def _badge(name: str, field: str, cip: str, soc: str, *, kind: str = "Badge", partners: str = "") -> Offering:
    return Offering(name, kind, "20", field, cip, soc, 6, 0, 300, pay="pct10", partners=partners)


def _short(
    name: str, kind: str, field: str, cip: str, soc: str, *, weeks: float, price: float, partners: str = ""
) -> Offering:
    return Offering(name, kind, "20", field, cip, soc, weeks, 6, price, pay="pct25", partners=partners)


def _certificate(
    name: str,
    field: str,
    cip: str,
    soc: str,
    *,
    level: str = "21",
    price: float = 4200,
    partners: str = "",
    pay: str = "program",
) -> Offering:
    weeks, credit = (34, 30) if level == "21" else (56, 45)
    return Offering(name, "Certificate", level, field, cip, soc, weeks, credit, price, pay=pay, partners=partners)


def _apprenticeship(name: str, field: str, cip: str, soc: str, *, partners: str) -> Offering:
    kind = "ApprenticeshipCertificate"
    return Offering(name, kind, "4", field, cip, soc, 182, 30, 900, pay="median", partners=partners, work_based=True)


def _licence(name: str, field: str, cip: str, soc: str, *, pay: str, price: float, conditions: str) -> Offering:
    return Offering(name, "License", "20", field, cip, soc, 8, 0, price, pay=pay, licence_conditions=conditions)


def _associate(name: str, field: str, cip: str, soc: str, *, price: float = 8600, partners: str = "") -> Offering:
    return Offering(name, "AssociateDegree", "3", field, cip, soc, 104, 62, price, partners=partners)


def _bachelor(
    name: str, field: str, cip: str, soc: str, *, weeks: float = 208, credits_: float = 120, price: float = 36000
) -> Offering:
    return Offering(name, "BachelorDegree", "5", field, cip, soc, weeks, credits_, price)


HOSPITAL, CLINIC = "regional hospital", "community clinic network"
ELECTRICAL, PLANT = "electrical contractors' association", "manufacturers' council"
OFFERINGS = (
    _short(
        "Nursing assistant",
        "CertificateOfCompletion",
        "health",
        "513902",
        "311131",
        weeks=8,
        price=900,
        partners=HOSPITAL,
    ),
    _badge("Medical office administration badge", "health", "510710", "434171"),
    _short(
        "Emergency medical technician certification",
        "Certification",
        "health",
        "510904",
        "292042",
        weeks=11,
        price=1300,
    ),
    _certificate("Medical assisting", "health", "510801", "319092", price=9400, partners=CLINIC),
    _certificate("Practical nursing", "health", "513901", "292061", level="2", price=7800, partners=HOSPITAL),
    _licence(
        "Practical nurse licence",
        "health",
        "513901",
        "292061",
        pay="pct25",
        price=420,
        conditions="board examination and background check",
    ),
    _associate("Nursing associate", "health", "513801", "291141", price=9800, partners=HOSPITAL),
    _licence(
        "Registered nurse licence",
        "health",
        "513801",
        "291141",
        pay="pct25",
        price=480,
        conditions="board examination and background check",
    ),
    _bachelor("Nursing bachelor's completion", "health", "513801", "291141", weeks=72, credits_=60, price=14500),
    _associate("Paramedic associate", "health", "510904", "292043"),
    _badge("Construction safety badge", "construction", "460000", "472061", partners=ELECTRICAL),
    _certificate("Electrical technology", "construction", "460302", "472111", partners=ELECTRICAL),
    _apprenticeship("Electrician apprenticeship", "construction", "460302", "472111", partners=ELECTRICAL),
    _licence(
        "Journeyman electrician licence",
        "construction",
        "460302",
        "472111",
        pay="median",
        price=250,
        conditions="8,000 hours of supervised work and a state examination",
    ),
    _certificate("Carpentry", "construction", "460201", "472031"),
    _bachelor("Construction management bachelor's", "construction", "460412", "119021"),
    _badge("Refrigerant handling certification", "repair", "470201", "499021", kind="Certification"),
    _certificate("Heating and air conditioning", "repair", "470201", "499021", price=5200),
    _associate("Automotive technology associate", "repair", "470604", "493023", partners="dealers' association"),
    _apprenticeship("Industrial mechanic apprenticeship", "repair", "470303", "499041", partners=PLANT),
    _short(
        "Welding certification",
        "Certification",
        "manufacturing",
        "480508",
        "514121",
        weeks=9,
        price=1100,
        partners=PLANT,
    ),
    _certificate("Welding technology", "manufacturing", "480508", "514121", price=4800, partners=PLANT),
    _associate("Machine tool technology associate", "manufacturing", "480501", "514041", partners=PLANT),
    _bachelor(
        "Industrial technology bachelor's completion",
        "manufacturing",
        "150612",
        "173026",
        weeks=104,
        credits_=60,
        price=17000,
    ),
    _licence(
        "Commercial driver licence",
        "transport",
        "490205",
        "533032",
        pay="pct25",
        price=3600,
        conditions="medical card and road test",
    ),
    _badge("Forklift operator badge", "transport", "490209", "537051", partners="warehouse operators' group"),
    _badge("IT support microcredential", "computing", "111006", "151232", kind="MicroCredential"),
    _certificate("Computer networking", "computing", "110901", "151231"),
    _associate("Network administration associate", "computing", "110901", "151231"),
    _bachelor("Information technology bachelor's", "computing", "110103", "151212"),
    _badge("Customer service badge", "business", "520411", "434051", partners="retail employers' group"),
    _certificate("Office administration", "business", "520401", "439061"),
    _certificate("Bookkeeping", "business", "520302", "433031"),
    _associate("Accounting associate", "business", "520302", "433031"),
    _bachelor("Accounting bachelor's", "business", "520301", "132011"),
    _certificate("Child development", "education", "131210", "399011", price=3300),
    _associate("Early childhood associate", "education", "131210", "252011"),
    _bachelor("Elementary education bachelor's", "education", "131202", "252021"),
    _badge("Security officer badge", "public_safety", "430109", "339032"),
    # The Scorecard's figure for certificates in this field is that of officers who already served.
    _certificate(
        "Police academy", "public_safety", "430107", "333051", price=3900, partners="sheriffs' council", pay="pct10"
    ),
    _associate("Criminal justice associate", "public_safety", "430104", "333051"),
    _badge("Food safety badge", "personal_services", "120508", "352012"),
    _certificate("Culinary arts", "personal_services", "120503", "351012", price=8200),
    _certificate("Cosmetology", "personal_services", "120401", "395012", level="2", price=14800),
)
REQUIRES = (
    ("Practical nursing", "Practical nurse licence"),
    ("Nursing associate", "Registered nurse licence"),
    ("Nursing associate", "Nursing bachelor's completion"),
    ("Electrician apprenticeship", "Journeyman electrician licence"),
    ("Machine tool technology associate", "Industrial technology bachelor's completion"),
)
LEADS_TO = (
    ("Refrigerant handling certification", "Heating and air conditioning"),
    ("IT support microcredential", "Computer networking"),
    ("Food safety badge", "Culinary arts"),
)
RECOGNISED = (
    ("Nursing assistant", "Practical nursing", 6),
    ("Nursing assistant", "Nursing associate", 5),
    ("Practical nursing", "Nursing associate", 20),
    ("Nursing associate", "Nursing bachelor's completion", 15),
    ("Emergency medical technician certification", "Paramedic associate", 10),
    ("Construction safety badge", "Electrical technology", 2),
    ("Construction safety badge", "Carpentry", 2),
    ("Electrical technology", "Electrician apprenticeship", 12),
    ("Carpentry", "Construction management bachelor's", 12),
    ("Electrician apprenticeship", "Construction management bachelor's", 30),
    ("Heating and air conditioning", "Industrial mechanic apprenticeship", 8),
    ("Welding certification", "Welding technology", 8),
    ("Welding technology", "Machine tool technology associate", 15),
    ("Machine tool technology associate", "Industrial technology bachelor's completion", 10),
    ("Computer networking", "Network administration associate", 24),
    ("Network administration associate", "Information technology bachelor's", 50),
    ("Office administration", "Accounting associate", 6),
    ("Bookkeeping", "Accounting associate", 24),
    ("Accounting associate", "Accounting bachelor's", 55),
    ("Child development", "Early childhood associate", 24),
    ("Early childhood associate", "Elementary education bachelor's", 45),
    ("Police academy", "Criminal justice associate", 20),
)
