"""Everything that can go wrong, named as facts.

::

    LoanwrightError
    ├── NotFound      asked for something that is not there
    ├── Conflict      what was asked contradicts what is recorded
    ├── Forbidden     the caller may not do this
    ├── Rejected      what was sent, or found on disk, is not acceptable
    └── Unavailable   something that is needed does not answer now

A concrete error is a subclass in the package that raises it. Its docstring is the message, with
its facts as named fields; its facts are also its attributes.
"""

import inspect
import re
from typing import Any

_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class LoanwrightError(Exception):
    """Loanwright could not do what was asked.

    Parameters
    ----------
    **facts
        What is known about the failure. They fill the ``{fields}`` of the subclass docstring and
        are readable as attributes.

    Examples
    --------
    >>> class ProductUnknown(NotFound):
    ...     "There is no product {product}; known: {known}."
    >>> error = ProductUnknown(product="boat-loan", known="credit-card")
    >>> str(error), error.code, error.product
    ('There is no product boat-loan; known: credit-card.', 'product_unknown', 'boat-loan')
    """

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        message = inspect.cleandoc(type(self).__doc__ or "")
        super().__init__(message.format(**facts) if facts else message)

    def __getattr__(self, name: str) -> Any:
        """Return the fact of this name."""
        facts = self.__dict__.get("facts", {})
        if name in facts:
            return facts[name]
        raise AttributeError(name)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a copy, and another machine, have the same message and facts."""
        return _restored, (type(self), self.args, dict(self.__dict__))

    @property
    def code(self) -> str:
        """Return the stable, machine-readable name of this error, such as ``product_unknown``."""
        return _WORD_START.sub("_", type(self).__name__).lower()


def _restored(
    kind: type[LoanwrightError], arguments: tuple[Any, ...], attributes: dict[str, Any]
) -> LoanwrightError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class NotFound(LoanwrightError):
    """What was asked for is not there."""


class Conflict(LoanwrightError):
    """What was asked contradicts what is recorded."""


class Forbidden(LoanwrightError):
    """The caller may not do this."""


class Rejected(LoanwrightError):
    """What was given is not acceptable."""


class Unavailable(LoanwrightError):
    """Something that is needed does not answer now."""
