import json
import math

import numpy as np
import pytest

from loanwright.engine.load import load_runtime
from loanwright.engine.neural import NeuralTable, neural_runtime, parse_neural, write_neural
from loanwright.engine.neural_numpy import exponential
from loanwright.engine.neural_sampling import walks_of
from loanwright.engine.neural_tokens import NeuralInvalid, TokenColumn, embed, token_places
from loanwright.engine.neural_weights import Weights

BACKENDS = ("numba", "numpy")
COLUMNS = (
    TokenColumn(name="delay", knots=(0.0, 1.0, 3.0), special=(-2.0, -1.0)),
    TokenColumn(name="purpose", codes=3),
    TokenColumn(name="limit", knots=(10.0, 500.0)),
    TokenColumn(name="idle", knots=(0.0, 1.0)),
)
WIDTH, HEADS, LAYERS, INNER, LAST = 8, 2, 2, 12, 6


def table_of(seed=0, references=3, heads=HEADS):
    random = np.random.default_rng(seed)

    def some(*shape):
        return random.normal(0, 0.5, shape)

    return NeuralTable(
        columns=COLUMNS,
        heads=heads,
        embeddings=some(sum(column.rows for column in COLUMNS), WIDTH),
        weights=Weights(
            norm=some(LAYERS, 2, WIDTH),
            norm_inner=some(LAYERS, 2, WIDTH),
            mixing=some(LAYERS, WIDTH, 3 * WIDTH),
            mixing_shift=some(LAYERS, 3 * WIDTH),
            out=some(LAYERS, WIDTH, WIDTH),
            out_shift=some(LAYERS, WIDTH),
            inner=some(LAYERS, WIDTH, INNER),
            inner_shift=some(LAYERS, INNER),
            outer=some(LAYERS, INNER, WIDTH),
            outer_shift=some(LAYERS, WIDTH),
            head=some(len(COLUMNS) * WIDTH, LAST),
            head_shift=some(LAST),
            answer=some(LAST + 1),
        ),
        references=rows_of(references, seed=seed + 1),
        standard_error=0.0625,
    )


def rows_of(count, seed=0):
    random = np.random.default_rng(seed)
    rows = np.column_stack(
        [
            random.choice([-2.0, -1.0, 0.0, 0.5, 2.0, 9.0, math.nan], count),
            random.choice([0.0, 1.0, 2.0, math.nan, 7.0], count),
            random.lognormal(4, 1, count),
            random.normal(size=count),
        ]
    )
    rows[random.random(count) < 0.1, 2] = math.nan
    return rows


TABLE = table_of()
TEXT = write_neural(TABLE)
RUNTIMES = {backend: neural_runtime(TABLE, backend=backend) for backend in BACKENDS}
ROWS = rows_of(80, seed=9)


def changed(change):
    mapping = json.loads(TEXT)
    change(mapping)
    return json.dumps(mapping)


def test_both_backends_have_the_same_bits_alone_and_in_a_batch():
    whole = RUNTIMES["numba"].explain(ROWS)
    plain = RUNTIMES["numpy"].explain(ROWS)
    alone = [RUNTIMES["numba"].explain(row[None]) for row in ROWS]
    for place in (0, 1):
        assert whole[place].tobytes() == plain[place].tobytes()
        assert np.concatenate([one[place] for one in alone]).tobytes() == whole[place].tobytes()
    assert RUNTIMES["numba"].base == RUNTIMES["numpy"].base


def test_contributions_and_base_sum_to_the_log_odds():
    runtime = RUNTIMES["numba"]
    log_odds, contributions = runtime.explain(ROWS)
    np.testing.assert_allclose(contributions.sum(1) + runtime.base, log_odds, atol=1e-12)
    assert runtime.base == pytest.approx(runtime.log_odds(TABLE.references).mean(), abs=1e-12)


def test_a_feature_that_is_like_every_reference_contributes_nothing():
    row = ROWS[0].copy()
    same = np.repeat(TABLE.references[:1], 3, axis=0)
    same[:, 0] = TABLE.references[:, 0]
    row[1:] = same[0, 1:]
    fields = {name: getattr(TABLE, name) for name in TABLE.__slots__}
    runtime = neural_runtime(NeuralTable(**{**fields, "references": same}))
    assert runtime.explain(row[None])[1][0, 1:].tolist() == [0.0, 0.0, 0.0]


def shapley_by_definition(runtime, row, references):
    size = len(row)
    values = np.zeros(size)
    for coded in range(1 << size):
        chosen = [player for player in range(size) if coded >> player & 1]
        for player in set(range(size)) - set(chosen):
            weight = math.factorial(len(chosen)) * math.factorial(size - 1 - len(chosen))
            worth = []
            for players in (chosen, [*chosen, player]):
                mixed = references.copy()
                mixed[:, players] = row[players]
                worth.append(runtime.log_odds(mixed).mean())
            values[player] += weight / math.factorial(size) * (worth[1] - worth[0])
    return values


