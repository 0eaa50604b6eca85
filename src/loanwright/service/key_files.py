"""Keys in files of their own: made once, read by their owner alone."""

import contextlib
import secrets
from pathlib import Path

KEY_BYTES = 32


def read_key_file(path: Path) -> bytes:
    """Return the key in a file, making it on the first call."""
    if not path.exists():
        _create_key_file(path)
    return bytes.fromhex(path.read_text())


def _create_key_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(secrets.token_hex(KEY_BYTES))
    # A link appears whole or not at all: two starting processes end up with the same key.
    with contextlib.suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
