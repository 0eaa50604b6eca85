from datetime import UTC, datetime, timedelta

import pytest

from loanwright.service.webhooks.signing import new_secret, sign, verify

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BODY = b'{"event":"decision.made"}'


def test_a_signature_known_by_hand():
    # printf '1767225600.{}' | openssl dgst -sha256 -hmac whs_example
    signed = sign(b"{}", shared=["whs_example"], at=datetime(2026, 1, 1, tzinfo=UTC))

    assert signed == (
        "t=1767225600,v1=7541b3590483427fee9d2074a7d242c42357312681ea9639351abf2afa03e5cc"
    )


def test_a_receiver_with_either_secret_knows_the_message():
    old, new = new_secret(), new_secret()
    header = sign(BODY, shared=[new, old], at=NOW)

    assert verify(header, BODY, secret=old, now=NOW)
    assert verify(header, BODY, secret=new, now=NOW)
    assert not verify(header, BODY, secret=new_secret(), now=NOW)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_an_old_message_sent_again_is_known_as_old(seconds):
    header = sign(BODY, shared=["whs_a"], at=NOW)

    assert not verify(header, BODY, secret="whs_a", now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=abc", "t=x,v1=abc", "t=1,t=2,v1=a", "t=" + "9" * 40, "t=1,v1=ü"]
)
def test_a_broken_header_is_refused_and_breaks_nothing(header):
    assert not verify(header, BODY, secret="whs_a", now=NOW)
