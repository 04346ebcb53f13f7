"""TFX's Evaluator (TFMA) with `code_digest`, so that an edit of our metrics measures anew."""

from tfx import types
from tfx.components.evaluator import component as evaluator

from components.common.code_digest import code_digest
from components.common.stage import CODE_DIGEST
from components.tfma_evaluator.config import eval_config
from models import names


class Evaluator(evaluator.Evaluator):
    """Measures the ranker's SavedModel on the raw `test` split, through its signature `evaluate`.

    Its own blessing stays empty: `Bless` reads the metrics and decides.
    """

    def __init__(self, examples: types.BaseChannel, model: types.BaseChannel) -> None:
        super().__init__(
            examples=examples,
            model=model,
            eval_config=eval_config(),
            example_splits=[names.TEST],
        )
        self.spec.exec_properties[CODE_DIGEST] = code_digest(__name__, "components.tfma_evaluator.metrics")
