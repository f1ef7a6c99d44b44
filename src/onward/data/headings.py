"""What the name of a column gives away: names, numbers and addresses of people."""

import re
from itertools import pairwise

from onward.data.columns import EXTRA_PREFIX

NAME = "a name"
SSN = "a social security number"
BIRTH_DATE = "a birth date"
EMAIL = "an e-mail address"
PHONE = "a phone number"
KINDS = (NAME, SSN, BIRTH_DATE, EMAIL, PHONE)

_NAMES = ("name", "names")
_IDENTIFIERS = (*_NAMES, "ssn", "dob", "passport", "mobile", "postcode", "zip", "zipcode")
_ENDINGS = ("name", "mail", "mails", "phone", "phones", "address", "addresses")
# What may have a name of its own without a person's being meant.
_THINGS = (
    "campus",
    "class",
    "college",
    "course",
    "credential",
    "department",
    "employer",
    "field",
    "hall",
    "institution",
    "major",
    "program",
    "programme",
    "provider",
    "school",
    "term",
    "university",
)

_PEOPLE = (
    "student|stu|learner|person|people|participant|applicant|candidate|client|member|trainee|apprentice|alumnus|alum"
    "|employee|staff|user|recipient|holder|parent|mother|father|guardian|spouse|partner|sibling|emergency|contact"
    "|instructor|teacher|faculty|professor|advisor|adviser|counselor|counsellor|supervisor|mentor|submitter|coach"
)
_OF_A_PERSON = re.compile(r"(?:first|frst|last|lst|middle|mid|given|maiden|sur|fore)(?:name|nm)")
_SHORT_NAMES = frozenset({"fname", "lname", "mname", "fnm", "lnm"})
_PERSONS_NAME = re.compile(
    rf"^(?:(?:{_PEOPLE})s?)*(?:full|preferred|pref|legal|chosen|family|birth|nick|display|user|other|former|prior)?(?:name|nm)s?$"
)
_NAME_FIRST = re.compile(rf"^name(?:of)?(?:the)?(?:first|last|middle|full|display|suffix|{_PEOPLE})s?$")
_SSN_WORDS = re.compile(r"socialsec|socsec|socialinsurance|nationalinsurance|nationalid|socialnum|socialno$|taxpayerid")
_BIRTH_WORDS = re.compile(r"birth(?:date|day|dt|year|yr|month)|(?:date|day|dt|year|yr|month)of(?:the)?birth|nacimiento")
_LEARNERS = frozenset({"student", "students", "learner", "participant", "applicant", "person", "stu"})
_NUMBER_WORDS = frozenset({"no", "num", "nbr", "number", "numbers", "nr", "id", "digits"})
_WHOSE_WORDS = frozenset(_PEOPLE.split("|")) | {"home", "work", "primary", "secondary", "personal", "day", "daytime"}
_WHICH_WORDS = (
    _NUMBER_WORDS
    | _WHOSE_WORDS
    | {
        "address",
        "addresses",
        "addr",
        "adr",
        "school",
        "college",
        "campus",
        "institution",
        "institutional",
        "preferred",
    }
    | {"pref", "alternate", "alt", "other", "business", "official", "evening", "local", "permanent", "main", "current"}
    | {"ext", "extension", "cell", "mobile", "area", "code", "s", "x", "account", "text", "company"}
)
_NO_PHONE = re.compile(r"(?:micro|smart|head|ear|saxo|xylo|mega|gramo|homo)phones?$")
_IDS = frozenset(
    {"no", "num", "nbr", "number", "code", "key", "hash", "serial", "id", "ids", "guid", "uuid", "identifier"}
)
_IDS_OF = frozenset(
    {"crn", "npi", "isbn", "upc", "gtin", "opeid", "unitid", "ctid", "pidm", "emplid", "banner", "fein"}
)
_AMOUNTS = frozenset({"credits", "hours", "wage", "wages", "earnings", "income", "salary", "cost", "price", "amount"})
_SUMS = frozenset({"sum", "total", "count", "score", "index", "account", "pseudonym"})
_LONG_NUMBERS = _IDS | _IDS_OF | _AMOUNTS | _SUMS


def identifies(name: str) -> bool:
    """Say whether a column of this name looks like a direct identifier of a person; rather too often than too seldom.

    >>> [identifies(name) for name in ("StudentEmail", "x_last_name", "course_name", "prior_gpa")]
    [True, True, False, False]
    """
    words = words_of(name)
    named = (word for before, word in pairwise(["", *words]) if not (word in _NAMES and before in _THINGS))
    return any(word in _IDENTIFIERS or word.endswith(_ENDINGS) or word.startswith("birth") for word in named)


