from loanwright.cli.figures import list_figures


def test_every_figure_with_an_interval_is_found_under_its_sample():
    report = {
        "samples": {"holdout": {"auc": {"value": 0.78, "lower": 0.77, "upper": 0.79}, "rows": 9}},
        "title": "x",
    }
    assert list_figures(report) == [("samples holdout", "auc", 0.78, "0.7700 to 0.7900")]
