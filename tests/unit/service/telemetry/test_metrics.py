import re
import timeit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from loanwright.service.telemetry.metrics import Metrics

MOST_MICROSECONDS = 20.0


def read(metrics):
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def test_an_answer_is_counted_by_method_route_and_status():
    metrics = Metrics()
    metrics.answered("GET", "/v1/decisions", 200, 0.004)
    metrics.answered("GET", "/v1/decisions", 200, 0.2)
    metrics.answered("GET", "/v1/decisions", 503, 9.0)
    told = read(metrics)
    assert told["loanwright_requests_total", "/v1/decisions", "200", "GET"] == 2
    assert told["loanwright_requests_total", "/v1/decisions", "503", "GET"] == 1
    assert told["loanwright_request_seconds_count", "/v1/decisions"] == 3
    assert told["loanwright_request_seconds_bucket", "/v1/decisions", "0.25"] == 2
    assert told["loanwright_request_seconds_sum", "/v1/decisions"] == pytest.approx(9.204)


def test_methods_that_somebody_invents_share_one_label():
    metrics = Metrics()
    for number in range(100):
        metrics.answered(f"INVENTED{number}", "unmatched", 405, 0.001)
    told = read(metrics)
    assert told["loanwright_requests_total", "405", "other", "unmatched"] == 100
    assert "INVENTED" not in metrics.render().decode()


def test_decisions_are_counted_by_product_segment_and_outcome():
    metrics = Metrics()
    metrics.decided([("card", "new", "approve"), ("card", "new", "approve")])
    assert read(metrics)["loanwright_decisions_total", "approve", "card", "new"] == 2


def test_the_load_is_asked_for_when_somebody_reads_it():
    metrics, waiting = Metrics(), []
    metrics.watch_load(lambda: len(waiting))
    assert read(metrics)["loanwright_gatherer_load",] == 0
    waiting.append("one")
    assert read(metrics)["loanwright_gatherer_load",] == 1


def test_a_message_of_a_fast_clock_has_waited_for_no_time():
    metrics = Metrics()
    metrics.relayed([-3.0, 2.0])
    told = read(metrics)
    assert told["loanwright_relay_lag_seconds_sum",] == 2.0
    assert told["loanwright_relay_messages_total",] == 2


def test_two_services_in_one_process_count_apart():
    one, other = Metrics(), Metrics()
    one.gathered(3)
    assert read(one)["loanwright_gatherer_batch_size_count",] == 1
    assert read(other)["loanwright_gatherer_batch_size_count",] == 0


def test_the_build_is_told():
    assert re.search(r'loanwright_build_info\{.*version="\d', Metrics().render().decode())


def test_counting_an_answer_costs_microseconds():
    metrics = Metrics()
    count = 5_000

    def answer():
        metrics.answered("POST", "/v1/applications", 201, 0.004)

    seconds = min(timeit.repeat(answer, number=count, repeat=5)) / count
    assert seconds * 1e6 < MOST_MICROSECONDS
