import re
import resource

import pytest


def test_help_appears_at_once(shell):
    def measure():
        # Processor time: a busy machine makes nobody's command slower than it is.
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        shell.succeed("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(measure() for _ in range(5)) <= 0.3


def test_the_tables_go_up_and_down_and_up_again(shell):
    assert "base" not in shell.succeed("db", "upgrade")
    assert "base" in shell.succeed("db", "downgrade", "base")
    assert "base" not in shell.succeed("db", "upgrade")


def test_an_unknown_revision_is_a_sentence(shell):
    result = shell.run("db", "upgrade", "nowhere")
    assert result.returncode == 1
    assert result.stderr.startswith("Error:")
    assert "Traceback" not in result.stderr


def test_a_key_is_printed_once_listed_without_its_secret_and_revoked(shell):
    token = shell.succeed("key", "create", "shop", "--scope", "products:read").strip()
    assert token.startswith("lw_")
    listed = shell.succeed("key", "list")
    key_id = re.search(r"key_\w+", listed).group()
    assert token not in listed
    assert "products:read" in listed
    assert "revoked" in shell.succeed("key", "revoke", key_id)


def test_an_unknown_scope_is_refused(shell):
    result = shell.run("key", "create", "shop", "--scope", "everything")
    assert (result.returncode, "everything" in result.stderr) == (1, True)


def test_a_replay_of_nothing_finds_nothing_wrong(shell):
    assert shell.succeed("replay", "--all") == "0 decisions replayed, every bit equal.\n"


def test_a_replay_of_an_unknown_decision_fails(shell):
    result = shell.run("replay", "dec_0")
    assert (result.returncode, "dec_0" in result.stderr) == (1, True)


def test_an_unprepared_installation_is_told_what_to_do_and_left_as_it_is(shell):
    said = shell.succeed("doctor")
    assert re.search(r"warning +database: there is none yet", said)
    assert "loanwright db upgrade" in said
    assert "loanwright train" in said
    assert not (shell.place / "var").exists()


@pytest.mark.parametrize("text", ["not a table", ""])
def test_what_is_no_table_is_a_sentence(shell, text):
    (shell.place / "a.parquet").write_text(text)
    result = shell.run("product", "draft", "a.parquet", "--target", "x")
    assert result.returncode == 1
    assert "cannot be read as a table" in result.stderr


def test_a_column_that_is_not_there_is_a_sentence(shell):
    (shell.place / "a.csv").write_text("a,b\n1,2\n")
    result = shell.run("product", "draft", "a.csv", "--target", "bad")
    assert result.returncode == 1
    assert "bad" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_unknown_product_is_named_with_the_known_ones(shell):
    result = shell.run("train", "boat-loan")
    assert result.returncode == 1
    assert "credit-card" in result.stderr


def test_a_database_that_is_away_is_a_sentence_with_a_remedy(shell):
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    shell.environment["LOANWRIGHT_DATABASE_URL"] = url
    result = shell.run("replay", "--all")
    assert result.returncode == 1
    assert "loanwright doctor" in result.stderr
    assert "Traceback" not in result.stderr