def test_sampled_contributions_are_shapley_values_within_their_error():
    runtime = neural_runtime(table_of(references=40))
    references = table_of(references=40).references
    rows = ROWS[:12]
    exact = np.array([shapley_by_definition(runtime, row, references) for row in rows])
    distance = np.abs(runtime.explain(rows)[1] - exact)
    errors = runtime.sampling_errors(rows)
    assert np.mean(distance <= 2 * errors + 1e-12) > 0.9
    assert np.sqrt(np.mean(distance**2)) < np.sqrt(np.mean(errors**2))


def test_walks_depend_on_the_row_and_on_nothing_else():
    row = np.array([1.0, math.nan, 0.0, 7.0])
    again = np.array([1.0, -math.nan, -0.0, 7.0])
    assert walks_of(row, 5).order.tolist() == walks_of(again, 5).order.tolist()
    assert walks_of(row, 5).order.tolist() != walks_of(row + 1, 5).order.tolist()
    first = [walks_of(np.array([float(x), 1.0, 2.0]), 1).order[0, 0] for x in range(3000)]
    assert np.bincount(first) / 3000 == pytest.approx([1 / 3] * 3, abs=0.04)


def test_explanation_says_how_and_how_well():
    assert RUNTIMES["numba"].explanation == {
        "method": "permutation-sampling",
        "references": 3,
        "permutations": 6,
        "standard_error": 0.0625,
    }


def test_numbers_lie_between_their_knots_and_codes_have_tokens_of_their_own():
    matrix = np.array(
        [[2.0, 1.0, 10.0, 0.0], [-1.0, 5.0, 1e308, 0.0], [math.nan] * 4, [-5.0, 0.5, 255.0, 0.0]]
    )
    before, _, share = token_places(COLUMNS, matrix)
    assert before[:, 0].tolist() == [1, 4, 5, 0]
    assert share[:, 0].tolist() == [0.5, 0.0, 0.0, 0.0]
    assert (before[:, 1] - 6).tolist() == [1, 3, 4, 3]
    assert share[:, 2].tolist() == [0.0, 1.0, 0.0, 0.5]
    tokens = embed(COLUMNS, TABLE.embeddings, matrix)
    half = (TABLE.embeddings[1] + TABLE.embeddings[2]) / 2
    np.testing.assert_allclose(tokens[0, 0], half, atol=1e-15)


def test_every_number_has_an_answer():
    odd = [0.0, -0.0, math.inf, -math.inf, 1e308, -1e308, 5e-324, math.nan]
    rows = np.array([[a, b, a, b] for a in odd for b in odd])
    answers = [RUNTIMES[backend].log_odds(rows) for backend in BACKENDS]
    assert np.isfinite(answers[0]).all()
    assert answers[0].tobytes() == answers[1].tobytes()


def test_the_exponential_is_right_to_the_last_places():
    values = -np.concatenate([np.linspace(0, 40, 5001), [0.0, 699.0, 800.0]])
    expected = [math.exp(max(value, -700.0)) for value in values]
    np.testing.assert_allclose(exponential(values), expected, rtol=4e-16)


def test_a_network_comes_back_from_its_text_exactly():
    again = parse_neural(TEXT)
    assert write_neural(again) == TEXT
    files = {"neural.json": TEXT.encode()}
    found = load_runtime("neural", files).log_odds(ROWS)
    assert found.tobytes() == RUNTIMES["numpy"].log_odds(ROWS).tobytes()


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", "null", "[" * 100_000),
        changed(lambda mapping: mapping.update(schema=2)),
        changed(lambda mapping: mapping.update(heads=3)),
        changed(lambda mapping: mapping.update(heads=0)),
        changed(lambda mapping: mapping.update(extra=1)),
        changed(lambda mapping: mapping.pop("columns")),
        changed(lambda mapping: mapping["columns"][0].update(knots=[1.0, 0.0])),
        changed(lambda mapping: mapping["columns"][0].update(knots=["1", "2"])),
        changed(lambda mapping: mapping["columns"][1].update(codes=4)),
        changed(lambda mapping: mapping["columns"][1].update(special=[1.0])),
        changed(lambda mapping: mapping["columns"].pop()),
        changed(lambda mapping: mapping["references"].clear()),
        changed(lambda mapping: mapping["references"][0].pop()),
        changed(lambda mapping: mapping["references"].append("row")),
        changed(lambda mapping: mapping["embeddings"].pop()),
        changed(lambda mapping: mapping["embeddings"][0].__setitem__(0, True)),
        changed(lambda mapping: mapping["embeddings"][0].__setitem__(0, float("nan"))),
        changed(lambda mapping: mapping["weights"].pop("head")),
        changed(lambda mapping: mapping["weights"].update(head=[1.0])),
        changed(lambda mapping: mapping["weights"].update(head_shift="no")),
        changed(lambda mapping: mapping["weights"]["answer"].__setitem__(0, 1e999)),
        changed(lambda mapping: mapping["explanation"].update(method="exact")),
        changed(lambda mapping: mapping["explanation"].update(standard_error=-1.0)),
        changed(lambda mapping: mapping["explanation"].update(permutations=600)),
    ],
)
def test_what_is_no_network_is_refused(text):
    with pytest.raises(NeuralInvalid):
        parse_neural(text)
