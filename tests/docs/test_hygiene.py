"""Nothing in the repository says where it was made, or fetches from a named host."""

import re

from tests.docs.repository import list_tracked, name_of

# Written in halves, so that this file does not contain what it looks for.
FRAGMENTS = (
    "py" + "pi", "python" + "hosted", "arti" + "factory", "nexus" + "-repo", "dev" + "pi",
    "conda" + r"\.anaconda", "files" + r"\.pyth", "simple" + "/pip", "index" + "-url",
    "extra" + "-index", "find" + "-links", "npm" + "js", "jsde" + "livr", "unp" + "kg",
    "cdn" + "js", "google" + "apis",
)  # fmt: skip
HOSTS = re.compile(r"https?://[^\s\"'`<>)]*(?:" + "|".join(FRAGMENTS) + ")", re.IGNORECASE)
INDEX_OPTIONS = re.compile("--(?:extra-)?index" + "-url[ =]|--find" + "-links[ =]")
PATHS = re.compile(r"(?<![\w.~-])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me|tm" + r"p|mnt|Users)/[\w.]")
TEXT_SUFFIXES = {
    "", ".cfg", ".css", ".csv", ".html", ".ini", ".js", ".json", ".jsonl", ".lock", ".mako",
    ".md", ".po", ".py", ".sh", ".svg", ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip


def list_lines():
    for path in list_tracked():
        if path.suffix in TEXT_SUFFIXES:
            for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
                yield f"{name_of(path)}:{number}", line


def test_no_package_index_is_named():
    found = [place for place, line in list_lines() if HOSTS.search(line)]
    found += [place for place, line in list_lines() if INDEX_OPTIONS.search(line)]
    assert found == []


def test_no_path_of_a_machine_is_written_down():
    assert [f"{place} {line[:80]}" for place, line in list_lines() if PATHS.search(line)] == []


def test_the_locks_name_no_host():
    locks = [path for path in list_tracked() if path.parent.name == "requirements"]
    assert len(locks) >= 4
    assert [name_of(path) for path in locks if "://" in path.read_text()] == []


def test_files_that_record_hosts_are_not_kept():
    kept = {"uv" + ".lock", "py" + "lock.toml", "poetry" + ".lock"}
    assert [name_of(path) for path in list_tracked() if path.name in kept] == []


def test_no_file_is_larger_than_two_megabytes():
    assert [name_of(path) for path in list_tracked() if path.stat().st_size > 2_000_000] == []


def test_a_named_index_would_be_found():
    assert HOSTS.search("see https://files." + "pyth" + "onhosted.org/packages")
    assert PATHS.search("open('/ro" + "ot/x')")
