"""Products over HTTP."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from loanwright.features.errors import ProductUnknown
from loanwright.features.feature import Feature, FeatureType, Source
from loanwright.features.product import Product, Segment
from loanwright.features.purposes import match_purpose
from loanwright.service.edge.authentication import DOCUMENTED, ProductsRead
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import Title, problems
from loanwright.service.products.form import stated_features

Products = Annotated[Mapping[str, Product], Depends(provided("products"))]

router = APIRouter(prefix="/v1/products", tags=["products"], dependencies=DOCUMENTED)


class Document(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Choice(Document):
    """One of the answers to choose from."""

    code: str
    title: Title


class Special(Document):
    """A number that is a code, not a quantity."""

    value: float
    title: Title


class Question(Document):
    """One feature that an application states."""

    name: str
    title: Title
    help: Title
    type: FeatureType
    unit: Title | None
    minimum: float | None
    maximum: float | None
    choices: list[Choice]
    special: list[Special]
    required: bool
    source: Source


class SegmentDocument(Document):
    """A group of applicants, and what an application of theirs states."""

    name: str
    title: Title
    features: list[Question]


class ProductDocument(Document):
    """A product that can be applied for."""

    name: str
    title: Title
    currency: str
    hash: str = Field(description="SHA-256 of the product file.")
    segments: list[SegmentDocument]


class ProductList(Document):
    """The products on offer."""

    items: list[ProductDocument]


@router.get("", responses=problems((401, 403, 503)))
async def list_products(products: Products, _key: ProductsRead) -> ProductList:
    """List the products on offer, and what an application for each of them states."""
    return ProductList(items=[_product(products[name]) for name in sorted(products)])


class CandidateDocument(Document):
    """A category that a text may mean."""

    code: str
    confidence: float = Field(ge=0, le=1)


class MatchDocument(Document):
    """What a text was taken for."""

    product: str
    feature: str
    code: str | None = Field(description="`other` if no category fits clearly.")
    confidence: float = Field(ge=0, le=1)
    candidates: list[CandidateDocument]


@router.get("/{product}/purposes/match", responses=problems((401, 403, 404, 422, 503)))
def match_free_text(
    products: Products,
    _key: ProductsRead,
    product: Annotated[str, Path(pattern="^[a-z0-9-]{1,64}$")],
    text: Annotated[str, Query(min_length=1, max_length=300)],
    feature: Annotated[str, Query(pattern="^[A-Za-z][A-Za-z0-9_]{0,62}$")] = "purpose",
) -> MatchDocument:
    """Match free text, in English or Russian, to the categories of a feature.

    A category is named only where it fits clearly better than every other one; otherwise the
    answer is `other` with the candidates.
    """
    if product not in products:
        raise ProductUnknown(product=product, known=", ".join(sorted(products)))
    match = match_purpose(products[product], text, feature)
    return MatchDocument(
        product=product,
        feature=feature,
        code=match.code,
        confidence=match.confidence,
        candidates=[CandidateDocument.model_validate(one) for one in match.candidates],
    )


def _product(product: Product) -> ProductDocument:
    return ProductDocument(
        name=product.name,
        title=Title.model_validate(product.title),
        currency=product.currency,
        hash=product.hash,
        segments=[_segment(product, one) for one in product.segments.values()],
    )


def _segment(product: Product, segment: Segment) -> SegmentDocument:
    return SegmentDocument(
        name=segment.name,
        title=Title.model_validate(segment.title),
        features=[_question(one) for one in stated_features(product, segment.name)],
    )


def _question(feature: Feature) -> Question:
    return Question(
        name=feature.name,
        title=Title.model_validate(feature.title),
        help=Title.model_validate(feature.help),
        type=feature.type,
        unit=None if feature.unit is None else Title.model_validate(feature.unit),
        minimum=feature.minimum,
        maximum=feature.maximum,
        choices=[Choice.model_validate(one) for one in feature.categories],
        special=[Special.model_validate(one) for one in feature.special],
        required=not feature.missing.allowed,
        source=feature.source,
    )
