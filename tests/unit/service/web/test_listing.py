from starlette.requests import Request

from loanwright.service.web.listing import Listing


def read(query: str) -> Listing:
    scope = {"type": "http", "path": "/reviews", "query_string": query.encode(), "headers": []}
    return Listing.read(Request(scope), sorts=("due", "amount"), filters=("kind",), sort="-due")


def test_what_the_list_does_not_know_is_left_out():
    listing = read("kind=objection&colour=red&sort=shape")
    assert (listing.sort, dict(listing.filters)) == ("-due", {"kind": "objection"})


def test_sorting_by_the_same_heading_turns_the_list_around():
    assert read("sort=amount").sort_address("amount") == "/reviews?sort=-amount"
    assert read("sort=-amount").sort_address("amount") == "/reviews?sort=amount"


def test_sorting_anew_begins_at_the_first_page():
    assert "cursor" not in read("cursor=c9").sort_address("amount")


def test_the_next_page_keeps_filters_and_sorting():
    listing = read("kind=a%26b&sort=amount").reaching("c7")
    assert listing.next_address == "/reviews?kind=a%26b&sort=amount&cursor=c7"
    assert read("").next_address is None


def test_a_screen_reader_hears_how_it_is_sorted():
    listing = read("sort=-amount")
    assert (listing.sorted_by("amount"), listing.sorted_by("due")) == ("descending", "none")
