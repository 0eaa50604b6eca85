"""Every message of the pages is said in every language, and nothing else is."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import loanwright.service.web
from loanwright.service.web.languages import LOCALES, load_language

WEB = Path(loanwright.service.web.__file__).parent
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext.babel_extract")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
TRANSLATED = [code for code in LOCALES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def extract() -> dict[str | tuple[str, str], list[str]]:
    """Return every message of code and templates, with the files that say it."""
    found: dict[str | tuple[str, str], list[str]] = {}
    for file, _, message, _, _ in extract_from_dir(WEB, METHODS, OPTIONS):
        found.setdefault(message, []).append(file)
    return found


def read_files(code: str) -> dict[str, Catalog]:
    """Return the catalogues of a language, one for each area."""
    found = {}
    for path in sorted((WEB / "locales" / code / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            found[path.name] = read_po(file, locale=code)
    return found


def read(code: str) -> Catalog:
    """Return all catalogues of a language as one."""
    whole = Catalog(locale=code)
    for catalogue in read_files(code).values():
        for message in catalogue:
            if message.id:
                whole[message.id] = message
        whole.obsolete.update(catalogue.obsolete)
    return whole


def texts(value: str | tuple[str, ...]) -> Iterator[str]:
    yield from (value,) if isinstance(value, str) else value


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_message_is_translated(code):
    catalogue = read(code)
    missing = []
    for message, files in extract().items():
        entry = catalogue.get(message if isinstance(message, str) else message[0])
        if entry is None or not all(texts(entry.string)) or entry.fuzzy or entry.id != message:
            missing.append((message, files))
    assert missing == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_outlives_its_message(code):
    catalogue = read(code)
    wanted = set(extract())
    assert [m.id for m in catalogue if m.id and m.id not in wanted] == []
    assert list(catalogue.obsolete) == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_placeholders_are_the_same_in_every_language(code):
    for message in read(code):
        if not message.id:
            continue
        wanted = {p for text in texts(message.id) for p in PLACEHOLDER.findall(text)}
        for text in texts(message.string):
            assert set(PLACEHOLDER.findall(text)) == wanted, message.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_no_message_is_translated_in_two_catalogues(code):
    seen: dict[str, str] = {}
    twice = []
    for name, catalogue in read_files(code).items():
        for message in catalogue:
            key = message.id if isinstance(message.id, str) else message.id[0]
            if key and seen.setdefault(key, name) != name:
                twice.append((key, seen[key], name))
    assert twice == []


def test_the_extraction_sees_code_and_templates():
    messages = extract()
    assert "Please choose an answer." in messages
    assert "How we decide" in messages


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "1 вопрос"),
        (2, "2 вопроса"),
        (5, "5 вопросов"),
        (21, "21 вопрос"),
        (112, "112 вопросов"),
    ],
)
def test_russian_counts_have_three_forms(count, expected):
    russian = load_language("ru")
    text = russian.ngettext(
        "%(count)s question, answered at once", "%(count)s questions, answered at once", count
    )
    assert (text % {"count": count}).startswith(expected + ",")
