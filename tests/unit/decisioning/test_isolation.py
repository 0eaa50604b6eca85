import pkgutil
import subprocess
import sys

import loanwright.decisioning

LOADED_BY_THE_PACKAGE = """
import sys
before = set(sys.modules)
import {names}
loaded = {{name.partition('.')[0] for name in set(sys.modules) - before}}
print(sorted(loaded - set(sys.stdlib_module_names)))
"""


def test_importing_all_of_decisioning_needs_only_the_standard_library():
    modules = [module.name for module in pkgutil.iter_modules(loanwright.decisioning.__path__)]
    assert "decide" in modules
    names = ", ".join(f"loanwright.decisioning.{name}" for name in modules)
    code = LOADED_BY_THE_PACKAGE.format(names=names)
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == "['loanwright']"
