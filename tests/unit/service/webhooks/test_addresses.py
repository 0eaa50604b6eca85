from ipaddress import ip_network

import pytest

from loanwright.service.webhooks.addresses import Addresses, AddressRefused

PUBLIC = "93.184.216.34"


def addresses(*found, allowed=()):
    return Addresses(allowed=allowed, resolve=lambda _host, _port: found)


def test_a_public_host_is_told_at_the_address_that_was_checked():
    place = addresses(PUBLIC).check("https://bank.example:8443/hooks?a=1")

    assert place.url == f"https://{PUBLIC}:8443/hooks?a=1"
    assert (place.host, place.authority) == ("bank.example", "bank.example:8443")


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_no_address_inside_is_told_whatever_the_name(inside):
    with pytest.raises(AddressRefused, match="public internet"):
        addresses(inside).check("https://innocent.example/")


def test_one_address_inside_among_several_is_enough_to_refuse():
    with pytest.raises(AddressRefused):
        addresses(PUBLIC, "10.0.0.8").check("https://bank.example/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://bank.example/",
        "https://",
        "https:///path",
        "bank.example/hooks",
        "https://user:secret@bank.example/",
        "https://bank.example/#part",
        "https://bank.example:0/",
        "https://bank.example:99999/",
        "https://[::1/",
        "https://bank.example/\r\nHost: inside",
        "https://bänk.example/",
        "https://bank.example/" + "a" * 2_000,
        "gopher://bank.example/",
    ],
)
def test_what_is_no_plain_url_is_refused(url):
    with pytest.raises(AddressRefused):
        addresses(PUBLIC).check(url)


def test_without_encryption_nobody_outside_is_told():
    with pytest.raises(AddressRefused, match="https"):
        addresses(PUBLIC).check("http://bank.example/")


def test_a_host_without_an_address_is_refused():
    with pytest.raises(AddressRefused, match="no address"):
        addresses().check("https://bank.example/")


def test_a_network_that_is_allowed_may_be_told_without_encryption():
    inside = addresses("10.1.2.3", allowed=(ip_network("10.1.2.0/24"),))

    assert inside.check("http://intra.example/hooks").url == "http://10.1.2.3:80/hooks"


def test_an_address_beside_the_network_that_is_allowed_is_refused():
    inside = addresses("10.1.3.3", allowed=(ip_network("10.1.2.0/24"),))

    with pytest.raises(AddressRefused):
        inside.check("http://intra.example/hooks")
