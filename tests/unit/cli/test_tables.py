"""Files become tables, however a spreadsheet has written them."""

import pytest

from loanwright.cli.failures import CommandFailed
from loanwright.cli.tables import find_separator, read_table


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(tmp_path, separator):
    file = tmp_path / "loans.csv"
    file.write_text(f"amount{separator}home{separator}bad\n1{separator}rent{separator}0\n")
    assert find_separator(file) == separator
    assert read_table(file).columns == ["amount", "home", "bad"]


def test_a_european_spreadsheet_is_read(tmp_path, capsys):
    file = tmp_path / "loans.csv"
    file.write_text("amount;rate;day\n1 200,00;3,5;31.01.2020\n900,00;4,25;28.02.2021\n")
    table = read_table(file)
    assert table["amount"].to_list() == [1200.0, 900.0]
    assert table["rate"].to_list() == [3.5, 4.25]
    assert f"{table['day'][0]}" == "2020-01-31"
    assert "rate: decimal commas were read as decimal points" in capsys.readouterr().err


def test_a_file_that_is_no_table_is_a_sentence(tmp_path):
    file = tmp_path / "loans.parquet"
    file.write_text("no parquet")
    with pytest.raises(CommandFailed, match="cannot be read as a table"):
        read_table(file)
