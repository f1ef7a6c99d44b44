import csv

import pytest

from onward.data.headings import identifies, identifying_header, is_learner_id, is_number, says_people
from onward.data.tables import BY_NAME

NAMES = (
    "First Name|LNAME|stu_fname|StudentName|full_name|Learner Name|SPRIDEN_LAST_NAME|PERSON.LAST.NAME|surname|Last Nm"
    "|name_last|Name (First)|LAST NAME, FIRST NAME|Preferred Name|maiden_name|CONTACTFIRSTNAME|CONTACTNAME|Advisor Name"
    "|fullName|user name|nickname|x_last_name"
)
NUMBERS = "SSN|Soc_Sec_No|social security|SIN|SIN No|STUSSN|ssn_last4|SS#|SS_NO|SOCIAL_SECURITY_NBR|SPBPERS_SSN|ITIN"
BIRTHS = (
    "DOB|BirthDate|date_of_birth|BIRTHDATE|SPBPERS_BIRTH_DATE|studentDOB|Year of Birth|birthday|Fecha de nacimiento"
)
EMAILS = (
    "Email|e-mail|E_MAIL|e mail|StudentEMail|GOREMAL_EMAIL_ADDRESS|EMAIL_ADDR|Email Address 1|Parent Email|CONTACTEMAIL"
)
PHONES = (
    "cell|phone|telephone|mobile|Cell Phone|Mobile Number|home_phone|SPRTELE_PHONE_NUMBER|CONTACTPHONE|Student Cell|fax"
)
OTHERS = (
    "course name|provider name|campus name|Cohort Term|credential name|nationality|OFFICIALNAME|PROVIDERNAME|STATUSNAME"
    "|NAME|name|program_name|employer name|student program name|CLASSNAME|lesson|Last Term Name|First Generation"
    "|Email Sent Date|emails_opened|email_consent|Cell Biology Grade|fuel cell|mobile app course|has_smartphone"
    "|phone type|phone calls made|soc|social studies grade|assn|birthplace|country of birth|birth order|Zip|student_id"
    "|headphones|Telephone Skills course|partners|contact_count|since|cousin|Single Parent||1"
)
KINDS = {
    "a name": NAMES,
    "a social security number": NUMBERS,
    "a birth date": BIRTHS,
    "an e-mail address": EMAILS,
    "a phone number": PHONES,
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in KINDS[kind].split("|")])
def test_a_heading_gives_away_what_its_column_holds_however_it_is_spelt(kind, name):
    assert [identifying_header(spelt) for spelt in (name, f"  {name} ", f"x_{name}")] == [kind] * 3


@pytest.mark.parametrize("name", OTHERS.split("|"))
def test_what_only_sounds_like_it_is_nobodys(name):
    assert identifying_header(name) is None


def test_no_column_of_ours_is_taken_for_an_identifier():
    assert not [name for table in BY_NAME.values() for name in table.names if identifying_header(name)]


def test_no_heading_of_the_public_files_is_taken_for_an_identifier(shared):
    headings = []
    for path in sorted(shared.glob("*/*.csv")):
        with path.open(encoding="utf-8-sig") as file:
            first = file.readline()
        headings += next(csv.reader([first], delimiter=";" if first.count(";") > first.count(",") else ","))
    assert len(headings) == 548
    assert not [name for name in headings if identifying_header(name)]


def test_what_identifies_in_a_wider_sense_is_known_too():
    wider = "Zip|passport|mailing address|StudentEmail|birth place"
    assert all(identifies(name) for name in wider.split("|"))
    assert not any(identifies(name) for name in ("course_name", "Provider Name", "prior_gpa", "term"))


def test_columns_of_learners_ids_and_of_numbers_are_known():
    assert [is_learner_id(name) for name in ("Student GUID", "STUDENT_ID", "stunum", "student")] == [True] * 2 + [
        False,
        True,
    ]
    assert says_people("Student Age")
    assert not says_people("provider_id")
    assert is_number("Student GUID")
    assert not is_number("contacted at")
