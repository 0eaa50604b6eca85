from loanwright.cli.console import progress, show_table


def test_a_piped_table_is_plain_and_aligned(capsys):
    show_table(("name", "value"), [("a", 0.5), ("longer", None)])
    assert capsys.readouterr().out == "name    value\na       0.5000\nlonger  -\n"


def test_piped_progress_says_each_step_once_and_not_on_standard_output(capsys):
    with progress("Training") as advance:
        advance("split", 0.0)
        advance("fit", 0.1)
        advance("fit", 0.6)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "Training: split (0%)\nTraining: fit (10%)\n"
