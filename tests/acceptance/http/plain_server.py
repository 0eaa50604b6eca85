"""The real server process, deciding by plain packages: `python -m … VAR_DIR DATABASE_URL PORT`."""

import sys
from pathlib import Path

from tests.integration.service.conftest import CARD, PlainPackage, write_plain

from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.serve import serve
from loanwright.service.settings import Settings


def main(var_dir: Path, database_url: str, port: int) -> None:
    """Serve until a signal says stop; print the address and a token first."""
    settings = Settings(
        var_dir=var_dir, database_url=database_url, port=port, identity_key="0123456789abcdef" * 2
    )
    upgrade_database(settings)
    service = build(settings, load_package=PlainPackage.load)
    if not service.registry.list_live():
        for segment in ("new", "existing"):
            path = write_plain(settings.models_dir, segment)
            model = service.registry.register(path, by="tests")
            service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
        service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    _, token = service.keys.create("tests")
    serve(service, ready=lambda address: print("ready", address, token, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
