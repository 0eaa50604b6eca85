"""A risk manager and a colleague change a cut-off at the command line."""

import json

import pytest


@pytest.fixture
def lender(shell):
    """Return a shell where the policy of the card is live."""
    from loanwright.cli.opening import open_service, publish_policy
    from loanwright.service.settings import Settings

    with open_service(Settings(var_dir=shell.place / "var")) as service:
        publish_policy(service, service.products["credit-card"], anew=False)
    return shell


def test_a_cutoff_is_changed_by_two_persons(lender):
    said = lender.succeed(
        "policy", "draft", "credit-card", "--cutoff", "new=610:560", "--by", "Anna",
        "--note", "too many go bad",
    )  # fmt: skip
    draft = said.split()[0]
    assert said.endswith("is draft.\n")
    assert lender.succeed("policy", "diff", "credit-card", draft) == (
        "new: approve from 610 instead of 545.\nnew: refer from 560 instead of 530.\n"
    )
    assert "nothing found" in lender.succeed("policy", "check", draft)
    assert lender.succeed("policy", "submit", draft, "--by", "Anna").endswith("is submitted.\n")

    refused = lender.run("policy", "publish", draft, "--by", "anna")
    assert (refused.returncode, "somebody else must publish it" in refused.stderr) == (1, True)
    said = lender.succeed("policy", "publish", draft, "--by", "Boris")
    assert said.endswith("(credit-card) decides from now on.\n")
    listed = lender.succeed("policy", "list")
    assert listed.index("Boris") < listed.index("command line")
    assert "too many go bad" in listed

    back = lender.succeed("policy", "rollback", "credit-card", "--by", "Anna").split()[0]
    lender.succeed("policy", "publish", back, "--by", "Boris")
    shown = lender.run("policy", "show", "credit-card")
    assert "approve_from = 545" in shown.stdout
    assert "by Boris and written by Anna" in shown.stderr
    assert "published" in lender.succeed("policy", "list", "--drafts")


def test_a_policy_goes_to_a_file_and_comes_back_the_same(lender):
    for name in ("card.toml", "card.json"):
        lender.succeed("policy", "show", "credit-card", "--file", name)
        assert lender.succeed("policy", "diff", "credit-card", name) == "Nothing is different.\n"
    document = json.loads((lender.place / "card.json").read_text())
    document["cutoffs"]["boat"] = {"approve_from": 1, "refer_from": 1}
    document["cutoffs"]["boat"] = document["cutoffs"]["new"]
    (lender.place / "card.json").write_text(json.dumps(document))

    found = lender.run("policy", "check", "card.json", "--product", "credit-card")
    assert found.returncode == 1
    assert "[unknown_segment]" in found.stdout


def test_what_is_refused_is_named_once_with_its_place(lender):
    lender.succeed("policy", "show", "credit-card", "--file", "card.json")
    document = json.loads((lender.place / "card.json").read_text())
    document["rules"][0]["when"] = "shoe_size > 45"
    (lender.place / "card.json").write_text(json.dumps(document))

    found = lender.run("policy", "check", "card.json", "--product", "credit-card")
    assert found.stdout.startswith("rules[0].when: 'shoe_size > 45' names shoe_size")


def test_a_draft_is_edited_from_a_file_and_rejected(lender):
    draft = lender.succeed(
        "policy", "draft", "credit-card", "--cutoff", "new=600:560", "--by", "Anna"
    ).split()[0]
    lender.succeed("policy", "show", draft, "--file", "card.toml")
    lender.succeed(
        "policy", "draft", "credit-card", "card.toml", "--cutoff", "new=605:560", "--by", "Anna",
        "--edit", draft,
    )  # fmt: skip
    assert "605" in lender.succeed("policy", "diff", "credit-card", draft)
    lender.succeed("policy", "submit", draft, "--by", "Anna")
    said = lender.succeed("policy", "reject", draft, "--by", "Boris", "--reason", "too few")
    assert said.endswith("is rejected.\n")
    assert "too few" in lender.succeed("policy", "list", "--drafts")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "boat-loan"), "There is no file, product, policy or draft boat-loan."),
        (("show", "none.toml"), "none.toml: No such file or directory."),
        (("submit", "pol_NOTHING", "--by", "Anna"), "There is no draft pol_NOTHING"),
        (
            ("draft", "credit-card", "--cutoff", "new", "--by", "Anna"),
            "new is no cut-off; write SEGMENT=APPROVE_FROM:REFER_FROM, as new=610:560.",
        ),
        (
            ("draft", "credit-card", "--cutoff", "boat=2:1", "--by", "Anna"),
            "There are cut-offs for boat, which is no segment of credit-card. It has new, "
            "existing. [unknown_segment]",
        ),
        (("show", "credit-card", "--at", "noon"), "noon is not a moment"),
    ],
)
def test_what_is_not_there_is_a_sentence(lender, words, said):
    result = lender.run("policy", *words)
    assert result.returncode == 1
    assert result.stderr.startswith(f"Error: {said}")


def test_a_policy_of_two_persons_is_not_replaced_by_a_file(lender):
    from loanwright.cli.opening import open_service, publish_policy
    from loanwright.service.settings import Settings

    draft = lender.succeed(
        "policy", "draft", "credit-card", "--cutoff", "new=610:560", "--by", "Anna"
    ).split()[0]
    lender.succeed("policy", "submit", draft, "--by", "Anna")
    lender.succeed("policy", "publish", draft, "--by", "Boris")
    with open_service(Settings(var_dir=lender.place / "var")) as service:
        publish_policy(service, service.products["credit-card"], anew=True)
        live = service.policies.live("credit-card")

    assert (live.published_by, live.policy.cutoffs["new"].approve_from) == ("Boris", 610)
