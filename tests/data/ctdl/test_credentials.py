import pytest


def _row(found, rows):
    (row,) = rows(found, "credentials")
    return row


@pytest.mark.parametrize(
    "name",
    [{"en-US": "Welding"}, {"es": "Soldadura", "en": ["Welding", "W"]}, "Welding", ["Welding"], {"fr": "Welding"}],
)
def test_a_name_may_be_a_text_or_a_map_of_languages_english_first(reads, credential, rows, name):
    assert _row(reads(credential(name=name)), rows)["name"] == "Welding"


@pytest.mark.parametrize(
    ("kind", "becomes", "level"),
    [
        ("ceterms:DigitalBadge", "Badge", "21"),
        ("https://purl.org/ctdl/terms/MicroCredential", "MicroCredential", "21"),
        ("AssociateOfAppliedScienceDegree", "AssociateDegree", "3"),
        ("ceterms:BachelorDegree", "BachelorDegree", "5"),
        ("ceterms:MasterDegree", "MasterDegree", "7"),
        ("ceterms:SpecialistDegree", "MasterDegree", "8"),
        ("ceterms:ResearchDoctorate", "DoctoralDegree", "17"),
        ("ceterms:ProfessionalDoctorate", "DoctoralDegree", "18"),
        ("ceterms:DoctoralDegree", "DoctoralDegree", "19"),
        ("ceterms:JourneymanCertificate", "ApprenticeshipCertificate", "21"),
        ("ceterms:AcademicCertificate", "Certificate", "21"),
        (["ceterms:Credential", "ceterms:License"], "License", "21"),
    ],
)
def test_a_class_becomes_the_nearest_kind_and_a_degree_tells_its_level(reads, credential, rows, kind, becomes, level):
    row = _row(reads(credential(**{"@type": kind})), rows)
    assert (row["kind"], row["award_level"]) == (becomes, level)


@pytest.mark.parametrize(
    ("duration", "level"), [("P11W", "20"), ("P12W", "21"), ("P51W", "21"), ("P1Y", "2"), ("P2Y", "4"), ("P6Y", "4")]
)
def test_a_certificate_has_the_level_of_its_length_and_a_note_says_so(reads, credential, rows, duration, level):
    found = reads(credential(estimatedDuration=duration))
    assert _row(found, rows)["award_level"] == level
    assert any("award level told from its length" in note for note in found.notes)


def test_a_level_that_is_stated_as_a_code_stands_over_length_and_kind(reads, credential, rows):
    stated = {"frameworkName": "IPEDS Award Level", "codedNotation": "8"}
    found = reads(credential(atLevel=[stated]))
    assert _row(found, rows)["award_level"] == "8"
    assert not any("award level" in note for note in found.notes)


def test_a_certificate_for_graduates_is_post_baccalaureate(reads, credential, rows):
    assert _row(reads(credential(audienceLevelType="audLevel:GraduateLevel")), rows)["award_level"] == "6"


@pytest.mark.parametrize(
    ("stated", "cip"),
    [
        ("51.3801", "513801"),
        ([{"codedNotation": "49-0205"}], "490205"),
        ({"@id": "https://nces.ed.gov/ipeds/cipcode/cipdetail.aspx?y=56&cip=51.3801"}, "513801"),
        ([{"targetNodeName": "Welding"}, "4805", "480508"], "4805"),
    ],
)
def test_a_cip_code_may_be_written_in_any_form(reads, credential, rows, stated, cip):
    assert _row(reads(credential(instructionalProgramType=stated)), rows)["cip"] == cip


def test_the_first_of_several_codes_stands_and_a_note_says_so(reads, credential, rows):
    found = reads(credential(instructionalProgramType=["51.3801", "51.3901"], occupationType=["29-1141.00", "29-2061"]))
    assert (_row(found, rows)["cip"], _row(found, rows)["soc"]) == ("513801", "291141")
    assert sum("of which the first stands" in note for note in found.notes) == 2


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"instructionalProgramType": None}, "for want of a CIP code"),
        ({"estimatedDuration": None}, "for want of a duration"),
        ({"name": None}, "for want of a name"),
        ({"ctid": None, "@id": None}, "for want of a CTID"),
        ({"@type": "ceterms:Credential"}, "its class does not say"),
        ({"@type": "ceterms:SecondarySchoolDiploma"}, "no adult is advised"),
        ({"@type": "ceterms:QualityAssuranceCredential"}, "no adult is advised"),
        ({"credentialStatusType": {"targetNode": "credentialStat:Superseded"}}, "its status is superseded"),
        ({"lifeCycleStatusType": "lifeCycle:Ceased"}, "its status is ceased"),
    ],
)
def test_what_cannot_be_used_is_left_out_and_counted_with_the_reason(reads, credential, rows, missing, said):
    found = reads(credential(**missing))
    assert rows(found, "credentials") == []
    assert not found.problems
    assert [note for note in found.notes if said in note and ": 1" in note]


