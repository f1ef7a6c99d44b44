from onward.data.dictionary import data_dictionary
from onward.data.tables import BY_NAME


def test_every_column_of_every_table_is_in_the_dictionary():
    text = data_dictionary()
    absent = [
        f"{table.name}.{column.name}"
        for table in BY_NAME.values()
        for column in table.columns
        if f"| {column.name} |" not in text.split(f"### {table.name}\n")[1].split("\n### ")[0]
    ]
    assert absent == []


def test_the_form_of_a_column_and_the_rules_of_a_table_are_in_the_dictionary():
    text = data_dictionary()
    assert text.count("a code of digits alone") == 5
    assert "white, two_or_more, nonresident, unknown, joined by \\|" in text
    assert "ended_on is empty exactly where status is in_progress." in text


def test_a_bar_in_a_meaning_does_not_end_its_cell():
    rows = [line.replace("\\|", "") for line in data_dictionary().splitlines() if line.startswith("| ")]
    assert {row.count("|") for row in rows} == {6}
