"""Programs take tables of pandas, and give them."""

import pandas as pd
import pytest
from builders import Answer, Query, functional, scripted

import synalinks
from synalinks.errors import ConfigurationError, SynalinksWarning
from synalinks.testing import ScriptedTransport

pytestmark = pytest.mark.integration


class Order(synalinks.DataModel):
    """What was ordered."""

    article: str
    count: int
    note: str | None = None


class Bill(synalinks.DataModel):
    """What is to be paid."""

    total: float
    currency: str


def answer_of(request):
    """Answer a question by its last word; fail on one."""
    question = next(m for m in request.messages if m["role"] == "user")["content"]
    if "broken" in question:
        return "this is no JSON"
    return {"answer": "even" if question.rstrip('}" \n')[-1] in "02468" else "odd"}


async def compiled(**options):
    """Return a program that tells even from odd, compiled, and its transport."""
    model, transport = scripted(answer_of)
    program = await functional(model, name="parity")
    program.compile(optimizer="random_few_shot", reward="exact_match", **options)
    return program, transport


def table(*numbers):
    """Return questions with their answers, indexed by other numbers."""
    return pd.DataFrame(
        {
            "query": [f"number {n}" for n in numbers],
            "answer": ["odd" if n % 2 else "even" for n in numbers],
        },
        index=[n + 100 for n in numbers],
    )


async def order_program():
    """Return a program of an order, that is not to be called."""
    transport = ScriptedTransport(lambda _: {"total": 2.5, "currency": "EUR"})
    model = synalinks.LanguageModel("openai/scripted", transport=transport)
    inputs = synalinks.Input(data_model=Order)
    generator = synalinks.Generator(data_model=Bill, language_model=model)
    program = synalinks.Program(
        inputs=inputs, outputs=await generator(inputs), name="billing"
    )
    return program, transport


async def test_predict_gives_a_table_with_the_index_of_the_inputs():
    """Rows keep their labels, whatever these are, and fields are columns."""
    program, _ = await compiled()
    frame = table(4, 7, 2)

    predicted = await program.predict(frame[["query"]], verbose=0)

    assert list(predicted.columns) == ["answer"]
    assert predicted.index.equals(frame.index)
    assert list(predicted["answer"]) == ["even", "odd", "even"]
    both = await program.predict(frame, verbose=0)
    assert both.equals(predicted)


async def test_a_failed_sample_has_missing_values():
    """The row of a sample without an answer is there, and empty."""
    program, _ = await compiled()
    frame = pd.DataFrame({"query": ["number 1", "broken", "number 2"]})

    with pytest.warns(SynalinksWarning, match="1 samples failed"):
        predicted = await program.predict(frame, verbose=0)

    assert list(predicted["answer"].isna()) == [False, True, False]


async def test_predict_gives_types_of_their_own():
    """Numbers are numbers, and fewer steps give fewer rows."""
    program, _ = await order_program()
    frame = pd.DataFrame({"article": ["pen"] * 3, "count": [1, 2, 3]})

    predicted = await program.predict(frame, batch_size=1, steps=2, verbose=0)

    assert list(predicted.columns) == ["total", "currency"]
    assert predicted["total"].sum() == 5.0
    assert list(predicted.index) == [0, 1]


@pytest.mark.parametrize("form", ["one table", "two tables", "a column", "a list"])
async def test_evaluate_joins_targets_in_each_form(form):
    """One table with both, two tables, a table and a column: the same score."""
    program, transport = await compiled()
    frame = table(1, 2, 3, 4)
    frame.loc[101, "answer"] = "even"  # wrong on purpose
    x, y = {
        "one table": (frame, None),
        "two tables": (frame[["query"]], frame[["answer"]]),
        "a column": (frame["query"], frame["answer"]),
        "a list": (frame[["query"]], [Answer(answer=a) for a in frame["answer"]]),
    }[form]

    logs = await program.evaluate(x, y, verbose=0)

    assert logs["reward"] == 0.75
    assert len(transport.requests) == 4


