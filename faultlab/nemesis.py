"""What goes wrong, one thing after the other, in an order drawn by a seed."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from faultlab.laboratory import Laboratory, Part
from faultlab.proxy import Fault, FaultProxy


@dataclass(frozen=True, kw_only=True)
class Misfortune:
    """Something that goes wrong, and how it is put right again."""

    name: str
    begin: Callable[[], int]
    end: Callable[[], object]
    seconds: float


@dataclass(kw_only=True)
class Endured:
    """What a misfortune did: how many processes died, and how long it took to be well again."""

    name: str
    killed: int
    healthy_after: float
    began: float = field(default=0.0)


def list_misfortunes(lab: Laboratory, *, short: bool, rng: random.Random) -> list[Misfortune]:
    """Return what is to happen, in the order drawn."""
    hold = 2.0 if short else 4.0
    found = [_killed_part(rng.choice(lab.apis)), _killed_part(rng.choice(lab.workers))]
    found += [
        Misfortune(
            name="PostgreSQL killed",
            begin=lab.postgresql.kill,
            end=lab.postgresql.start,
            seconds=hold,
        ),
        Misfortune(
            name="RabbitMQ killed", begin=lab.rabbitmq.kill, end=lab.rabbitmq.start, seconds=hold
        ),
        _spoilt("database", lab.to_postgresql, Fault(kind="black hole"), hold + 2),
    ]
    if not short:
        found += [_killed_part(part) for part in lab.parts]
        found += [
            _spoilt("database", lab.to_postgresql, fault, hold + 2)
            for fault in (
                Fault(kind="delay", amount=0.5),
                Fault(kind="delay", amount=2.0),
                Fault(kind="half-open"),
                Fault(kind="reset"),
                Fault(kind="throttle", amount=20_000),
            )
        ]
        found += [
            _spoilt("broker", lab.to_rabbitmq, fault, hold + 4)
            for fault in (
                Fault(kind="black hole"),
                Fault(kind="half-open"),
                Fault(kind="reset"),
                Fault(kind="delay", amount=0.5),
            )
        ]
    rng.shuffle(found)
    return found


def endure(
    lab: Laboratory,
    misfortunes: Sequence[Misfortune],
    *,
    between: float,
    say: Callable[[str], object],
) -> list[Endured]:
    """Let everything happen, one after the other; wait after each until all is well."""
    endured = []
    for one in misfortunes:
        time.sleep(between)
        began = time.time()
        killed = one.begin()
        time.sleep(one.seconds)
        one.end()
        after = lab.wait_until_well()
        endured.append(
            Endured(name=one.name, killed=killed, healthy_after=round(after, 2), began=began)
        )
        say(f"  {one.name:<32} killed {killed:>2}, all well after {after:.1f} s")
    return endured


def _killed_part(part: Part) -> Misfortune:
    def begin() -> int:
        part.kill()
        return 1

    def end() -> None:
        part.start()
        part.wait_until_ready()

    return Misfortune(name=f"{part.name} killed", begin=begin, end=end, seconds=0.0)


def _spoilt(what: str, proxy: FaultProxy, fault: Fault, seconds: float) -> Misfortune:
    def begin() -> int:
        proxy.set(fault)
        return 0

    return Misfortune(name=f"{what}: {fault}", begin=begin, end=proxy.heal, seconds=seconds)
