import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanwright.service.kit.problem import PathUnknown
from loanwright.service.web.public.links import ResultLinks

LINKS = ResultLinks(b"k" * 32)
NUMBER = "app_01JD6Z8Q3K0000000000000000"


def test_a_token_leads_back_to_its_application():
    assert LINKS.read(LINKS.write(NUMBER)) == NUMBER


def test_the_reference_number_alone_does_not_give_the_address():
    token = LINKS.write(NUMBER)
    assert len(token.removeprefix(NUMBER)) == 25
    assert ResultLinks(b"K" * 32).write(NUMBER) != token


@given(st.text(max_size=60))
def test_a_guess_leads_nowhere(guess):
    for token in (guess, f"{NUMBER}.{guess}", f"{NUMBER}{guess}"):
        with pytest.raises(PathUnknown):
            LINKS.read(token)
