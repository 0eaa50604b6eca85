import json
import math

import pytest
from tests.handmade import FACTS, handmade_contents, handmade_package

from loanwright.packaging.layout import LIMITS, PackageRefused
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.write import json_bytes, write_package


def bytes_of(path):
    return {file.name: file.read_bytes() for file in path.iterdir()}


def test_the_same_model_gives_the_same_bytes_and_the_same_name(tmp_path):
    first = handmade_package(tmp_path / "a")
    second = handmade_package(tmp_path / "b")
    assert first.hash == second.hash
    assert first.path.name == second.path.name
    assert bytes_of(first.path) == bytes_of(second.path)


def test_another_file_gives_another_name(tmp_path):
    first, second = handmade_package(tmp_path), handmade_package(tmp_path, card__md=b"# Other\n")
    assert first.path != second.path


def test_nothing_but_the_package_is_left_behind(tmp_path):
    written = handmade_package(tmp_path)
    assert list(tmp_path.iterdir()) == [written.path]


def test_a_package_that_is_there_is_left_as_it_is(tmp_path):
    first = handmade_package(tmp_path)
    inode = (first.path / "card.md").stat().st_ino
    assert handmade_package(tmp_path) == first
    assert (first.path / "card.md").stat().st_ino == inode


def test_a_damaged_package_is_exchanged(tmp_path):
    written = handmade_package(tmp_path)
    (written.path / "card.md").write_bytes(b"damaged")
    handmade_package(tmp_path)
    ModelPackage.load(written.path)
    assert list(tmp_path.iterdir()) == [written.path]


def test_a_failure_half_way_leaves_no_package(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError):
        handmade_package(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_missing_unknown_and_oversized_files_are_refused(tmp_path, monkeypatch):
    contents = handmade_contents()
    card = contents.pop("card.md")
    with pytest.raises(PackageRefused, match=r"card\.md"):
        write_package(tmp_path, FACTS, contents)
    with pytest.raises(PackageRefused, match=r"notes\.txt"):
        write_package(tmp_path, FACTS, {**contents, "card.md": card, "notes.txt": b""})
    large = b" " * (LIMITS["card.md"] + 1)
    with pytest.raises(PackageRefused, match="larger"):
        write_package(tmp_path, FACTS, {**contents, "card.md": large})
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_lists_every_file_with_hash_and_size(tmp_path):
    path = handmade_package(tmp_path).path
    files = json.loads((path / "manifest.json").read_bytes())["files"]
    assert files.keys() == {file.name for file in path.iterdir()} - {
        "manifest.json",
        "manifest.sha256",
    }
    assert all(files[name]["bytes"] == (path / name).stat().st_size for name in files)


def test_json_that_only_some_parsers_read_is_not_written():
    for number in (math.nan, math.inf):
        with pytest.raises(ValueError):
            json_bytes({"number": number})
