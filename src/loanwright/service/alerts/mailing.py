"""Mails by SMTP, each with a name of its own, so that one sent twice is seen to be one."""

import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final, Literal, Protocol, TypeAlias
from urllib.parse import unquote, urlsplit

from loanwright.errors import Rejected
from loanwright.service.alerts.errors import MailServerUnavailable

Security: TypeAlias = Literal["none", "starttls", "tls"]
SECONDS: Final = 10.0

#: Which security a scheme stands for, and the port where none is named.
SCHEMES: Final[Mapping[str, tuple[Security, int]]] = {
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
    "smtp": ("none", 25),
}


class MailServerUnknown(Rejected):
    """The address of the mail server must begin with one of {known}, and name a host."""


class Mailer(Protocol):
    """Sends mails."""

    def send(self, *, to: str, subject: str, text: str, name: str) -> None:
        """Return when a server has taken the mail, or raise `MailServerUnavailable`."""
        ...


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Sends mails through one server.

    Attributes
    ----------
    security
        ``tls`` from the first byte, ``starttls`` before anything is told, or ``none``.
    """

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = ""

    def send(self, *, to: str, subject: str, text: str, name: str) -> None:
        """Return when the server has taken the mail, or raise `MailServerUnavailable`."""
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = f"<{name}@{self.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            with self._connect() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (smtplib.SMTPException, OSError) as problem:
            # What a server says may repeat the address.
            raise MailServerUnavailable(why=type(problem).__name__) from problem

    def _connect(self) -> smtplib.SMTP:
        if self.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
        if self.security == "starttls":
            server.starttls(context=ssl.create_default_context())
        return server


def mailer_of(url: str, *, sender: str) -> SmtpMailer:
    """Return what speaks to the server at an address.

    Examples
    --------
    >>> found = mailer_of("smtp+starttls://lw:s%40fe@mail.example", sender="lw@bank.example")
    >>> found.host, found.port, found.security, found.password
    ('mail.example', 587, 'starttls', 's@fe')
    """
    told = urlsplit(url)
    if told.scheme not in SCHEMES or not told.hostname:
        raise MailServerUnknown(known=", ".join(f"{one}://" for one in SCHEMES))
    security, usual = SCHEMES[told.scheme]
    return SmtpMailer(
        host=told.hostname,
        port=told.port or usual,
        security=security,
        sender=sender,
        user=unquote(told.username or ""),
        password=unquote(told.password or ""),
    )
