import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import PlainPackage

from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.bootstrap import build
from loanwright.service.kit.clock import SetClock
from loanwright.service.kit.versions import EditedMeanwhile
from loanwright.service.settings import Settings
from loanwright.service.webhooks.addresses import AddressRefused
from loanwright.service.webhooks.schemas import MOST_ATTEMPTS, PAUSES, DeliveryState, WebhookState
from loanwright.service.webhooks.service import (
    DeliveryNotEnded,
    DeliveryNotFound,
    EventsMissing,
    EventUnknown,
    WebhookNotFound,
)
from loanwright.service.webhooks.signing import verify

ADMIN = Actor(id="usr_ADMIN", request_id="req_1")
EDITED = Change(action="applicant.edited", subject="apl_1", person="apl_1", after={"name": "Anna"})
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    return SetClock(NOON)


@pytest.fixture
def service(database_url, tmp_path, clock):
    settings = Settings(
        database_url=database_url,
        var_dir=tmp_path / "var",
        identity_key="k" * 32,
        webhook_networks="127.0.0.0/8",
    )
    service = build(settings, clock=clock, load_package=PlainPackage.load)
    yield service
    service.close()


def change(service, changed=EDITED):
    with service.database.write() as connection:
        service.audit.record(connection, ADMIN, [changed])


def waiting(service):
    with service.database.read() as connection:
        rows = connection.execute(text("SELECT subject FROM outbox WHERE topic = 'webhooks'"))
        return list(rows.scalars())


def only(service):
    (delivery,) = service.webhooks.list_deliveries(None, most=10)
    return delivery


def test_a_change_is_told_with_its_ids_alone_and_signed(service, receiver, clock):
    _, secret = service.webhooks.add(ADMIN, url=receiver.url, events=["applicant.edited"])
    change(service)
    (delivery_id,) = waiting(service)
    assert service.work(delivery_id)

    ((headers, body),) = receiver.heard
    assert json.loads(body) == {
        "id": delivery_id,
        "event": "applicant.edited",
        "at": "2026-11-21T12:00:00.000Z",
        "by": "usr_ADMIN",
        "subject": "apl_1",
        "applicant": "apl_1",
    }
    assert headers["Loanwright-Event"] == "applicant.edited"
    assert headers["Loanwright-Delivery"] == delivery_id
    assert verify(headers["Loanwright-Signature"], body, secret=secret, now=clock.now())
    assert only(service).state is DeliveryState.DELIVERED


def test_nobody_is_told_of_what_they_did_not_ask_for(service, receiver):
    service.webhooks.add(ADMIN, url=receiver.url, events=["account.opened"])
    change(service)

    assert waiting(service) == []


def test_a_star_stands_for_every_event(service, receiver):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*", "account.opened"])
    change(service)

    assert len(waiting(service)) == 1


def test_a_change_that_is_rolled_back_is_told_to_nobody(service, receiver):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    with suppress(RuntimeError), service.database.write() as connection:
        service.audit.record(connection, ADMIN, [EDITED])
        raise RuntimeError

    assert waiting(service) == []


def test_what_is_not_heard_is_sent_again_after_growing_pauses_until_it_is_given_up(
    service, receiver, clock
):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    receiver.answers = [500] * MOST_ATTEMPTS
    change(service)
    (delivery_id,) = waiting(service)
    pauses = []
    for _ in range(MOST_ATTEMPTS):
        service.work(delivery_id)
        service.work(delivery_id)  # at once: it is not yet due
        if only(service).next_at is not None:
            pauses.append(only(service).next_at - clock.now())
            clock.advance(pauses[-1])

    assert len(receiver.heard) == MOST_ATTEMPTS
    assert only(service).state is DeliveryState.DEAD
    assert only(service).answer_status == 500
    for wanted, found in zip(PAUSES, pauses, strict=True):
        assert wanted <= found <= wanted * 1.1


def test_the_workers_are_told_again_when_a_pause_is_over(service, receiver, clock):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    receiver.answers = [503]
    change(service)
    service.work(waiting(service)[0])
    assert service.webhooks.remind() == 0

    clock.advance(timedelta(seconds=6))
    assert service.webhooks.remind() == 1
    assert service.webhooks.remind() == 0  # they know

    assert service.work(waiting(service)[-1])
    assert only(service).state is DeliveryState.DELIVERED


def test_a_delivery_of_a_worker_that_died_is_sent_again(service, receiver, clock):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    change(service)
    with service.database.write() as connection:
        connection.execute(
            text("UPDATE webhook_deliveries SET attempts = 1, next_at = :until"),
            {"until": "2026-11-21T12:00:30.000Z"},
        )
    clock.advance(timedelta(seconds=31))
    assert service.webhooks.remind() == 1
    service.work(waiting(service)[-1])

    assert len(receiver.heard) == 1


def test_one_of_which_nobody_was_told_is_announced_after_a_minute(service, receiver, clock):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    change(service)
    clock.advance(timedelta(seconds=61))

    assert service.webhooks.remind() == 1


def test_the_same_message_delivered_three_times_is_sent_once(service, receiver):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    change(service)
    for _ in range(3):
        service.work(waiting(service)[0])

    assert len(receiver.heard) == 1