def test_what_another_file_completes_is_kept_with_what_it_lacks_empty(reads, credential, rows, ctid):
    found = reads(credential(instructionalProgramType=None), known={ctid(1)})
    assert _row(found, rows)["cip"] == ""
    assert any("lacking what only your own file can tell: 1" in note for note in found.notes)


@pytest.mark.parametrize(
    "form", ["urn:ctid:00000000-0000-4000-8000-000000000001", "CE-00000000-0000-4000-8000-000000000001"]
)
def test_a_ctid_in_any_form_is_lower_case_with_its_prefix(reads, credential, rows, form, ctid):
    assert _row(reads(credential(ctid=form)), rows)["credential_id"] == ctid(1)


def test_without_a_ctid_the_address_stands_and_a_note_says_so(reads, credential, rows):
    found = reads(credential(ctid=None, **{"@id": "https://college.example/welding"}))
    assert _row(found, rows)["credential_id"] == "https://college.example/welding"
    assert any("without a CTID" in note for note in found.notes)


@pytest.mark.parametrize(
    ("value", "credits_", "hours"),
    [
        ({"value": 120, "description": {"en": "Semester Hours"}}, "120", ""),
        ([{"schema:value": "90", "creditUnitType": [{"targetNode": "creditUnit:QuarterHour"}]}], "60", ""),
        ({"value": 600, "creditUnitType": "creditUnit:ClockHour"}, "", "600"),
        ({"value": 12, "creditUnitType": "creditUnit:ContactHour"}, "", "12"),
        ({"value": 3, "creditUnitType": "creditUnit:ContinuingEducationUnit"}, "", "30"),
        ({"minValue": 30, "maxValue": 33, "creditUnitType": "creditUnit:DegreeCredit"}, "33", ""),
    ],
)
def test_credits_and_clock_hours_come_from_what_is_required_in_their_unit(
    reads, credential, rows, value, credits_, hours
):
    row = _row(reads(credential(requires=[{"ceterms:creditValue": value}])), rows)
    assert (row["credits"], row["clock_hours"]) == (credits_, hours)


def test_older_credit_hours_are_read_and_a_recommendation_is_not_what_it_takes(reads, credential, rows):
    asked = {"creditHourValue": 30, "creditHourType": {"en": "Semester Hours"}}
    advised = {"name": "College Credit Recommendation", "creditHourValue": 45, "creditHourType": "Semester Hours"}
    assert _row(reads(credential(requires=[asked, advised])), rows)["credits"] == "30"


def test_without_a_duration_weeks_come_from_work_at_a_stated_pace(reads, credential, rows):
    hours = {"creditValue": {"value": 600, "creditUnitType": "creditUnit:ClockHour"}}
    found = reads(credential(estimatedDuration=None, requires=hours))
    assert (_row(found, rows)["weeks"], _row(found, rows)["award_level"]) == ("25", "21")
    assert any("clock hours at 24 a week: 1" in note for note in found.notes)
    credit = {"creditValue": {"value": 60, "creditUnitType": "creditUnit:SemesterHour"}}
    assert _row(reads(credential(estimatedDuration=None, requires=credit)), rows)["weeks"] == "104"


def test_an_amount_in_no_known_unit_is_left_out_with_a_note(reads, credential, rows):
    found = reads(credential(requires={"creditValue": {"value": 7, "creditUnitType": "creditUnit:Unknown"}}))
    assert _row(found, rows)["credits"] == ""
    assert any("in a unit that is not stated" in note for note in found.notes)


def test_figures_beyond_what_can_be_are_left_empty_with_a_note(reads, credential, rows):
    found = reads(credential(estimatedCost={"price": 9e12}, creditValue={"value": 1e9, "name": "credits"}))
    assert (_row(found, rows)["net_price"], _row(found, rows)["credits"]) == ("", "")
    assert sum("beyond what can be" in note for note in found.notes) == 2


def test_whoever_offers_it_is_the_provider_with_its_public_id(reads, credential, rows):
    college = {"@id": "_:b1", "@type": "ceterms:CredentialOrganization", "ceterms:name": "River College"}
    owner = {"@type": "ceterms:CredentialOrganization", "ceterms:name": "Board"}
    node = credential(offeredBy=["_:b1"], ownedBy=[owner])
    row = _row(reads([node, {**college, "ceterms:ipedsID": "123456"}]), rows)
    assert (row["provider"], row["provider_id"]) == ("River College", "123456")
    row = _row(reads([node, {**college, "ceterms:opeID": "00123400"}]), rows)
    assert row["provider_id"] == "001234"


