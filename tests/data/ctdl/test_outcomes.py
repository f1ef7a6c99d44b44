import pytest


def _value(found, rows):
    (row,) = rows(found, "values")
    return row


def _profile(median, months=None, **more):
    node = {"@type": "ceterms:AggregateDataProfile", "ceterms:medianEarnings": median, "ceterms:currency": "USD"}
    node |= {} if months is None else {"ceterms:postReceiptMonths": months}
    return node | {f"ceterms:{name}": value for name, value in more.items()}


def test_the_horizon_nearest_to_four_years_stands_and_the_others_are_counted(reads, credential, rows):
    profiles = [_profile(40_000), _profile(44_000, 12), _profile(49_000, 60), _profile(47_000, 36)]
    found = reads(credential(aggregateData=profiles))
    row = _value(found, rows)
    assert (row["median_earnings"], row["horizon_years"], row["basis"]) == ("47000", "3", "published")
    assert any("earnings at other horizons" in note for note in found.notes)


def test_all_that_a_profile_states_is_read(reads, credential, rows):
    profile = _profile(
        47_000,
        48,
        lowEarnings=40_000,
        highEarnings=52_000,
        numberAwarded=31,
        dateEffective="2024-05-01",
        source="https://x.org/d",
    )
    row = _value(reads(credential(aggregateData=profile)), rows)
    assert (row["low"], row["high"], row["n"], row["year"]) == ("40000", "52000", "31", "2024")
    assert row["source"] == "https://x.org/d"
    assert "benchmark_earnings" not in row


def test_without_a_source_it_is_the_provider_s(reads, credential, rows):
    college = {"@type": "ceterms:CredentialOrganization", "name": "River College"}
    assert (
        _value(reads(credential(aggregateData=_profile(47_000), offeredBy=college)), rows)["source"]
        == "River College, CTDL"
    )
    found = reads(credential(aggregateData=_profile(47_000)))
    assert (_value(found, rows)["source"], _value(found, rows)["horizon_years"]) == ("CTDL", "")
    assert any("so many years on as is not stated" in note for note in found.notes)


def test_an_earnings_profile_is_read_by_reference(reads, credential, rows):
    profile = {"@type": "ceterms:EarningsProfile", "@id": "https://x.org/e", "ceterms:medianEarnings": 39_000}
    assert _value(reads([credential(earnings=["https://x.org/e"]), profile]), rows)["median_earnings"] == "39000"


def _data_set(**profile):
    attributes = {f"qdata:{name}": value for name, value in profile.items()}
    frame = {"qdata:dataAttributes": [attributes], "ceterms:endDate": "2023-06-30"}
    return {
        "@type": "qdata:DataSetProfile",
        "@id": "https://x.org/d",
        "qdata:dataSetTimePeriod": [frame],
        "name": "Wages",
    }


_SPREAD = {"qdata:median": 52_000, "qdata:percentile25": 36_000, "qdata:percentile75": 58_000, "schema:currency": "USD"}


def test_a_data_set_is_read_from_the_profile_that_names_it(reads, credential, rows):
    data = _data_set(earningsDistribution=[_SPREAD], holdersInSet=[{"schema:value": 344}])
    profile = {"ceterms:postReceiptMonths": 48, "qdata:relevantDataSet": ["https://x.org/d"]}
    row = _value(reads([credential(aggregateData=[profile]), data]), rows)
    assert (row["median_earnings"], row["low"], row["high"], row["n"]) == ("52000", "36000", "58000", "344")
    assert (row["horizon_years"], row["year"], row["source"]) == ("4", "2023", "Wages")


def test_a_data_set_may_name_the_credential_instead(reads, credential, rows, ctid):
    data = _data_set(earningsDistribution=_SPREAD) | {"schema:about": [f"https://x.org/resources/{ctid(1)}"]}
    assert _value(reads([credential(), data]), rows)["median_earnings"] == "52000"


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (
            {"earningsAmount": [{"schema:value": 41_000, "schema:description": "Average Wage"}]},
            "not said to be a median",
        ),
        ({"earningsDistribution": [{**_SPREAD, "schema:currency": "EUR"}]}, "another currency"),
        (
            {"earningsAmount": [{"schema:value": 19.35, "schema:description": "Median wage"}]},
            "cannot be dollars a year",
        ),
    ],
)
def test_a_figure_that_is_no_yearly_median_in_dollars_is_left_out_and_counted(
    reads, credential, rows, ctid, profile, said
):
    found = reads([credential(), _data_set(**profile) | {"qdata:relevantDataSetFor": ctid(1)}])
    assert rows(found, "values") == []
    assert any(said in note for note in found.notes)


def test_an_amount_that_is_said_to_be_a_median_is_one(reads, credential, rows, ctid):
    amount = {"schema:value": 41_000, "schema:description": {"en": "Median annual wage"}}
    found = reads([credential(), _data_set(earningsAmount=amount) | {"qdata:relevantDataSetFor": ctid(1)}])
    assert _value(found, rows)["median_earnings"] == "41000"


def test_jobs_obtained_are_only_counted(reads, credential, rows):
    found = reads(credential(aggregateData={"ceterms:jobsObtained": [{"qdata:percentage": 88.0}]}))
    assert rows(found, "values") == []
    assert any("jobs obtained" in note for note in found.notes)
