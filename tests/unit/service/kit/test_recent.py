from loanwright.service.kit.recent import Recent


def test_a_value_is_read_again_only_when_it_is_old():
    now, reads = [0.0], []
    recent = Recent(lambda: reads.append(now[0]) or len(reads), seconds=1.0, tick=lambda: now[0])

    assert [recent.get(), recent.get()] == [1, 1]
    now[0] = 0.99
    assert recent.get() == 1
    now[0] = 1.0
    assert recent.get() == 2


def test_forgetting_makes_the_next_call_read():
    reads = []
    recent = Recent(lambda: reads.append(1) or len(reads), seconds=60.0)
    recent.get()
    recent.forget()

    assert recent.get() == 2
