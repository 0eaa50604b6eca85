"""A small product with every kind of feature, as text, so that tests can spoil it."""

import pytest

from loanwright.features.product import Product, parse_product

SMALL = """
[product]
name = "small"
title = { en = "Small", ru = "Малый" }
currency = "EUR"
fairness_inputs = ["sex"]

[[product.protected_allowed]]
feature = "age"
uses = ["policy"]
why = { en = "Minors cannot sign.", ru = "Несовершеннолетние не подписывают." }

[sample]
default = "bad"
applicant = "person"

[segments.new]
title = { en = "New", ru = "Новые" }
champion = "scorecard"
features = ["income", "housing", "owner", "since", "burden"]

[segments.existing]
title = { en = "Existing", ru = "Действующие" }
champion = "lightgbm"
features = ["income", "housing", "delay", "is_late", "income_band"]

[scale]
pdo = 20
anchor_score = 600
anchor_odds = 30
grades = [{ name = "A", score_from = 550 }, { name = "B", score_from = 0 }]

[policy]
name = "small-starter"

[policy.cutoffs]
new = { approve_from = 550, refer_from = 520 }
existing = { approve_from = 540, refer_from = 540 }

[[policy.rules]]
code = "rule.minimum_age"
outcome = "decline"
when = [{ feature = "age", operator = "lt", value = 18 }]
text = { en = "Under 18.", ru = "Нет 18 лет." }

[[policy.rules]]
code = "rule.late"
outcome = "refer"
segments = ["existing"]
when = [{ feature = "is_late", operator = "eq", value = true }]
text = { en = "Late.", ru = "Просрочка." }

[features.income]
title = { en = "Income", ru = "Доход" }
help = { en = "Per month.", ru = "В месяц." }
type = "money"
minimum = 0
maximum = 100000
source = "questionnaire"
direction = { sign = "safer", why = { en = "Means.", ru = "Средства." } }
reasons = { adverse = { en = "Low.", ru = "Мало." }, favourable = { en = "High.", ru = "Много." } }

[features.housing]
title = { en = "Housing", ru = "Жильё" }
help = { en = "Where.", ru = "Где." }
type = "category"
source = "questionnaire"
missing = { allowed = true }
categories = [
  { code = "rent", title = { en = "Rent", ru = "Аренда" } },
  { code = "own", title = { en = "Own", ru = "Своё" } },
]
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }

[features.owner]
title = { en = "Owner", ru = "Владелец" }
help = { en = "Of a car.", ru = "Автомобиля." }
type = "boolean"
source = "questionnaire"
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }

[features.since]
title = { en = "Since", ru = "С" }
help = { en = "First day.", ru = "Первый день." }
type = "date"
minimum = 1970-01-02
maximum = 2030-12-31
source = "questionnaire"
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }

[features.rent]
title = { en = "Rent", ru = "Аренда" }
help = { en = "Per month.", ru = "В месяц." }
type = "money"
minimum = 0
maximum = 50000
source = "bureau"
missing = { allowed = true }

[features.age]
title = { en = "Age", ru = "Возраст" }
help = { en = "Years.", ru = "Лет." }
type = "integer"
minimum = 14
maximum = 110
source = "questionnaire"
protected = true

[features.sex]
title = { en = "Sex", ru = "Пол" }
help = { en = "For fairness.", ru = "Для справедливости." }
type = "category"
source = "questionnaire"
protected = true
missing = { allowed = true }
categories = [
  { code = "male", title = { en = "Male", ru = "Мужской" } },
  { code = "female", title = { en = "Female", ru = "Женский" } },
]

[features.delay]
title = { en = "Delay", ru = "Просрочка" }
help = { en = "Months.", ru = "Месяцев." }
type = "integer"
minimum = 1
maximum = 9
special = [{ value = 0, title = { en = "In order", ru = "В порядке" } }]
source = "behaviour"
direction = { sign = "riskier", why = { en = "Trouble.", ru = "Трудности." } }
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }

[features.burden]
title = { en = "Burden", ru = "Нагрузка" }
help = { en = "Rent to income.", ru = "Аренда к доходу." }
type = "number"
expression = "rent / income"
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }

[features.is_late]
title = { en = "Late", ru = "Просрочено" }
help = { en = "Any delay.", ru = "Любая просрочка." }
type = "boolean"
expression = "delay >= 1"
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }

[features.income_band]
title = { en = "Income band", ru = "Группа дохода" }
help = { en = "Three bands.", ru = "Три группы." }
type = "category"
expression = "bands(income, 1000, 3000)"
categories = [
  { code = "low", title = { en = "Low", ru = "Низкий" } },
  { code = "middle", title = { en = "Middle", ru = "Средний" } },
  { code = "high", title = { en = "High", ru = "Высокий" } },
]
reasons = { adverse = { en = "a", ru = "а" }, favourable = { en = "f", ru = "ф" } }
"""


@pytest.fixture(scope="session")
def small_text() -> str:
    return SMALL


@pytest.fixture(scope="session")
def small() -> Product:
    return parse_product(SMALL)
