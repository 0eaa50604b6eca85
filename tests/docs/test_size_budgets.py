import ast

from tests.docs.repository import list_modules, name_of, parse

LONGEST_BODY = 40
LONGEST_MODULE = 400
MOST_ARGUMENTS = 6

# The options of a command and the parameters of an estimator are its interface, one beside the
# other by the conventions of typer and scikit-learn; compiled kernels take their arrays one by
# one. Everything else takes at most six.
INTERFACE_DECORATORS = {"command", "callback"}
KERNEL_DECORATORS = {"compiled"}


def functions_of(tree):
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def body_lines(function):
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant) and body[1:]:
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1


def is_interface(function):
    if function.name == "__init__":
        return True
    names = {node.id for node in function.decorator_list if isinstance(node, ast.Name)}
    if names & KERNEL_DECORATORS:
        return True
    calls = [node.func for node in function.decorator_list if isinstance(node, ast.Call)]
    return any(isinstance(c, ast.Attribute) and c.attr in INTERFACE_DECORATORS for c in calls)


def argument_count(function):
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return len([argument for argument in named if argument.arg not in {"self", "cls"}])


def test_no_function_is_longer_than_a_screen():
    too_long = [
        f"{name_of(path)}:{function.lineno} {function.name} has {body_lines(function)} lines"
        for path in list_modules()
        for function in functions_of(parse(path))
        if body_lines(function) > LONGEST_BODY
    ]
    assert too_long == []


def test_no_module_is_longer_than_four_hundred_lines():
    too_long = [
        f"{name_of(path)} has {lines} lines"
        for path in list_modules()
        if (lines := len(path.read_text().splitlines())) > LONGEST_MODULE
    ]
    assert too_long == []


def test_no_function_asks_for_more_than_six_things():
    too_many = [
        f"{name_of(path)}:{function.lineno} {function.name} takes {argument_count(function)}"
        for path in list_modules()
        for function in functions_of(parse(path))
        if not is_interface(function) and argument_count(function) > MOST_ARGUMENTS
    ]
    assert too_many == []


def test_a_long_function_would_be_found():
    tree = ast.parse("def f():\n" + "    pass\n" * (LONGEST_BODY + 1))
    assert body_lines(functions_of(tree)[0]) == LONGEST_BODY + 1
