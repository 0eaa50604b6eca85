"""A small policy of schema 2 with one of everything."""

import tomllib

from loanwright.decisioning.language import Name

TEXT = """
schema = 2
name = "demo"
product = "credit-card"

[cutoffs]
new = { approve_from = 600, refer_from = 560 }

[[figures]]
name = "payment_share"
expression = "payments / income"

[[figures]]
name = "young"
expression = "age < 21"

[[tables]]
name = "highest_amount"
hit = "first"
kind = "number"
rows = [
  { when = 'grade == "A" and payment_share <= 0.2', value = 250000.5 },
  { when = "payment_share <= 0.5", value = 100000 },
  { when = "true", value = 0 },
]

[[tables]]
name = "tier"
hit = "unique"
kind = "category"
rows = [
  { when = "income >= 50000", value = "high" },
  { when = "income < 50000", value = "low" },
]

[[rules]]
code = "rule.minimum_age"
outcome = "decline"
when = "age < 18"
text = { en = "Applicants must be of age.", ru = "Заявитель должен быть совершеннолетним." }

[[rules]]
code = "rule.young_with_little"
outcome = "refer"
segments = ["new"]
when = 'young and tier == "low" and probability_of_default > 0.05'
text = { en = "A person looks at young applicants.", ru = "Молодых заявителей смотрит сотрудник." }

[[rules]]
code = "rule.tenant"
outcome = "refer"
when = [{ feature = "home", operator = "eq", value = "free" }]
text = { en = "A person looks at lodgers.", ru = "Проживающих у других смотрит сотрудник." }

[terms]
A = { highest_amount = 300000, annual_rate_bp = 1290 }
B = { highest_amount = 80000, annual_rate_bp = 1890 }

[humility]
out_of_range = true
most_missing = 0.4
unseen_segments = true

[[examples]]
name = "a minor is declined"
segment = "new"
facts = { age = 17, income = 60000, payments = 0, home = "own" }
expect = { outcome = "decline", rules = ["rule.minimum_age"] }

[[examples]]
name = "an adult who earns well is approved"
segment = "new"
score = 640
grade = "A"
facts = { age = 40, income = 60000, payments = 6000, home = "own" }
expect = { outcome = "approve", rules = [], highest_amount = 250000, annual_rate_bp = 1290 }
"""

NAMES = {
    "age": Name(kind="number", quantum=1.0),
    "income": Name(kind="number"),
    "payments": Name(kind="number"),
    "home": Name(kind="category", codes=("rent", "own", "free")),
    "grade": Name(kind="category", codes=("A", "B", "C")),
}


def document():
    """Return the policy as plain data that a test may change."""
    return tomllib.loads(TEXT)
