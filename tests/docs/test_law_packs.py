"""The pages on law packs and notices say what the data and the code say."""

import re
from datetime import date
from importlib import resources

from tests.docs.repository import DOCS, list_tables

from loanwright.law.packs import bundled_packs, pack_for
from loanwright.law.reading import read_packs
from loanwright.service.notices.lender import read_issuers


def block_of(page):
    return re.search(r"```toml\n(.*?)```", (DOCS / page).read_text(), re.DOTALL).group(1)


def test_the_page_names_every_pack_and_no_other():
    table = next(iter(list_tables((DOCS / "explanation" / "law-packs.md").read_text())))
    told = sorted((row[0], row[1]) for row in table[1:])
    assert told == sorted((one.jurisdiction, str(one.valid_from)) for one in bundled_packs())


def test_the_pack_that_is_shown_can_be_read():
    folder = resources.files("loanwright.law") / "files"
    texts = {one.name.removesuffix(".toml"): one.read_text() for one in folder.iterdir()}
    ended = texts["us-2026-07-21"].replace(
        "valid_from = 2026-07-21", "valid_from = 2026-07-21\nvalid_until = 2026-12-31"
    )
    shown = {"us-2026-07-21": ended, "us-2027": block_of("explanation/law-packs.md")}
    packs = read_packs({**texts, **shown})
    assert pack_for("US", date(2027, 1, 1), packs).deadline("reasons").days == 20
    assert pack_for("US", date(2026, 12, 31), packs).deadline("reasons").days == 30


def test_the_lender_that_is_shown_can_be_read(tmp_path):
    file = tmp_path / "lender.toml"
    file.write_text(block_of("howto/notices.md"))
    told = read_issuers(file)
    assert told.own.name == "Example Bank"
    assert told.others["north"].contact == "+1 800 555 0110"
    assert "bureau_score" in told.bureaus[0].features
