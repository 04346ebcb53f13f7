"""Which models to serve: one by flags, or a list in a ModelServerConfig text file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from serving.errors import FlagError, ServerError, first_line
from serving.options import Options
from serving.storage import Address, list_versions, place_of

if TYPE_CHECKING:
    from google.protobuf.message import Message
    from tensorflow_serving.config import model_server_config_pb2

_Message = TypeVar("_Message", bound="Message")


@dataclass(frozen=True)
class ModelConfig:
    """A model, the base path of its versions and which of those to serve.

    `specific` names the versions; without it the `latest` highest ones are served (0: all). Each of `labels` is
    a name for a version.
    """

    name: str
    base_path: Path | Address
    latest: int = 1
    specific: tuple[int, ...] = ()
    labels: tuple[tuple[str, int], ...] = ()

    def wanted(self) -> list[int]:
        """Lists the versions that should be served, lowest first."""
        numbers = list_versions(self.base_path)
        if self.specific:
            return [version for version in numbers if version in self.specific]
        return numbers[-self.latest :]

    def everything(self) -> list[int]:
        """Lists the versions that may be served, lowest first."""
        return self.wanted() if self.specific else list_versions(self.base_path)


def model_configs(options: Options) -> list[ModelConfig]:
    """Reads which models to serve.

    Raises:
        FlagError: a config file that is none, or names a model twice or without a name.
        ServerError: a base path without a version, or that can't be read.
    """
    if options.model_config_file is None:
        assert options.model_base_path is not None
        configs = [ModelConfig(options.model_name, options.model_base_path)]
    else:
        configs = read_model_configs(options.model_config_file)
    for config in configs:
        try:
            wanted = config.wanted()
        except ServerError as error:
            raise ServerError(f"Model {config.name}: {error}") from None
        if not wanted:
            raise ServerError(f"Model {config.name}: {config.base_path} holds no version to serve")
    return configs


def read_model_configs(path: Path) -> list[ModelConfig]:
    """Reads a ModelServerConfig in text form (`model_config_list { config { name: … base_path: … } }`).

    Raises:
        FlagError: the file is none, or names a model twice or without a name.
    """
    from tensorflow_serving.config import model_server_config_pb2

    message = read_text_proto(path, model_server_config_pb2.ModelServerConfig())
    try:
        return list_models(message)
    except FlagError as error:
        raise FlagError(f"{path}: {error}") from None


def read_text_proto(path: Path, message: _Message) -> _Message:
    """Reads a message in text form.

    Raises:
        FlagError: the file can't be read, or is none of this kind.
    """
    from google.protobuf import text_format

    try:
        return text_format.Parse(path.read_text(encoding="utf-8"), message)
    except OSError as error:
        raise FlagError(f"{path}: {error.strerror}") from None
    except (text_format.ParseError, UnicodeDecodeError) as error:
        kind = message.DESCRIPTOR.full_name
        raise FlagError(f"{path}: Error parsing text-format {kind}: {first_line(error)}") from None


def list_models(message: "model_server_config_pb2.ModelServerConfig") -> list[ModelConfig]:
    """Reads the models of a ModelServerConfig.

    Raises:
        FlagError: none, a model without a name of its own, or a field that this server can't honour.
    """
    if message.WhichOneof("config") == "custom_model_config":
        raise FlagError("custom_model_config is not supported: only model_config_list is")
    configs = [_config(entry) for entry in message.model_config_list.config]
    listed = [config.name for config in configs]
    if not configs or not all(listed) or len(set(listed)) < len(listed):
        raise FlagError("model_config_list must hold models, each with a name of its own")
    return configs


def config_text(base_paths: Mapping[str, Path]) -> str:
    """Writes a ModelServerConfig in text form, which `read_model_configs` and TF Serving read.

    Args:
        base_paths: the folder of each model's versions, by the model's name.
    """
    entries = "".join(
        "  config {\n"
        f"    name: {json.dumps(name)}\n"
        f"    base_path: {json.dumps(str(path), ensure_ascii=False)}\n"
        '    model_platform: "tensorflow"\n'
        "  }\n"
        for name, path in base_paths.items()
    )
    return f"model_config_list {{\n{entries}}}\n"


def _config(entry: "model_server_config_pb2.ModelConfig") -> ModelConfig:
    if entry.model_platform not in ("", "tensorflow"):
        raise FlagError(f"model {entry.name}: model_platform {entry.model_platform} is not supported")
    if entry.HasField("logging_config"):
        raise FlagError(f"model {entry.name}: logging_config is not supported: no request is ever logged")
    policy = entry.model_version_policy
    kind = policy.WhichOneof("policy_choice")
    specific = tuple(policy.specific.versions)
    if kind == "specific" and not specific:
        raise FlagError(f"model {entry.name}: model_version_policy specific lists no version")
    latest = {"all": 0, "latest": max(policy.latest.num_versions, 1)}.get(kind, 1)
    labels = tuple(sorted(entry.version_labels.items()))
    return ModelConfig(entry.name, place_of(entry.base_path), latest, specific, labels)
