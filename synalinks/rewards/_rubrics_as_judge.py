"""`RubricsAsJudge`: a language model judges by several criteria in one call."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal.naming import snake_case
from synalinks.data_models import get_score_type, normalize_score
from synalinks.errors import ConfigurationError, show
from synalinks.modules import Generator, scale_schema
from synalinks.rewards._judge import Judge, one_output, with_gold
from synalinks.rewards._rubric import Rubric, checked_rubrics, named_rubric
from synalinks.rewards._score import Score
from synalinks.saving import register_synalinks_serializable

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import ScoreType
    from synalinks.ops import MaskArguments, Outputs

_KNOWN: dict[str, Rubric] = {}
_INSTRUCTIONS = (
    "You judge an answer by criteria. Fields whose names begin with `gold_` are the "
    "right answer; the others are the answer to judge. Judge each criterion by itself: "
    "first write its critique, with the reason, so that whoever answered learns from "
    "it, then the score that follows. Where a criterion does not apply to the answer, "
    "it is met. The criteria:"
)

register_synalinks_serializable(package="synalinks.rewards")(Rubric)


class RubricsAsJudge(Judge):
    """Let a language model judge by several criteria, in one call.

    The score is the mean of those by the criteria, from 0.0 to 1.0; the critiques are
    the feedback that optimizers that rewrite instructions read.

    Args:
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        prompt_template: As in `Generator`.
        examples: Pairs (inputs, outputs), as in `Generator`: the fields that the judge
            is shown, and `<rubric>_critique` and `<rubric>_score`.
        instructions: What the judge is told before the criteria; None for a default.
        score_type: Scale that it judges on; see `SelfCritique`.
        rubrics: A list of `Rubric`s and of names out of `list_rubrics()`, or a dict of
            criteria by name; None for `correctness`, `completeness` and `clarity`.
        reduction: As for `Reward`.
        name: Name in messages and logs.
        decision_model: Out of scope; accepted only as None.
        **masks: `in_mask`, `out_mask`, `in_mask_pattern`, `out_mask_pattern`, as for
            `Reward`.

    Raises:
        ConfigurationError: An argument cannot work.

    It costs one LM call per sample, in the phase `reward`, however many criteria there
    are.
    """

    def __init__(  # noqa: PLR0917 - the public API has them
        self,
        language_model: Any = None,
        prompt_template: str | None = None,
        examples: Any = None,
        instructions: str | None = None,
        score_type: Any = None,
        rubrics: Any = None,
        reduction: str | None = "mean",
        name: str | None = "rubrics_as_judge",
        decision_model: Any = None,
        **masks: Unpack[MaskArguments],
    ) -> None:
        super().__init__(name=name, reduction=reduction, **masks)
        if decision_model is not None:
            msg = (
                f"`decision_model` of `{self.name}` is out of scope, received: "
                f"{show(decision_model)}. Leave it out, and the language model judges."
            )
            raise ConfigurationError(msg)
        default = ["correctness", "completeness", "clarity"]
        given = default if rubrics is None else rubrics
        self.rubrics: list[Rubric] = checked_rubrics(given, _KNOWN)
        self.score_type: ScoreType = get_score_type(score_type)
        lines = [f"- {one.name}: {one.criterion}" for one in self.rubrics]
        self.generator: Generator = Generator(
            schema=_schema([one.name for one in self.rubrics], self.score_type),
            language_model=language_model,
            prompt_template=prompt_template,
            examples=examples,
            instructions="\n".join([instructions or _INSTRUCTIONS, *lines]),
            trainable=False,
            name=f"critic_{self.name}",
        )

    async def judge(self, y_true: Outputs, y_pred: Outputs) -> Score | None:
        """Return what the model says of a prediction.

        Args:
            y_true: The target, masked; None if there is none.
            y_pred: The prediction, masked.
        """
        shown = with_gold(y_true, one_output(self.name, y_pred))
        said: Any = await self.generator(shown, training=False)
        scores = {
            one.name: normalize_score(said[f"{one.name}_score"], self.score_type)
            for one in self.rubrics
        }
        lines = [
            f"{name} ({score:.2f}): {said[f'{name}_critique']}"
            for name, score in scores.items()
        ]
        return Score(statistics.fmean(scores.values()), "\n".join(lines))


class RubricJudge(RubricsAsJudge):
    """A judge of one criterion, which a subclass names `criterion`.

    Args:
        language_model: As for `RubricsAsJudge`.
        prompt_template: As for `RubricsAsJudge`.
        examples: As for `RubricsAsJudge`.
        instructions: As for `RubricsAsJudge`.
        score_type: As for `RubricsAsJudge`.
        reduction: As for `Reward`.
        name: Name in messages and logs; that of the class in snake case if None.
        **masks: As for `RubricsAsJudge`.

    Attributes:
        criterion: What the judge looks at, and what the best and the worst are.
    """

    criterion: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.__module__ == f"{__package__}._rubric_judges":
            name = snake_case(cls.__name__)
            _KNOWN[name] = Rubric(name, cls.criterion)

    def __init__(  # noqa: PLR0917 - in the order of `RubricsAsJudge`
        self,
        language_model: Any = None,
        prompt_template: str | None = None,
        examples: Any = None,
        instructions: str | None = None,
        score_type: Any = None,
        reduction: str | None = "mean",
        name: str | None = None,
        **masks: Unpack[MaskArguments],
    ) -> None:
        own = snake_case(type(self).__name__)
        super().__init__(
            language_model=language_model,
            prompt_template=prompt_template,
            examples=examples,
            instructions=instructions,
            score_type=score_type,
            rubrics={own: self.criterion},
            reduction=reduction,
            name=name or own,
            **masks,
        )


def list_rubrics() -> list[str]:
    """Return the names of the rubrics that are there, in alphabetical order."""
    return sorted(_KNOWN)


def get_rubric(name: str) -> Rubric:
    """Return a rubric that is there.

    Args:
        name: Its name, in Camel or snake case, whatever the capitals.

    Raises:
        ConfigurationError: There is none of this name.
    """
    return named_rubric(name, _KNOWN)


def _schema(names: list[str], score_type: Any) -> JsonObject:
    score = scale_schema([step.value for step in score_type])
    properties: JsonObject = {}
    for name in names:
        properties[f"{name}_critique"] = {
            "type": "string",
            "description": f"What is right and what is wrong by `{name}`, and why",
        }
        properties[f"{name}_score"] = score
    return {
        "title": "Judgement",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "required": list(properties),
    }
