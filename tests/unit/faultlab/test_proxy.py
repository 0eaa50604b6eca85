import socket
import threading
import time
from contextlib import contextmanager

import pytest
from faultlab.proxy import Fault, FaultProxy


def echo(listener, seen):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=answer, args=(connection, seen), daemon=True).start()


def answer(connection, seen):
    with connection:
        try:
            while piece := connection.recv(1 << 16):
                connection.sendall(piece)
        except OSError:
            pass
        seen.append("closed")


@pytest.fixture
def seen():
    return []


@pytest.fixture
def proxy(seen):
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=echo, args=(listener, seen), daemon=True).start()
    between = FaultProxy(listener.getsockname()[1])
    yield between
    between.close()
    listener.close()


@contextmanager
def connected(proxy, timeout=0.4):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=timeout) as connection:
        yield connection


def said(connection, text=b"hello"):
    began = time.monotonic()
    connection.sendall(text)
    got = b""
    while len(got) < len(text):
        piece = connection.recv(1 << 16)
        if not piece:
            raise ConnectionResetError
        got += piece
    return time.monotonic() - began


def wait_until(condition, seconds=2):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_without_a_fault_everything_passes(proxy):
    with connected(proxy) as connection:
        said(connection, b"x" * 200_000)


def test_a_delay_holds_what_is_sent(proxy):
    with connected(proxy, 2) as connection:
        said(connection)
        proxy.set(Fault(kind="delay", amount=0.3))
        assert said(connection) >= 0.3


def test_a_throttle_makes_much_take_long(proxy):
    with connected(proxy, 3) as connection:
        proxy.set(Fault(kind="throttle", amount=100_000))
        assert said(connection, b"x" * 20_000) >= 0.2


@pytest.mark.parametrize("kind", ["black hole", "half-open"])
def test_what_is_swallowed_stays_swallowed_and_new_connections_work_after_healing(proxy, kind):
    with connected(proxy) as old:
        said(old)
        proxy.set(Fault(kind=kind))
        with pytest.raises(TimeoutError):
            said(old)
        with connected(proxy) as new, pytest.raises(TimeoutError):
            said(new)
        proxy.heal()
        with connected(proxy) as new:
            said(new)
        with pytest.raises(TimeoutError):
            said(old)


def test_half_open_closes_the_far_end_alone(proxy, seen):
    with connected(proxy) as old:
        said(old)
        proxy.set(Fault(kind="half-open"))
        wait_until(lambda: seen)
        old.settimeout(0.2)
        with pytest.raises(TimeoutError):
            old.recv(1)


def test_a_reset_breaks_what_is_open_and_what_comes(proxy):
    with connected(proxy) as old:
        said(old)
        proxy.set(Fault(kind="reset"))
        with pytest.raises(ConnectionError):
            said(old)
        with pytest.raises(ConnectionError), connected(proxy) as new:
            said(new)
    wait_until(lambda: proxy.open_links == 0)
