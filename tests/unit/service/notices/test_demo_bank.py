from loanwright.lending.reading import bundled_lenders, bundled_names
from loanwright.service.notices.lender import read_issuers


def test_the_demo_says_of_every_lender_what_papers_of_each_law_ask_for():
    issuers = read_issuers(bundled_names())
    lenders = {file.parent.name for file in bundled_lenders().glob("*/lender.toml")}
    assert set(issuers.others) == lenders
    for one in (issuers.own, *issuers.others.values()):
        assert all((one.contact, one.address, one.authority)), one.name
