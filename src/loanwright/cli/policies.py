"""Finds the policies and products that a command names."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loanwright.cli.failures import fail
from loanwright.decisioning.policy import Policy

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service
    from loanwright.service.policies.drafts import PolicyDrafts
    from loanwright.service.policies.schemas import Publication

SUFFIXES = (".toml", ".json")
SHORTEST = 6
CUTOFF = re.compile(r"([^=:]+)=(-?\d{1,9}):(-?\d{1,9})")


@dataclass(frozen=True, kw_only=True)
class Found:
    """A policy that was named.

    Attributes
    ----------
    product
        The product that it is for, where that is known.
    told
        What is known of where it comes from, in sentences.
    """

    policy: Policy
    product: str | None = None
    told: tuple[str, ...] = ()


def find_policy(name: str) -> Found:
    """Return the policy of a file, the live one of a product, a published one, or a draft's."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.rulebook.files import read_policy_file

    if Path(name).suffix in SUFFIXES:
        policy = read_policy_file(Path(name))
        return Found(policy=policy, product=policy.product)
    with open_service(read_settings()) as service:
        if name in service.products:
            return _published(service.policies.list_publications(product=name)[:1], name)
        return _stored(service, name)


def find_document(name: str) -> tuple[Mapping[str, Any], str | None]:
    """Return the document of whatever was named, which may be no policy yet, and its product."""
    from loanwright.rulebook.files import read_document

    if Path(name).suffix not in SUFFIXES:
        found = find_policy(name)
        return found.policy.to_mapping(), found.product
    document = read_document(Path(name))
    product = document.get("product")
    return document, product if isinstance(product, str) else None


def patient_drafts(service: "Service") -> "PolicyDrafts":
    """Return the drafts, with all the time that proofs may need: nobody waits for a page here."""
    from loanwright.rulebook.examining import examine_document

    return replace(service.policy_drafts, examine=examine_document)


def find_policy_at(product: str, at: str) -> Found:
    """Return the policy that was live for a product at a moment."""
    from loanwright.cli.opening import open_service, read_settings

    try:
        moment = datetime.fromisoformat(at).astimezone()
    except ValueError:
        raise fail(f"{at} is not a moment; write it like 2026-11-21T14:05.") from None
    with open_service(read_settings()) as service:
        live = service.policies.list_live_at(moment)
        return _published([one for one in live if one.version.product == product], product)


def find_product(name: str | None) -> "Product":
    """Return a product that is served, or that of a product file."""
    from loanwright.cli.opening import read_settings
    from loanwright.features.product import load_product
    from loanwright.service.ground import read_products

    if name is None:
        raise fail("Say which product the policy is for: --product NAME or FILE.")
    if Path(name).suffix == ".toml":
        return load_product(name)
    products = read_products(read_settings())
    if name not in products:
        raise fail(f"There is no product {name}; known: {', '.join(products)}.")
    return products[name]


def draft_id_of(service: "Service", name: str) -> str:
    """Return the id of the draft that is named."""
    found = _find_draft(service, name)
    if found is None:
        raise fail(f"There is no draft {name}; see: loanwright policy list --drafts")
    return found


def make_document(
    service: "Service",
    product: str,
    *,
    file: Path | None,
    cutoffs: Sequence[str],
    name: str | None,
) -> Mapping[str, Any]:
    """Return the document of a new draft: of a file, or of what is live, with other cut-offs."""
    from loanwright.rulebook.files import read_document

    given = _present(service, product) if file is None else read_document(file)
    document = dict(given)
    moved = dict(_cutoff(one) for one in cutoffs)
    _require_segments(service.policy_drafts.product(product), moved)
    document["cutoffs"] = {**document.get("cutoffs", {}), **moved}
    return document if name is None else {**document, "name": name}


def _require_segments(product: "Product", segments: Iterable[str]) -> None:
    """Refuse a cut-off for a segment that the product does not have."""
    from loanwright.rulebook.wording import sentence

    for segment in segments:
        if segment not in product.segments:
            text = sentence("unknown_segment", segment=segment, product=product.name).en
            raise fail(f"{text} It has {', '.join(product.segments)}. [unknown_segment]")


def _present(service: "Service", product: str) -> dict[str, Any]:
    """Return what is live; where nothing is yet, the policy in the product file."""
    live = service.policies.find_live(product)
    if live is not None:
        return live.policy.to_mapping()
    return dict(service.policy_drafts.product(product).policy)


def _find_draft(service: "Service", name: str) -> str | None:
    """Return the draft of an id, of the beginning of one or of a hash, or of a policy's name."""
    drafts = service.policy_drafts
    found = drafts.find_id(name) if len(name) >= SHORTEST else None
    return found or drafts.find_named(name)


def _cutoff(text: str) -> tuple[str, dict[str, int]]:
    found = CUTOFF.fullmatch(text.strip())
    if found is None:
        raise fail(f"{text} is no cut-off; write SEGMENT=APPROVE_FROM:REFER_FROM, as new=610:560.")
    return found[1], {"approve_from": int(found[2]), "refer_from": int(found[3])}


def _stored(service: "Service", name: str) -> Found:
    long_enough = len(name) >= SHORTEST
    published = service.policies.find_hash(name) if long_enough else None
    if published is not None:
        return _published(service.policies.list_publications(hash=published), name)
    draft_id = _find_draft(service, name)
    if draft_id is None:
        raise fail(f"There is no file, product, policy or draft {name}.")
    draft = service.policy_drafts.get(draft_id)
    told = f"{draft.id}, written by {draft.author}, is {draft.state}."
    return Found(policy=draft.policy, product=draft.product, told=(told,))


def _published(found: "Sequence[Publication]", name: str) -> Found:
    if not found:
        raise fail(f"Nothing is published for {name}.")
    told = tuple(map(_told, found))
    version = found[0].version
    return Found(policy=version.policy, product=version.product, told=told)


def _told(one: "Publication") -> str:
    version = one.version
    written = f" and written by {one.author}" if one.author else ""
    moment = f"{version.published_at:%Y-%m-%d %H:%M:%S}"
    return f"Published for {version.product} on {moment} by {version.published_by}{written}."
