"""The keys of the service itself, as the settings say or from files of their own."""

import hashlib

from loanwright.service.key_files import read_key_file
from loanwright.service.settings import Settings


def read_identity_key(settings: Settings) -> bytes:
    """Return the identity key, creating its file on the first call when none is set."""
    if settings.identity_key is not None:
        return settings.identity_key.get_secret_value().encode()
    return read_key_file(settings.var_dir / "identity.key")


def read_master_key(settings: Settings) -> bytes:
    """Return the 32 bytes of the master key, creating its file on the first call."""
    if settings.master_key is not None:
        # Whatever its length, as many bytes as the cipher takes.
        return hashlib.sha256(settings.master_key.get_secret_value().encode()).digest()
    return read_key_file(settings.var_dir / "master.key")


def read_audit_key(settings: Settings) -> bytes:
    """Return the 32 bytes of the key that signs the audit log, creating its file if need be."""
    if settings.audit_key is not None:
        return hashlib.sha256(settings.audit_key.get_secret_value().encode()).digest()
    return read_key_file(settings.var_dir / "audit.key")


def read_audit_public_keys(settings: Settings) -> list[str]:
    """Return the public keys that have signed the audit log before."""
    files = sorted((settings.var_dir / "audit-keys").glob("*.pub"))
    return [*settings.audit_public_keys, *(file.read_text().strip() for file in files)]
