import copy

from loanwright.errors import LoanwrightError, NotFound, Rejected
from loanwright.features.errors import ColumnsRefused


class NotAForm(Rejected):
    """Only forms are accepted here."""


class AccountUnknown(NotFound):
    """There is no account {account}."""


def test_a_code_is_the_class_name_in_snake_case_even_around_one_letter_words():
    assert [NotAForm().code, AccountUnknown(account=7).code] == ["not_a_form", "account_unknown"]


def test_the_docstring_is_the_message_and_the_facts_are_attributes():
    error = AccountUnknown(account=7)
    assert (str(error), error.account) == ("There is no account 7.", 7)


def test_a_fact_that_was_not_given_is_no_attribute():
    assert not hasattr(LoanwrightError(), "account")


def test_a_copy_of_an_error_has_its_message_and_its_facts():
    error = AccountUnknown(account=7)
    twin = copy.copy(error)
    assert (type(twin), str(twin), twin.account) == (AccountUnknown, str(error), 7)


def test_an_error_that_makes_its_own_facts_can_be_copied():
    error = ColumnsRefused(("one", "two"))
    assert (str(copy.copy(error)), copy.copy(error).problems) == (str(error), ("one", "two"))
