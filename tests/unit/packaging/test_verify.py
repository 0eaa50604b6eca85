import hashlib
import json
import os
import shutil

import pytest
from tests.handmade import handmade_package

from loanwright.packaging.layout import LIMITS, PackageRefused, seal_of
from loanwright.packaging.verify import read_verified


@pytest.fixture
def path(tmp_path):
    return handmade_package(tmp_path / "models").path


def refused(path):
    with pytest.raises(PackageRefused) as refusal:
        read_verified(path)
    assert refusal.value.path == path
    return refusal.value.cause


def reseal(path, change):
    """Change the manifest and seal it again, as someone who means harm would."""
    manifest = json.loads((path / "manifest.json").read_bytes())
    content = json.dumps(manifest if (new := change(manifest)) is None else new).encode()
    (path / "manifest.json").write_bytes(content)
    (path / "manifest.sha256").write_bytes(seal_of(hashlib.sha256(content).hexdigest()))


def test_an_untouched_package_is_read_whole(path):
    verified = read_verified(path)
    assert verified.hash == hashlib.sha256((path / "manifest.json").read_bytes()).hexdigest()
    assert verified.contents.keys() == verified.manifest["files"].keys()
    assert verified.contents["product.toml"] == (path / "product.toml").read_bytes()


def test_every_missing_file_is_named(path):
    for file in sorted(path.iterdir()):
        content = file.read_bytes()
        file.unlink()
        assert f"{file.name} is missing" in refused(path)
        file.write_bytes(content)
    read_verified(path)


@pytest.mark.parametrize("name", ["notes.txt", ".DS_Store", "model.txt"])
def test_a_file_that_does_not_belong_there_is_refused(path, name):
    (path / name).write_bytes(b"")
    assert name in refused(path)


def test_a_directory_inside_is_refused(path):
    (path / "card.md").unlink()
    (path / "card.md").mkdir()
    assert "card.md is not a plain file" in refused(path)


def test_a_link_is_refused_even_to_the_right_bytes(path, tmp_path):
    shutil.copy(path / "card.md", tmp_path / "card.md")
    (path / "card.md").unlink()
    (path / "card.md").symlink_to(tmp_path / "card.md")
    assert "card.md is not a plain file" in refused(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(path):
    (path / "card.md").unlink()
    os.mkfifo(path / "card.md")
    assert "card.md is not a plain file" in refused(path)


@pytest.mark.parametrize("name", ["manifest.sha256", "manifest.json"])
def test_a_file_larger_than_its_limit_is_refused_unread(path, name):
    with (path / name).open("r+b") as file:
        file.truncate(LIMITS[name] + 1)
    assert "larger than" in refused(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda seal: seal.upper(),
        lambda seal: seal.rstrip(b"\n"),
        lambda seal: seal + b"\n",
        lambda seal: seal.replace(b"  ", b" *"),
        lambda seal: seal.replace(b"manifest.json", b"./manifest.json"),
        lambda seal: seal[:0],
    ],
)
def test_the_seal_has_one_form(path, change):
    seal = path / "manifest.sha256"
    seal.write_bytes(change(seal.read_bytes()))
    assert "manifest.json differs from manifest.sha256" in refused(path)


def add_traversal(manifest):
    manifest["files"]["../card.md"] = manifest["files"].pop("card.md")


@pytest.mark.parametrize(
    "change",
    [
        add_traversal,
        lambda manifest: manifest["files"].pop("card.md", None) and None,
        lambda manifest: manifest["files"]["card.md"].update(bytes=1),
        lambda manifest: manifest["files"]["card.md"].update(extra=1),
        lambda manifest: manifest["files"]["card.md"].pop("bytes") and None,
        lambda manifest: manifest["files"].update({"card.md": None}),
        lambda manifest: manifest.update(files=[]),
        lambda manifest: manifest.update(schema=2),
        lambda manifest: manifest.update(family="oracle"),
        lambda manifest: manifest.update(family="lightgbm"),
        list,
    ],
)
def test_a_resealed_manifest_that_does_not_fit_is_refused(path, change):
    reseal(path, change)
    refused(path)


@pytest.mark.parametrize("content", [b"", b"{", b"null", b"\xff\xfe", b"[" * 200_000])
def test_a_resealed_manifest_that_is_no_json_is_refused(path, content):
    (path / "manifest.json").write_bytes(content)
    (path / "manifest.sha256").write_bytes(seal_of(hashlib.sha256(content).hexdigest()))
    refused(path)


def test_a_place_without_a_package_is_refused(tmp_path):
    assert "cannot be read" in refused(tmp_path / "nowhere")
    assert "manifest.json is missing" in refused(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    assert "cannot be read" in refused(tmp_path / "file")
