"""`LoadedModels`: the pushed `upnext` in this process, for a batch that needs no server."""

from collections.abc import Sequence
from pathlib import Path

from models import names
from serving.client import top_rankings
from serving.loaded_model import load_model
from serving.request import build_request
from surfaces.common.catalogue import Catalogue
from surfaces.common.model_server import ModelServer, Ranked, Wish
from surfaces.common.plays import Plays


class LoadedModels(ModelServer):
    """Answers `recommend_each` as a server of the same models does.

    Args:
        folder: a version of the `upnext` SavedModel.
        catalogue: what it ranks.

    Raises:
        ServerError: the folder holds no model that can be loaded.
    """

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        self.address = str(folder)
        self._catalogue = catalogue
        self._model = load_model(folder)

    def close(self) -> None:
        """Frees the model's memory."""
        self._model.close()

    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        """Ranks for several histories in one call."""
        signature, inputs = build_request(*self._histories(plays), **self._wishes(plays, wishes))
        return [self._ranked(answer) for answer in top_rankings(self._model.predict(signature, inputs), k)]
