"""A lender whose decisions are made here: a recorded application, and its alternatives."""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from loanwright.decisioning.burden import WARNING_ABOVE_BP, Means, burdening_payment
from loanwright.decisioning.money import minor_units
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.schedule import Credit
from loanwright.features.affordable import credit_of, means_of
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.lending.chance import Reviewed, chance_of
from loanwright.lending.lender import Lender, LenderProduct
from loanwright.lending.options import Priced, Wish, best_of, options, price
from loanwright.lending.ranking import Quote
from loanwright.service.applicants.schemas import Applicant
from loanwright.service.lenders.asking import accepted_by
from loanwright.service.lenders.quotes import Quotes
from loanwright.service.lenders.schemas import Answered, Asked
from loanwright.service.offers.pricing import RUSSIA, fees_of
from loanwright.service.origination.intake import Arrival, Intake, segment_of
from loanwright.service.origination.judging import Judged
from loanwright.service.origination.reading import read_submission
from loanwright.service.origination.schemas import Submission
from loanwright.service.origination.service import Origination

_write = msgspec.json.Encoder().encode


def nobody_has_reviewed(_product: str) -> Reviewed:
    """Return that no referral was resolved by a person yet."""
    return Reviewed()


@dataclass(frozen=True, kw_only=True)
class InHouse:
    """Decides by a lender's own product, policy and model, and records it as a decision.

    Attributes
    ----------
    reviewed
        How the people of a product have resolved its referrals until now.
    """

    lender: Lender
    lent: LenderProduct
    origination: Origination
    reviewed: Callable[[str], Reviewed] = field(default=nobody_has_reviewed)

    @property
    def product(self) -> Product:
        """Return the product that is asked for."""
        return self.lent.product

    def quote(self, asked: Asked) -> Answered:
        """Decide the application as it was asked for, then look for the best alternative."""
        submission = submission_for(self.product, self._taken(self._segment(asked)), asked)
        told = msgspec.json.decode(self.origination.submit(submission).body)
        decision = told["decision"]
        outcome = Outcome(decision["outcome"])
        intake = self._intake(submission, told["applicant"]["id"])
        wished, best = self._reconsider(intake, asked.wish, outcome)
        quote = Quote(
            lender=self.lender.name,
            product=self.product.name,
            outcome=outcome,
            chance=chance_of(outcome, self.reviewed(self.product.name)),
            wished=wished,
            best=best,
            within_means=self._bears(intake, wished),
        )
        reasons = ({"code": one["code"], "text": one["text"]} for one in decision["reasons"])
        return Answered(
            lender=self.lender,
            quote=quote,
            currency=self.product.currency,
            application_id=told["id"],
            decision_id=decision["id"],
            reasons=tuple(reasons),
        )

    def _reconsider(
        self, intake: Intake, wish: Wish, outcome: Outcome
    ) -> tuple[Priced | None, Priced | None]:
        """Return what was wished and the best that would be approved, both priced."""
        means = means_of(self.product, intake.record)
        lent = list(self._judged(intake, wish))
        approved = [one for one, said in lent if said is Outcome.APPROVE]
        best = best_of(wish, approved, means, cap_bp=_cap_of(self.product))
        asked_for = (
            None if outcome is Outcome.DECLINE else self._wished(wish, [one for one, _ in lent])
        )
        return self._price(asked_for, means), self._price(best, means)

    def _bears(self, intake: Intake, wished: Priced | None) -> bool:
        """Tell whether the wished credit is within the means, as far as they are known."""
        means = means_of(self.product, intake.record)
        if means is None or wished is None:
            return True
        return means.bears(burdening_payment(wished.credit), cap_bp=_cap_of(self.product))

    def _segment(self, asked: Asked) -> str:
        """Return the segment of who asks: existing only for whom this lender knows."""
        if asked.applicant is None:
            return segment_of(self.product, has_behaviour=False)
        desk = self.origination.desk
        nothing = replace(asked, features={}, idempotency_key=None)
        arrival = desk.arrival(0, submission_for(self.product, frozenset(), nothing))
        known = self._known(arrival)
        behaviours = {} if known is None else known.behaviours
        return segment_of(self.product, self.product.name in behaviours)

    def _taken(self, segment: str) -> frozenset[str]:
        """Return the answers that the model reads which will decide."""
        desk = self.origination.desk
        model = desk.live().find_model(self.product, segment)
        read = self.product if model is None else desk.registry.open(model).product
        return accepted_by(read, segment)

    def _known(self, arrival: Arrival) -> Applicant | None:
        named = arrival.document_hash or arrival.applicant_id
        if named is None:
            return None
        with self.origination.database.read() as connection:
            found = self.origination.desk.applicants.list_known(connection, {named})
        return found[0] if found else None

    def _intake(self, submission: Submission, applicant_id: str) -> Intake:
        """Take the application in as it was: a stranger by the id that they have got with it."""
        desk = self.origination.desk
        arrival = desk.arrival(0, desk.sealed(submission))
        if arrival.stranger_id is not None:
            arrival = replace(arrival, stranger_id=applicant_id)
        return desk.take_in(arrival, self._known(arrival), desk.live())

    def _judged(self, intake: Intake, wish: Wish) -> Iterator[tuple[Credit, Outcome]]:
        """Decide every amount and term in one assessment, by the way of every application."""
        laid_down = self.product.accounts.offers
        if laid_down is None:
            return
        tried = [
            _as_asked(self.product, one)
            for one in options(self.lent.range, wish, highest=laid_down.highest)
        ]
        intakes = [
            replace(intake, index=place, record={**intake.record, **asked})
            for place, asked in enumerate(one for one in tried if self._askable(one))
        ]
        for one, result in self.origination.judge.judge(intakes):
            credit = self._credit(one.record, result) if isinstance(result, Judged) else None
            if credit is not None and isinstance(result, Judged):
                yield credit, result.decision.outcome

    def _askable(self, asked: Mapping[str, Any]) -> bool:
        return all(_within(self.product.features[name], value) for name, value in asked.items())

    def _credit(self, record: Mapping[str, Any], judged: Judged) -> Credit | None:
        """Return the credit as it was asked for; None where less would be lent."""
        grade, terms = judged.assessment.grade, judged.decision.terms
        credit = credit_of(self.product, record, grade, terms)
        laid_down = self.product.accounts.offers
        if credit is None or laid_down is None:
            return None
        asked = record[laid_down.amount] * minor_units(self.product.currency)
        return credit if credit.amount == round(asked) else None

    def _wished(self, wish: Wish, lent: list[Credit]) -> Credit | None:
        amount = wish.amount * minor_units(self.product.currency)
        found = (one for one in lent if one.amount == amount)
        return next((one for one in found if one.term_months == wish.term_months), None)

    def _price(self, credit: Credit | None, means: Means | None) -> Priced | None:
        if credit is None:
            return None
        russian = RUSSIA in self.product.jurisdictions
        return price(credit, means, fees_of(self.product), russian=russian)


