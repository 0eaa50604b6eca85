from loanwright.cli.jobs import _in_words
from loanwright.errors import LoanwrightError
from loanwright.features.errors import ProductUnknown
from loanwright.service.kit.problem import problem_of


def told(error: LoanwrightError) -> str:
    return problem_of(error).body("job_1").decode()


def test_the_problem_of_a_job_is_told_in_words():
    problem = told(ProductUnknown(product="card", known="loan"))
    assert _in_words(problem).startswith("product_unknown: There is no bundled product card")


def test_a_job_without_a_problem_says_nothing():
    assert _in_words(None) == ""
