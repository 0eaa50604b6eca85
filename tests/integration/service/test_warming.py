"""What decides is open before anybody is told that the service is ready."""

import gc
import os
import signal
import sys

import pytest
from tests.integration.http.conftest import Events, rows
from tests.integration.service.conftest import PlainPackage, application

from loanwright.service.bootstrap import build
from loanwright.service.serve import serve
from loanwright.service.settings import Settings


class Loader:
    """Opens packages, and counts them."""

    def __init__(self):
        self.opened = 0

    def __call__(self, path):
        self.opened += 1
        return PlainPackage.load(path)


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def started(service, loader):
    """Return the service as the process started after this one has it."""
    settings = service.settings.model_copy(update={"port": 0, "stop_delay": 0})
    started = build(settings, load_package=loader)
    yield started
    started.close()


@pytest.fixture
def process_as_it_was():
    seconds = sys.getswitchinterval()
    yield
    sys.setswitchinterval(seconds)
    gc.unfreeze()


def test_the_first_application_opens_no_package(started, loader):
    started.warm_up()
    assert loader.opened == 2
    started.origination.submit(application())
    assert loader.opened == 2


def test_warming_up_writes_nothing(started, database):
    before = rows(database)
    started.warm_up()
    assert rows(database) == before


def test_the_champions_are_open_once_the_server_says_ready(started, loader, process_as_it_was):
    opened = []

    def ready(_address):
        opened.append(loader.opened)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        serve(started, ready=ready, log=Events())
    assert opened == [2]


def test_a_service_whose_database_is_away_starts_all_the_same(tmp_path):
    away = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    service = build(Settings(var_dir=tmp_path, database_url=away, database_timeout=1))
    service.warm_up()
    assert list(service.check_ready()) == ["database"]
    service.close()