def test_a_redirection_is_followed_nowhere(service, receiver):
    service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    receiver.answers = [307]
    change(service)
    service.work(waiting(service)[0])

    assert len(receiver.heard) == 1
    assert (only(service).state, only(service).answer_status) == (DeliveryState.WAITING, 307)


def test_nobody_at_home_is_a_problem_with_a_name(service, receiver):
    service.webhooks.add(ADMIN, url="http://127.0.0.1:9/", events=["*"])
    change(service)
    service.work(waiting(service)[0])

    assert (only(service).problem, only(service).answer_status) == ("ConnectError", None)


def test_a_name_that_has_moved_inside_since_is_not_told(database_url, tmp_path, clock):
    moved = ["93.184.216.34"]
    settings = Settings(database_url=database_url, var_dir=tmp_path, identity_key="k" * 32)
    service = build(settings, clock=clock, load_package=PlainPackage.load)
    object.__setattr__(service.webhooks.addresses, "resolve", lambda _host, _port: moved)
    service.webhooks.add(ADMIN, url="https://bank.example/", events=["*"])
    moved[:] = ["127.0.0.1"]
    change(service)
    service.work(waiting(service)[0])

    assert only(service).problem == "address_refused"
    service.close()


def test_addresses_inside_are_refused_when_they_are_given(database_url, tmp_path):
    settings = Settings(database_url=database_url, var_dir=tmp_path, identity_key="k" * 32)
    service = build(settings, load_package=PlainPackage.load)
    with pytest.raises(AddressRefused):
        service.webhooks.add(ADMIN, url="https://127.0.0.1/", events=["*"])
    assert service.webhooks.list_webhooks() == []
    service.close()


def test_given_up_ones_can_be_sent_anew(service, receiver, clock):
    webhook, _ = service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    change(service)
    with pytest.raises(DeliveryNotEnded):
        service.webhooks.redeliver(ADMIN, webhook.id, only(service).id)
    service.work(waiting(service)[0])
    again = service.webhooks.redeliver(ADMIN, webhook.id, only(service).id)
    assert (again.state, again.attempts) == (DeliveryState.WAITING, 0)
    service.work(again.id)

    assert len(receiver.heard) == 2
    assert receiver.heard[0][1] == receiver.heard[1][1]


def test_for_a_day_after_a_rotation_both_secrets_sign(service, receiver, clock):
    webhook, old = service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    new = service.webhooks.rotate(ADMIN, webhook.id)
    signed = []
    for hours in (0, 25):
        clock.advance(timedelta(hours=hours))
        change(service)
        service.work(waiting(service)[-1])
        headers, body = receiver.heard[-1]
        header, now = headers["Loanwright-Signature"], clock.now()
        signed.append([verify(header, body, secret=one, now=now) for one in (old, new)])

    assert signed == [[True, True], [False, True]]


def test_a_paused_webhook_is_told_nothing_and_a_removed_one_is_not_found(service, receiver):
    webhook, _ = service.webhooks.add(ADMIN, url=receiver.url, events=["account.opened"])
    paused = service.webhooks.edit(
        ADMIN, webhook.id, seen=1, changes={"state": "paused", "events": ["*"]}
    )
    change(service)
    assert (paused.state, paused.version) == (WebhookState.PAUSED, 2)
    assert waiting(service) == []

    service.webhooks.remove(ADMIN, webhook.id)
    with pytest.raises(WebhookNotFound):
        service.webhooks.get(webhook.id)
    assert service.webhooks.list_webhooks() == []


def test_of_two_people_who_edit_the_second_is_told(service, receiver):
    webhook, _ = service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    service.webhooks.edit(ADMIN, webhook.id, seen=1, changes={"events": ["account.opened"]})
    with pytest.raises(EditedMeanwhile):
        service.webhooks.edit(ADMIN, webhook.id, seen=1, changes={"events": ["*"]})

    assert service.webhooks.get(webhook.id).events == {"account.opened"}


def test_no_webhook_is_told_of_webhooks(service, receiver):
    webhook, _ = service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    service.webhooks.rotate(ADMIN, webhook.id)

    assert waiting(service) == []


def test_a_webhook_without_events_is_refused(service, receiver):
    with pytest.raises(EventsMissing):
        service.webhooks.add(ADMIN, url=receiver.url, events=[])


def test_a_webhook_for_an_event_that_nothing_has_is_refused(service, receiver):
    with pytest.raises(EventUnknown, match=r"decision\.maid"):
        service.webhooks.add(ADMIN, url=receiver.url, events=["decision.made", "decision.maid"])


def test_deliveries_are_found_only_under_their_own_webhook(service, receiver):
    first, _ = service.webhooks.add(ADMIN, url=receiver.url, events=["applicant.edited"])
    other, _ = service.webhooks.add(ADMIN, url=receiver.url, events=["account.opened"])
    change(service)
    mine = service.webhooks.page_deliveries(first.id)

    assert [one.event for one in mine.items] == ["applicant.edited"]
    assert service.webhooks.page_deliveries(other.id).items == []
    with pytest.raises(DeliveryNotFound):
        service.webhooks.redeliver(ADMIN, other.id, mine.items[0].id)


def test_the_secret_is_nowhere_in_the_database(service, receiver):
    _, secret = service.webhooks.add(ADMIN, url=receiver.url, events=["*"])
    with service.database.read() as connection:
        rows = connection.execute(text("SELECT * FROM webhooks")).all()

    assert secret not in str(rows)
