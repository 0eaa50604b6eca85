import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["applicants", "applications", "decisions", "registry"])
def test_a_feature_can_be_imported_before_every_other(package):
    module = f"loanwright.service.{package}.service"
    ended = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode()
