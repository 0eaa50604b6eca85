import re

import pytest
from tests.docs.repository import DOCS, ROOT, list_pages, name_of

LONGEST_ADR = 40
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
ADRS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def links_of(page):
    for match in LINK.finditer(without_code(page.read_text())):
        link = match.group(1) or match.group(2)
        if not re.match(r"[a-z]+:", link):
            yield link


def anchors_of(page):
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def is_broken(page, link):
    place, _, anchor = link.partition("#")
    aim = (page.parent / place).resolve() if place else page
    if not aim.exists():
        return True
    return bool(anchor) and aim.suffix == ".md" and anchor not in anchors_of(aim)


@pytest.mark.parametrize("page", list_pages(), ids=name_of)
def test_every_link_leads_somewhere(page):
    assert [link for link in links_of(page) if is_broken(page, link)] == []


@pytest.mark.parametrize("page", ADRS, ids=name_of)
def test_an_architecture_decision_fits_on_a_page(page):
    text = page.read_text()
    assert len(text.splitlines()) <= LONGEST_ADR
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads == ["Context", "Decision", "Consequences", "Alternatives"]


def test_architecture_decisions_are_numbered_without_a_gap():
    numbers = [int(page.name[:4]) for page in ADRS]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_page_of_the_documentation_can_be_reached_from_its_index():
    seen, waiting = set(), [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        links = [(page.parent / link.partition("#")[0]).resolve() for link in links_of(page)]
        waiting += [link for link in links if link.suffix == ".md" and link.exists()]
    lost = [name_of(page) for page in DOCS.rglob("*.md") if page not in seen]
    assert lost == []


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md", "CONTRIBUTING.md"])
def test_the_make_commands_that_are_shown_exist(readme):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = set(re.findall(r"\bmake ([a-z]+)\b", "\n".join(code_of(ROOT / readme))))
    assert shown
    assert shown <= targets


def code_of(page):
    text = page.read_text()
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    return [*blocks, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))]


def test_the_loanwright_commands_that_are_shown_exist():
    from tests.docs.generate import PAGES

    known = set(re.findall(r"^## loanwright (.+)$", PAGES["cli.md"](), re.MULTILINE))
    words = {name.split()[0] for name in known}
    wrong = []
    for page in list_pages():
        for code in code_of(page):
            for shown in re.findall(r"^\s*(?:\$ )?(?:\S*bin/)?loanwright ([a-z]+.*)$", code, re.M):
                parts = shown.split()
                if parts[0] not in words or (
                    " ".join(parts[:2]) not in known and parts[0] not in known
                ):
                    wrong.append(f"{name_of(page)}: loanwright {shown}")
    assert wrong == []


def test_the_page_of_the_changelog_names_the_version():
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M).group(1)
    assert version in (ROOT / "CHANGELOG.md").read_text()


def test_every_test_that_a_page_names_exists():
    named = {
        (name_of(page), place)
        for page in list_pages()
        for place in re.findall(r"`(tests/[\w/.]+)`", page.read_text())
    }
    assert [(page, place) for page, place in sorted(named) if not (ROOT / place).exists()] == []
    assert named
