import ast

import pytest
from tests.docs.repository import SOURCE, list_modules, name_of, parse

UNSAFE_MODULES = {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__"}
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
SETTINGS = SOURCE / "service" / "settings.py"


def imported_modules(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.split(".")[0], node.lineno


def find(path, wanted):
    return [f"{name_of(path)}:{node.lineno}" for node in ast.walk(parse(path)) if wanted(node)]


def search(wanted):
    return [place for path in list_modules() for place in find(path, wanted)]


def is_unsafe_call(node):
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in UNSAFE_CALLS
    )


def is_environment(node):
    return (
        isinstance(node, ast.Attribute)
        and node.attr in {"environ", "getenv", "putenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    )


def is_blanket_handler(node):
    caught = isinstance(node, ast.ExceptHandler) and node.type
    broad = isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}
    bare = isinstance(node, ast.ExceptHandler) and node.type is None
    return (broad or bare) and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))


def test_input_is_never_checked_by_assert():
    assert search(lambda node: isinstance(node, ast.Assert)) == []


def test_nothing_is_unpickled_evaluated_or_executed():
    imports = [
        f"{name_of(path)}:{line} imports {module}"
        for path in list_modules()
        for module, line in imported_modules(parse(path))
        if module in UNSAFE_MODULES
    ]
    assert imports + search(is_unsafe_call) == []


def test_the_environment_is_read_by_the_settings_alone():
    places = [place for place in search(is_environment) if not place.startswith(name_of(SETTINGS))]
    assert places == []


def test_no_error_is_swallowed_whatever_it_is():
    assert search(is_blanket_handler) == []


def test_a_package_file_is_a_docstring_and_nothing_else():
    packages = [path for path in list_modules() if path.name == "__init__.py"]
    wrong = [
        name_of(path)
        for path in packages
        if not ast.get_docstring(tree := parse(path)) or len(tree.body) != 1
    ]
    assert wrong == []


def test_no_module_has_a_name_that_says_nothing():
    assert [name_of(path) for path in list_modules() if path.stem in EMPTY_NAMES] == []


def test_every_module_says_what_it_is_for():
    assert [name_of(path) for path in list_modules() if not ast.get_docstring(parse(path))] == []


@pytest.mark.parametrize("bad", ["eval('1')", "exec('1')", "__import__('os')"])
def test_an_unsafe_call_would_be_found(bad):
    assert is_unsafe_call(ast.parse(bad).body[0].value)


def test_a_swallowed_error_would_be_found():
    handlers = ast.parse("try:\n    f()\nexcept Exception:\n    pass").body[0].handlers
    assert is_blanket_handler(handlers[0])
