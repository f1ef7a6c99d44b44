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


def test_a_bar_in_a_meaning_does_not_end_its_cell():
    rows = [line.replace("\\|", "") for line in data_dictionary().splitlines() if line.startswith("| ")]
    assert {row.count("|") for row in rows} == {6}
