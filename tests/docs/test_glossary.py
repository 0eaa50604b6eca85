import ast
import fnmatch
import re
from functools import cache

import pytest
from tests.docs.repository import DOCS, SOURCE, list_modules, list_tables, name_of, parse

EMPTY_VERBS = ("process", "handle", "manage")


def words_of(identifier):
    separated = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", identifier).lower()
    return "_" + separated.strip("_") + "_"


@cache
def forbidden_words():
    tables = list(list_tables((DOCS / "glossary.md").read_text()))
    never = [re.findall(r"`([^`]+)`", row[2]) for row in tables[0][1:]]
    return tuple(word for words in never for word in words)


@cache
def exceptions():
    tables = list(list_tables((DOCS / "glossary.md").read_text()))
    rows = [[re.findall(r"`([^`]+)`", cell) for cell in row[:2]] for row in tables[-1][1:]]
    return {name: tuple(places) for names, places in rows for name in names}


def identifiers_of(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg, node.value.lineno


def own_names(path):
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    yield stem, 1
    yield from (
        (name, line) for name, line in identifiers_of(parse(path)) if not name.startswith("__")
    )


def is_excused(identifier, path):
    inside = path.relative_to(SOURCE).as_posix()
    return any(fnmatch.fnmatch(inside, place) for place in exceptions().get(identifier, ()))


def break_the_glossary(identifier):
    text = words_of(identifier)
    return [word for word in forbidden_words() if f"_{word}_" in text or f"_{word}s_" in text]


@pytest.mark.parametrize("path", list_modules(), ids=name_of)
def test_names_keep_to_the_glossary(path):
    broken = [
        f"{name_of(path)}:{line} {name}: say it without {word!r}"
        for name, line in own_names(path)
        for word in break_the_glossary(name)
        if not is_excused(name, path)
    ]
    assert broken == []


def test_no_function_begins_with_a_verb_that_says_nothing():
    empty = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in list_modules()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.lstrip("_").split("_")[0] in EMPTY_VERBS
        and not is_excused(node.name, path)
    ]
    assert empty == []


def test_the_glossary_is_read():
    assert {"customer", "bucket", "prediction", "proba", "verdict"} <= set(forbidden_words())
    assert "predict_proba" in exceptions()


@pytest.mark.parametrize("name", ["CustomerId", "list_customers", "bucket", "_target", "y_proba"])
def test_a_foreign_word_would_be_found(name):
    assert break_the_glossary(name)


@pytest.mark.parametrize("name", ["applicant", "binning", "probability", "calibration"])
def test_a_house_word_passes(name):
    assert break_the_glossary(name) == []
