from loanwright.cli.figures import tabulate

AUC = {"value": 0.78, "lower": 0.77, "upper": 0.79}


def test_every_figure_has_its_interval_and_the_judged_sample_comes_first():
    report = {"samples": {"development": {"auc": AUC}, "holdout": {"auc": AUC, "rows": 9}}}
    headers, rows = tabulate(report)
    assert headers == ["figure", "holdout", "development"]
    assert rows == [["auc", "0.7800 [0.7700, 0.7900]", "0.7800 [0.7700, 0.7900]"]]


def test_a_figure_that_one_sample_lacks_is_a_dash():
    report = {"samples": {"out_of_time": {"auc": AUC}, "holdout": {}}}
    assert tabulate(report)[1] == [["auc", "0.7800 [0.7700, 0.7900]", "-"]]
