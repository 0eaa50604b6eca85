"""Tests that metrics can be used on machines without the training stack."""

import subprocess
import sys


def test_metrics_scaling_and_calibration_need_numpy_only():
    program = (
        "import sys\n"
        "import loanwright.metrics.discrimination, loanwright.metrics.probability\n"
        "import loanwright.metrics.stability, loanwright.metrics.information\n"
        "import loanwright.scaling, loanwright.calibration.fit, loanwright.charts.curves\n"
        "found = {'scipy', 'sklearn', 'lightgbm', 'polars', 'numba'} & set(sys.modules)\n"
        "sys.exit(repr(found) if found else 0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
