"""Asks the models that would be pushed, through a fresh server and in this process, and compares."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from components.common import progress
from components.common.catalog_examples import read_item_ids
from components.common.records import Agreement, ServingCheck
from components.serving_check import rest
from components.serving_check.compare import agreement, shared_top
from components.serving_check.fresh_server import fresh_server
from components.serving_check.questions import Question, make_questions
from listening_log.errors import UserError
from models import names
from serving.errors import ServerError
from serving.lean_tensorflow import same_kernels

STAGE: Final = "ServingCheck"
SERVER_LOG: Final = "server.log"
Answers = dict[str, dict[str, np.ndarray]]
"""Outputs by name, by the question's name."""


def check(*, seed: int, out_uri: str, models_uri: str, catalog_uri: str) -> None:
    """Compares the answers of the models, and of a fresh server, to the same questions; writes a `ServingCheck`."""
    out = Path(out_uri)
    out.mkdir(parents=True, exist_ok=True)
    questions = make_questions(read_item_ids(catalog_uri), seed)
    scann, stock = (
        {model: Path(models_uri) / build / model for model in names.MODELS}
        for build in (names.SCANN, names.STOCK)
    )
    reasons: list[str] = []

    progress.report(STAGE, note="asking the models in this process")
    local = in_process(scann, questions)
    local_stock = in_process(
        {names.UPNEXT: stock[names.UPNEXT]}, [q for q in questions if q.model == names.UPNEXT]
    )
    progress.report(STAGE, note="asking a fresh server")
    served: dict[str, Answers] = {}
    try:
        with fresh_server(scann, out / SERVER_LOG, environment=same_kernels()) as (
            grpc_address,
            rest_address,
        ):
            served = {"gRPC": over_grpc(grpc_address, questions), "REST": over_rest(rest_address, questions)}
    except (UserError, ServerError) as error:
        reasons.append(str(error))

    server = {
        f"{protocol} {question.name}: answers as in process": agreement(
            local[question.name], answers[question.name]
        )
        for protocol, answers in served.items()
        for question in questions
    }
    neutral = {
        f"{model}: neutral contextual as serving_default": agreement(
            local[f"{model} {names.SERVING_DEFAULT}"], local[f"{model} {names.CONTEXTUAL}"]
        )
        for model in names.MODELS
    }
    reasons += [
        f"{what} in {same.sum()} of {len(same)} rows only"
        for what, same in [*server.items(), *neutral.items()]
        if not same.all()
    ]
    upnext = f"{names.UPNEXT} {names.SERVING_DEFAULT}"
    figures = Agreement(
        server_agreement=_share(*server.values()),
        neutral_agreement=_share(*neutral.values()),
        stock_agreement=float(shared_top(local[upnext], local_stock[upnext]).mean()),
        histories=len(local[upnext][names.SCORES]),
    )
    ServingCheck(ok=not reasons, figures=figures, reasons=reasons).write(out)


def in_process(model_dirs: Mapping[str, Path], questions: list[Question]) -> Answers:
    """Asks the SavedModels themselves."""
    from serving.loaded_model import LoadedModel

    loaded = {name: LoadedModel(path) for name, path in model_dirs.items()}
    return _ask(questions, lambda q: loaded[q.model].predict(q.signature, q.inputs))


def over_grpc(address: str, questions: list[Question]) -> Answers:
    """Asks a server's `PredictionService`."""
    from serving.client import Client

    with Client(address, timeout=120.0) as client:
        return _ask(questions, lambda q: client.predict(q.model, q.signature, q.inputs))


def over_rest(address: str, questions: list[Question]) -> Answers:
    """Asks a server's REST `:predict`."""
    return _ask(questions, lambda q: rest.predict(address, q.model, q.signature, q.inputs))


def _ask(questions: list[Question], answer: Callable[[Question], dict[str, np.ndarray]]) -> Answers:
    return {question.name: answer(question) for question in questions}


def _share(*parts: np.ndarray) -> float:
    """The share of rows that are the same, of all parts together; 0 if there are none."""
    same = np.concatenate([np.zeros(0, bool), *parts])
    return float(same.mean()) if len(same) else 0.0
