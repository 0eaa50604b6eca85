import random
import shutil

import pytest

from loanwright.packaging.package import ModelPackage, PackageRefused

CORRUPTIONS = 1000


@pytest.fixture
def packages(trained, tmp_path):
    """Return copies of two real packages."""
    sources = trained["existing", "lightgbm"].path, trained["existing", "scorecard"].path
    return [shutil.copytree(path, tmp_path / path.name) for path in sources]


def flip_a_bit(chance, path, _other):
    file = chance.choice(sorted(path.iterdir()))
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    file.write_bytes(content)


def truncate(chance, path, _other):
    file = chance.choice(sorted(path.iterdir()))
    file.write_bytes(file.read_bytes()[: chance.randrange(file.stat().st_size)])


def append(chance, path, _other):
    file = chance.choice(sorted(path.iterdir()))
    file.write_bytes(file.read_bytes() + chance.randbytes(chance.randint(1, 9)))


def swap_within(chance, path, _other):
    first, second = chance.sample(sorted(path.iterdir()), 2)
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def swap_between(chance, path, other):
    differing = [
        file
        for file in sorted(path.iterdir())
        if (other / file.name).exists() and (other / file.name).read_bytes() != file.read_bytes()
    ]
    file = chance.choice(differing)
    shutil.copyfile(other / file.name, file)


def delete(chance, path, _other):
    chance.choice(sorted(path.iterdir())).unlink()


def add(chance, path, other):
    foreign = [file for file in sorted(other.iterdir()) if not (path / file.name).exists()]
    name = chance.choice(["notes.txt", "model.pkl", ".hidden", foreign[0].name])
    (path / name).write_bytes(foreign[0].read_bytes())


def rename(chance, path, _other):
    file = chance.choice(sorted(path.iterdir()))
    file.rename(path / f"{file.name}~")


KINDS = (flip_a_bit,) * 5 + (truncate, append, swap_within, swap_between, delete, add, rename)


def restore(path, contents):
    for file in path.iterdir():
        if file.name not in contents:
            file.unlink()
    for name, content in contents.items():
        file = path / name
        if not file.exists() or file.read_bytes() != content:
            file.write_bytes(content)


def is_refused(path):
    try:
        ModelPackage.load(path)
    except PackageRefused:
        return True
    return False


def test_of_a_thousand_corruptions_a_thousand_are_refused(packages):
    chance = random.Random(20261121)
    originals = [{file.name: file.read_bytes() for file in path.iterdir()} for path in packages]
    refused = 0
    for attempt in range(CORRUPTIONS):
        path, other = packages if attempt % 2 else packages[::-1]
        kind = chance.choice(KINDS)
        kind(chance, path, other)
        refused += is_refused(path)
        assert refused == attempt + 1, f"{kind.__name__} was not noticed"
        restore(path, originals[packages.index(path)])
    for path in packages:
        ModelPackage.load(path)