def words_of(name: str) -> list[str]:
    """Return the words of a column's name, in lower case, without the prefix of extras.

    >>> words_of("x_StudentEmail 2")
    ['student', 'email']
    """
    bare = name.strip()
    bare = bare[len(EXTRA_PREFIX) :] if bare.lower().startswith(EXTRA_PREFIX) else bare
    return re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", bare).lower())


def identifying_header(name: str) -> str | None:
    """Return the kind of identifier that a column of this name holds, or none.

    A column called ``name`` alone may hold names of credentials; ``private_problems`` judges it by its neighbours.

    >>> [identifying_header(name) for name in ("Soc_Sec_No", "DOB", "LNAME", "E-mail", "cell", "course_name", "Zip")]
    ['a social security number', 'a birth date', 'a name', 'an e-mail address', 'a phone number', None, None]
    """
    words = words_of(name.replace("#", " no "))
    if not words:
        return None
    tests = {SSN: _says_ssn, BIRTH_DATE: _says_birth, EMAIL: _says_email, PHONE: _says_phone, NAME: _says_name}
    return next((kind for kind, test in tests.items() if test(words)), None)


def _says_ssn(words: list[str]) -> bool:
    squeezed = "".join(words)
    if any(word.startswith("ssn") or (word.endswith("ssn") and word != "assn") or word == "itin" for word in words):
        return True
    rest = [word for word in words if word not in _NUMBER_WORDS | _WHOSE_WORDS]
    return bool(_SSN_WORDS.search(squeezed)) or rest == ["sin"] or (rest == ["ss"] and len(words) > 1)


def _says_birth(words: list[str]) -> bool:
    squeezed = "".join(words)
    if any(word.endswith("dob") or word in {"bdate", "bday", "yob"} for word in words):
        return True
    if any(place in squeezed for place in ("place", "country", "city", "state", "name", "weight", "order")):
        return False
    born = squeezed in {"born", "bornon", "dateborn", "birth"} or squeezed.endswith("birthdate")
    return born or bool(_BIRTH_WORDS.search(squeezed))


def _says_email(words: list[str]) -> bool:
    return _names_what(_joined(words, "e", "mail"), re.compile(r"e?mails?$|^emails?"), needs="email")


def _says_phone(words: list[str]) -> bool:
    if any(_NO_PHONE.search(word) for word in words):
        return False
    rest = set(words) - (_WHICH_WORDS - {"cell", "mobile"})
    if rest and rest <= {"cell", "mobile", "tel", "fax", "cellular"}:
        return True
    return _names_what(words, re.compile(r"(?:tele)?phones?$|^(?:tele|cell)?phone"), needs="phone")


def _names_what(words: list[str], form: re.Pattern[str], *, needs: str) -> bool:
    """Say whether a word is, or ends or begins with, what is needed, and what follows only says which one it is."""
    for place, word in enumerate(words):
        if needs in word and form.search(word):
            glued = word.partition(needs)[2].removeprefix("s")
            after = [*([glued] if glued else []), *words[place + 1 :]]
            return all(one in _WHICH_WORDS for one in after)
    return False


def _joined(words: list[str], first: str, second: str) -> list[str]:
    text = "_".join(words)
    return re.sub(rf"(?<![^_]){first}_{second}", first + second, text).split("_")


def _says_name(words: list[str]) -> bool:
    squeezed = "".join(words)
    if _OF_A_PERSON.search(squeezed) or _SHORT_NAMES & set(words) or squeezed in {"nombre", "apellido", "apellidos"}:
        return not any(thing in words for thing in _THINGS)
    persons = _PERSONS_NAME.search(squeezed) or _NAME_FIRST.search(squeezed)
    return bool(persons) and squeezed not in {"name", "names", "nm", "displayname", "othername", "formername"}


def says_people(name: str) -> bool:
    """Say whether a column of this name tells that the rows of its file are about people.

    >>> [says_people(name) for name in ("Student GUID", "learner_id", "StudentEmail", "provider_id")]
    [True, True, True, False]
    """
    return bool(_LEARNERS & set(words_of(name))) or identifying_header(name) is not None


def is_learner_id(name: str) -> bool:
    """Say whether a column of this name holds the ids of learners.

    >>> [is_learner_id(name) for name in ("learner_id", "StuNum", "Student GUID", "Student Age", "course_id")]
    [True, True, True, False, False]
    """
    words = words_of(name)
    return bool(_LEARNERS & set(words)) and (len(words) == 1 or words[-1] in _NUMBER_WORDS | {"guid", "identifier"})


def is_number(name: str) -> bool:
    """Say whether a column of this name holds ids, codes or amounts, so that long numbers in it are no phone numbers.

    >>> [is_number(name) for name in ("opeid", "annual_wage", "StuNum", "reached_at")]
    [True, True, True, False]
    """
    words = words_of(name)
    return any(word in _LONG_NUMBERS or word.endswith("id") for word in words) or is_learner_id(name)