async def test_fit_takes_tables_everywhere():
    """Training, validation and evaluators read tables."""
    program, _ = await compiled(metrics=["accuracy"])
    extra = synalinks.Evaluator("extra", table(11, 12))

    history = await program.fit(
        table(*range(8)),
        validation_data=(table(8, 9)[["query"]], table(8, 9)[["answer"]]),
        evaluators=[extra],
        epochs=1,
        verbose=0,
    )

    assert history.history["val_reward"] == [1.0]
    assert history.history["extra_reward"] == [1.0]


async def test_values_become_json():
    """Gaps, whole numbers with gaps and values of numpy arrive as JSON."""
    program, transport = await order_program()
    frame = pd.DataFrame(
        {"article": ["pen", "ink"], "count": [3.0, 4.0], "note": [None, "blue"]}
    )

    await program.predict(frame, verbose=0)

    sent = " ".join(str(request.messages) for request in transport.requests)
    assert "3.0" not in sent
    assert "blue" in sent
    assert "null" not in sent


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ({"articel": ["a"], "count": [1]}, r"columns \['articel'\].*Did you mean"),
        ({"article": ["a"]}, "needs the columns `count`"),
        ({"article": ["a"], "count": ["many"]}, r"row 0 \(index 0\).*'many' is not"),
        ({"article": [7], "count": [1]}, "article: 7 is not of type 'string'"),
        ({"article": ["a", None], "count": [1, 2]}, r"row 1 \(index 1\).*None is not"),
        ({"article": ["a"], "count": [1.5]}, "1.5 is not of type 'integer'"),
        ({"article": [], "count": []}, "`x` is empty"),
    ],
    ids=["extra", "missing", "text", "number", "gap", "fraction", "empty"],
)
async def test_what_does_not_fit_is_told_before_any_call(frame, message):
    """The column, the row and what was expected, and nothing is paid for."""
    program, transport = await order_program()

    with pytest.raises(ConfigurationError, match=message):
        await program.predict(pd.DataFrame(frame), verbose=0)

    assert transport.requests == []


async def test_rows_that_do_not_line_up_are_refused():
    """Inputs and targets of different order are not joined by position."""
    program, transport = await compiled()
    frame = table(1, 2, 3)

    with pytest.raises(ConfigurationError, match="do not line up"):
        await program.evaluate(frame[["query"]], frame[["answer"]].iloc[::-1])
    with pytest.raises(ConfigurationError, match=r"\['grade'\], which are no fields"):
        await program.evaluate(frame[["query"]], frame.assign(grade=1)[["grade"]])

    assert transport.requests == []


async def test_two_columns_of_one_name_are_refused():
    """No column is dropped in silence."""
    program, _ = await compiled()
    frame = pd.DataFrame([["a", "b"]], columns=["query", "query"])

    with pytest.raises(ConfigurationError, match="Two columns of `x` have one name"):
        await program.predict(frame, verbose=0)


async def test_a_program_without_known_fields_says_so():
    """A table needs a program that tells what its columns are."""

    class Own(synalinks.Program):
        async def call(self, inputs, training=False):
            return inputs

    with pytest.raises(ConfigurationError, match="gives no table of predictions"):
        await Own().predict(pd.DataFrame({"query": ["a"]}), verbose=0)


def test_an_evaluator_waits_for_its_program():
    """The table of an evaluator is read when there is a program."""
    evaluator = synalinks.Evaluator("extra", table(1))

    assert "of a table" in repr(evaluator)
    with pytest.raises(ConfigurationError, match="is read when `fit` begins"):
        _ = evaluator.feed


async def test_lists_still_give_arrays():
    """Only a table gives a table."""
    program, _ = await compiled()

    predicted = await program.predict([Query(query="number 2")], verbose=0)

    assert predicted[0].get("answer") == "even"