def test_a_provider_that_is_in_no_file_is_empty(reads, credential, rows):
    assert _row(reads(credential(ownedBy=["https://registry.example/resources/ce-x"])), rows)["provider"] == ""


def test_a_provider_may_be_named_in_its_place(reads, credential, rows):
    assert _row(reads(credential(ownedBy="River College")), rows)["provider"] == "River College"


def test_a_class_that_a_publisher_defined_does_not_say_what_it_is(reads, credential):
    address = "https://registry.example/resources/ce-00000000-0000-4000-8000-000000000088"
    found = reads(credential(**{"@type": "ceterms:Credential"}, credentialType=address))
    assert any("its class does not say" in note for note in found.notes)


def test_blank_nodes_of_two_files_are_two_things(reads, credential, rows):
    def file(number, name):
        return [credential(number, offeredBy="_:b1"), {"@id": "_:b1", "@type": "Organization", "name": name}]

    found = reads(file(1, "East College"), file(2, "West College"))
    assert [row["provider"] for row in rows(found, "credentials")] == ["East College", "West College"]


@pytest.mark.parametrize(
    ("stated", "modality"),
    [
        ("deliveryType:InPerson", "in_person"),
        ([{"targetNode": "https://purl.org/ctdl/terms/OnlineOnly"}], "online"),
        ([{"targetNodeName": {"en-US": "Blended Delivery"}}], "hybrid"),
        (["InPerson", "OnlineOnly"], ""),
        ("deliveryType:VariableSite", ""),
    ],
)
def test_a_way_of_teaching_is_read_and_two_to_choose_from_are_left_empty(reads, credential, rows, stated, modality):
    assert _row(reads(credential(learningDeliveryType=stated)), rows)["modality"] == modality


@pytest.mark.parametrize(
    ("stated", "schedule"),
    [("scheduleTiming:Evening", "evening"), (["Daytime", "Weekdays"], "day"), (["Evening", "Weekends"], "any")],
)
def test_a_time_of_teaching_is_read_and_several_are_any(reads, credential, rows, stated, schedule):
    assert _row(reads(credential(scheduleTimingType=stated)), rows)["schedule"] == schedule


def test_the_rest_of_an_offering_is_read(reads, credential, rows):
    found = reads(
        credential(
            isNonCredit=True,
            learningMethodType=[{"targetNode": "learnMethod:WorkBased"}],
            availableAt=[{"@type": "ceterms:Place", "addressLocality": {"en-US": "South Bend"}}],
            financialAssistance=[{"name": "Federal Pell Grant"}, {"name": "Eligible for WIOA"}, {"name": "Loans"}],
        )
    )
    row = _row(found, rows)
    assert (row["noncredit"], row["work_based"], row["campus"]) == ("true", "true", "South Bend")
    assert row["funding"] == "pell|wioa"
    assert any("none of the kinds of funding" in note for note in found.notes)


def test_what_a_licence_asks_besides_is_told_and_a_placeholder_is_not(reads, credential, rows):
    asked = [
        {"description": "Background check", "condition": ["Pass the board's examination", "Be 18"]},
        {"description": "*** Condition PROFILE DESCRIPTION MISSING ***"},
        {"creditValue": {"value": 30, "description": "credits"}, "description": "Thirty credits"},
    ]
    row = _row(reads(credential(**{"@type": "ceterms:License"}, requires=asked)), rows)
    assert row["licence_conditions"] == "Pass the board's examination; Be 18"
    assert _row(reads(credential(requires=asked)), rows)["licence_conditions"] == ""


def test_the_one_program_that_is_required_tells_what_the_credential_does_not(reads, credential, rows):
    program = {
        "@type": "ceterms:LearningProgram",
        "@id": "https://college.example/program",
        "ceterms:estimatedDuration": "P16W",
        "ceterms:deliveryType": "deliveryType:OnlineOnly",
        "ceterms:instructionalProgramType": "51.3902",
    }
    requires = {"targetLearningOpportunity": ["https://college.example/program"]}
    found = reads([credential(estimatedDuration=None, requires=requires), program])
    row = _row(found, rows)
    assert (row["weeks"], row["modality"], row["cip"]) == ("16", "online", "480508")
    assert any("told in part by the one program" in note for note in found.notes)
