"""The application over a HOME: the newest pushed catalogue, the last run's log, a store."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from components.pushed.model_folder import ModelFolder
from components.pushed.pushed_models import PushedModels
from listening_log.config import LogConfig
from listening_log.errors import UserError
from listening_log.storage import atomic
from listening_log.tables.spans import Spans
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import ModelServer
from surfaces.destinations import all_destinations
from surfaces.dj.speech.rephrasing import ChatRephrasing
from surfaces.live import Built
from surfaces.log.log_file import LogFile
from surfaces.log.source import LogSource
from surfaces.service.later import InTurn
from surfaces.service.service import Service
from surfaces.store.engine import without_password
from surfaces.store.store import Store
from surfaces.warming import warm_up
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run


class HomeApplication:
    """Makes services and applications of what HOME holds now.

    Args:
        home: of earlier runs.
        address: `host:port` of a model server's gRPC.
        store: what the destinations remember; it outlives every application.
        rephrase: URL of an OpenAI-compatible server that rephrases the DJ's sentences; "": none does.
    """

    def __init__(self, home: Home, address: str, store: Store, rephrase: str = "") -> None:
        self._home, self._address, self._store = home, address, store
        self._rephrase = ChatRephrasing(rephrase) if rephrase else None

    def stamp(self) -> object:
        """Returns what changes with a push, a run of another log, new data in it, or who is forgotten.

        Raises:
            UserError: HOME holds no model or no run, or the log is gone.
        """
        return pushed_catalogue(self._home).path, log_source(self._home).fingerprint()

    def service(self) -> Service:
        """The service over what HOME holds now.

        Raises:
            UserError: HOME holds no model or no run, or the log can't be read.
        """
        return home_service(self._home, self._store, lambda catalogue: ModelServer(self._address, catalogue))

    def build(self) -> Built:
        """The application over what HOME holds now, every destination of which was asked once.

        Raises:
            UserError: as `service`.
        """
        service = replace(self.service(), later=InTurn())
        app = all_destinations(service, self._rephrase)
        warm_up(app)

        def close() -> None:
            service.models.close()
            service.log.close()

        return Built(app, close)


def home_service(home: Home, store: Store, models: Callable[[Catalogue], ModelServer]) -> Service:
    """A service over what HOME holds now.

    Args:
        home: of earlier runs.
        store: what the destinations remember.
        models: makes what asks the models that rank a catalogue.

    Raises:
        UserError: HOME holds no model or no run, or the log can't be read.
    """
    model = pushed_catalogue(home)
    source = log_source(home)
    catalogue = Catalogue.read(model.extra)
    forgotten = source.forgotten()
    store.leave_out(forgotten)
    return Service(
        catalogue=catalogue,
        models=models(catalogue),
        store=store,
        log=LogFile.open(home.surfaces, source, catalogue),
        config=source.config,
        forgotten=forgotten,
        model_version=model.path.name,
        folder=home.surfaces,
    )


def pushed_catalogue(home: Home) -> ModelFolder:
    """The newest pushed `upnext`, whose assets hold the catalogue.

    Raises:
        UserError: nothing was pushed.
    """
    return PushedModels(home.serving).served(names.SCANN, names.UPNEXT)


def log_source(home: Home) -> LogSource:
    """The log that the last run read, by its rules.

    Raises:
        UserError: there was no run.
    """
    record = last_run(home)
    rules = record.config.get("log")
    return LogSource(
        data_dir=record.data_dir,
        spans=Spans.parse(record.spans),
        config=LogConfig.model_validate(rules) if isinstance(rules, Mapping) else LogConfig(),
        forgotten_file=str(home.forgotten_file),
    )


def store_url(home: Home, url: str) -> str:
    """The store's address: the one that was named, else a file under HOME. HOME notes the one that was named.

    Raises:
        UserError: the folder under HOME can't be written.
    """
    try:
        home.surfaces.mkdir(parents=True, exist_ok=True)
        if url:
            atomic.write_text(home.other_store_file, f"{without_password(url)}\n")
            return url
    except OSError as error:
        raise UserError(f"cannot write to {home.surfaces}: {error.strerror}") from None
    return f"sqlite:///{Path(home.store_file).resolve()}"


def open_store(url: str) -> Store:
    """Opens the store.

    Raises:
        UserError: it can't be opened, or the URL is none.
    """
    try:
        return Store(url)
    except UnavailableError as error:
        raise UserError(str(error)) from None
