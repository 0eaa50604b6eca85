"""The reference of the HTTP interface, written from the code."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterator

import loanwright
from loanwright.errors import Conflict, Forbidden, LoanwrightError, NotFound, Rejected, Unavailable
from loanwright.features.product import bundled_product, bundled_products
from loanwright.service.asgi import describe
from loanwright.service.kit.problem import status_of, title_of

CATEGORIES = {LoanwrightError, NotFound, Conflict, Forbidden, Rejected, Unavailable}
# Commands and training have errors of their own, which no answer carries.
ANSWERED = ("loanwright.service", "loanwright.features.errors", "loanwright.packaging")
ERRORS_HEAD = """\
# Errors

This page is made by `make docs`; the tests compare it with the code.

Every error is answered as a problem document (RFC 9457, `application/problem+json`):

```json
{"type": "urn:loanwright:problem:record_rejected", "title": "Record rejected", "status": 422,
 "detail": "…", "code": "record_rejected", "request_id": "req_…",
 "errors": [{"field": "features.limit", "code": "out_of_range", "message": "…"}]}
```

`code` is stable; `detail` is for people and may change. `errors` is there when fields are to blame.
`request_id` is also the header `X-Request-ID`, and stands in the log.

One rule for the status: what was sent and is not acceptable, malformed or out of range, is 422 (400
is never used); 401 without a valid key, 403 without the scope, 404 what is not there, 409 what
contradicts what is recorded, 408, 413 and 415 for the body, 429 and 503 with `Retry-After`. The
`detail` of a 503 leaves out what concerns our machines; the log has it.

| Code | Status | Meaning |
|---|---|---|
"""


def write_openapi() -> str:
    """Return the description of the API for the bundled products."""
    products = [bundled_product(name) for name in bundled_products()]
    description = describe(products).openapi()
    # The version is in the package; here it would make every release a change of the interface.
    description["info"]["version"] = "1"
    return json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def write_errors() -> str:
    """Return the page of all errors that an answer may carry."""
    rows = [
        f"| `{kind.code.fget(kind.__new__(kind))}` | {status_of(kind)} | {_meaning(kind)} |"
        for kind in sorted(
            list_errors(), key=lambda one: (status_of(one), one.__name__, one.__module__)
        )
    ]
    return ERRORS_HEAD + "\n".join(rows) + "\n"


def list_errors() -> set[type[LoanwrightError]]:
    """Return every error that an answer may carry."""
    for module in pkgutil.walk_packages(loanwright.__path__, "loanwright."):
        if _answers(module.name):
            importlib.import_module(module.name)
    found = set(_descendants(LoanwrightError)) - CATEGORIES
    return {one for one in found if _answers(one.__module__)}


def _answers(module: str) -> bool:
    # A migration runs from the command line; its errors are in no answer.
    return module.startswith(ANSWERED) and ".migrations." not in module


def _descendants(kind: type[LoanwrightError]) -> Iterator[type[LoanwrightError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def _meaning(kind: type[LoanwrightError]) -> str:
    first = " ".join(inspect.cleandoc(kind.__doc__ or title_of(kind)).split())
    return first.replace("|", "\\|").replace("{", "‹").replace("}", "›")
