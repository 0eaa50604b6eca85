from loanwright.errors import LoanwrightError, NotFound, Rejected


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
