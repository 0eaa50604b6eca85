from loanwright.engine.compiled import stamp_of
from loanwright.engine.kernels_columns import fill_cells
from loanwright.engine.kernels_rows import explain_rows


def test_a_change_in_any_module_changes_the_stamp(tmp_path):
    (tmp_path / "one.py").write_text("x = 1\n")
    (tmp_path / "other.py").write_text("y = 1\n")
    before = stamp_of(tmp_path)
    assert stamp_of(tmp_path) == before
    (tmp_path / "other.py").write_text("y = 2\n")
    assert stamp_of(tmp_path) != before


def test_machine_code_is_kept_on_disk_under_the_stamp_of_the_engine():
    for kernel in (fill_cells, explain_rows):
        cache = kernel._cache
        assert cache._cache_file._source_stamp == stamp_of()
        assert cache.cache_path
