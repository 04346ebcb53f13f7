"""Asks the models that would be pushed, through a fresh server and in this process, and compares."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from components.common import progress
from components.common.catalog_examples import read_item_ids
from components.common.records import Agreement, ServingCheck
from components.serving_check import rest
from components.serving_check.compare import agreement, same_top
from components.serving_check.fresh_server import fresh_server
from components.serving_check.questions import Question, make_questions
from listening_log.errors import UserError
from models import names
from serving.errors import ServerError

STAGE: Final = "ServingCheck"
SERVER_LOG: Final = "server.log"
Answers = dict[str, dict[str, np.ndarray]]
"""Outputs by name, by the question's name."""


def check(*, seed: int, out_uri: str, models_uri: str, catalog_uri: str) -> None:
    """Writes `serving_check.json` (`components.common.records.ServingCheck`)."""
    out = Path(out_uri)
    out.mkdir(parents=True, exist_ok=True)
    questions = make_questions(read_item_ids(catalog_uri), seed)
    builds = {b: {m: Path(models_uri) / b / m for m in names.MODELS} for b in names.BUILDS}
    reasons: list[str] = []

    progress.report(STAGE, note="asking the models in this process")
    local = in_process(builds[names.SCANN], questions)
    stock = in_process(
        {names.UPNEXT: builds[names.STOCK][names.UPNEXT]}, [q for q in questions if q.model == names.UPNEXT]
    )
    progress.report(STAGE, note="asking a fresh server")
    served: dict[str, Answers] = {}
    try:
        with fresh_server(builds[names.SCANN], out / SERVER_LOG) as (grpc_address, rest_address):
            served = {"gRPC": over_grpc(grpc_address, questions), "REST": over_rest(rest_address, questions)}
    except (UserError, ServerError) as error:
        reasons.append(str(error))

    rows = [np.zeros(0, bool)]
    for protocol, answers in served.items():
        for question in questions:
            same = agreement(local[question.name], answers[question.name])
            rows.append(same)
            _note(reasons, same, f"{protocol} {question.name}: answers as in process")

    neutral = []
    for model in names.MODELS:
        default, contextual = (local[f"{model} {s}"] for s in (names.SERVING_DEFAULT, names.CONTEXTUAL))
        neutral.append(agreement(default, contextual))
        _note(reasons, neutral[-1], f"{model}: neutral contextual as serving_default")

    upnext = f"{names.UPNEXT} {names.SERVING_DEFAULT}"
    figures = Agreement(
        server_agreement=_share(np.concatenate(rows)),
        neutral_agreement=_share(np.concatenate(neutral)),
        stock_agreement=_share(same_top(local[upnext], stock[upnext])),
        histories=len(next(iter(local[upnext].values()))),
    )
    ServingCheck(ok=not reasons, figures=figures, reasons=reasons).write(out)


def in_process(model_dirs: Mapping[str, Path], questions: list[Question]) -> Answers:
    """The answers of the SavedModels themselves."""
    from serving.loaded_model import LoadedModel

    loaded = {name: LoadedModel(path) for name, path in model_dirs.items()}
    return _ask(questions, lambda q: loaded[q.model].predict(q.signature, q.inputs))


def over_grpc(address: str, questions: list[Question]) -> Answers:
    """The answers of a server's `PredictionService`."""
    from serving.client import Client

    with Client(address, timeout=120.0) as client:
        return _ask(questions, lambda q: client.predict(q.model, q.signature, q.inputs))


def over_rest(address: str, questions: list[Question]) -> Answers:
    """The answers of a server's REST `:predict`."""
    return _ask(questions, lambda q: rest.predict(address, q.model, q.signature, q.inputs))


def _ask(questions: list[Question], answer: Callable[[Question], dict[str, np.ndarray]]) -> Answers:
    return {question.name: answer(question) for question in questions}


def _note(reasons: list[str], same: np.ndarray, what: str) -> None:
    if not same.all():
        reasons.append(f"{what} in {same.sum()} of {len(same)} rows only")


def _share(same: np.ndarray) -> float:
    return float(same.mean()) if len(same) else 0.0