def open_quotes(
    lenders: Iterable[Lender],
    origination: Origination,
    *,
    reviewed: Callable[[str], Reviewed],
    seconds: float,
) -> Quotes:
    """Return what asks these lenders at once."""
    adapters = tuple(
        InHouse(lender=lender, lent=lent, origination=origination, reviewed=reviewed)
        for lender in lenders
        for lent in lender.products
    )
    return Quotes(products=origination.desk.products, adapters=adapters, seconds=seconds)


def submission_for(product: Product, taken: Container[str], asked: Asked) -> Submission:
    """Return the application to one lender: the answers that it takes, and the wish."""
    answers = {name: value for name, value in asked.features.items() if name in taken}
    applicant = {} if asked.applicant is None else {"applicant": dict(asked.applicant)}
    features = {**answers, **_as_asked(product, asked.wish)}
    body = _write({"product": product.name, **applicant, "features": features})
    return read_submission(
        body, caller=asked.caller, idempotency_key=_key_for(product, asked.idempotency_key)
    )


def _as_asked(product: Product, wish: Wish) -> dict[str, Any]:
    """Return a wish as the features in which a product asks for it."""
    laid_down = product.accounts.offers
    if laid_down is None:
        return {}
    term = laid_down.term_months
    stated = {laid_down.amount: wish.amount}
    stated |= {term: wish.term_months} if isinstance(term, str) else {}
    return {name: _as_kept(product.features[name], value) for name, value in stated.items()}


def _as_kept(feature: Feature, value: int) -> int | float:
    return value if feature.type == "integer" else float(value)


def _within(feature: Feature, value: float) -> bool:
    low, high = feature.minimum, feature.maximum
    return (low is None or value >= low) and (high is None or value <= high)


def _cap_of(product: Product) -> int:
    return WARNING_ABOVE_BP if product.affordability is None else product.affordability.cap_bp


def _key_for(product: Product, key: str | None) -> str | None:
    """Return a key of this lender alone: one request is as many applications as lenders."""
    if key is None:
        return None
    return f"quote:{hashlib.sha256(key.encode()).hexdigest()}:{product.name}"
