"""Which models to serve: one by flags, or a list in a ModelServerConfig text file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from serving.errors import FlagError, ServerError, first_line
from serving.options import Options
from serving.versions import versions

if TYPE_CHECKING:
    from tensorflow_serving.config import model_server_config_pb2


@dataclass(frozen=True)
class ModelConfig:
    """A model, the folder of its versions and which of those to serve.

    `specific` names the versions; without it the `latest` highest ones are served (0: all).
    """

    name: str
    base_path: Path
    latest: int = 1
    specific: tuple[int, ...] = ()

    def wanted(self) -> list[int]:
        """Lists the versions on disk that should be served, lowest first."""
        numbers = versions(self.base_path)
        if self.specific:
            return [version for version in numbers if version in self.specific]
        return numbers[-self.latest :]

    def everything(self) -> list[int]:
        """Lists the versions on disk that may be served, lowest first."""
        return self.wanted() if self.specific else versions(self.base_path)


def model_configs(options: Options) -> list[ModelConfig]:
    """Reads which models to serve.

    Raises:
        FlagError: a config file that is none, or names a model twice or without a name.
        ServerError: a base path without a version.
    """
    if options.model_config_file is None:
        assert options.model_base_path is not None
        configs = [ModelConfig(options.model_name, options.model_base_path)]
    else:
        configs = read_model_configs(options.model_config_file)
    for config in configs:
        if not config.wanted():
            raise ServerError(f"Model {config.name}: {config.base_path} holds no version to serve")
    return configs


def read_model_configs(path: Path) -> list[ModelConfig]:
    """Reads a ModelServerConfig in text form (`model_config_list { config { name: … base_path: … } }`).

    Raises:
        FlagError: the file is none, or names a model twice or without a name.
    """
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2

    try:
        text = path.read_text(encoding="utf-8")
        message = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise FlagError(f"{path}: not a ModelServerConfig: {first_line(error)}") from None
    configs = [_config(entry) for entry in message.model_config_list.config]
    listed = [config.name for config in configs]
    if not configs or not all(listed) or len(set(listed)) < len(listed):
        raise FlagError(f"{path}: model_config_list must hold models, each with a name of its own")
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
    policy = entry.model_version_policy
    kind = policy.WhichOneof("policy_choice")
    latest = {"all": 0, "latest": max(policy.latest.num_versions, 1)}.get(kind, 1)
    return ModelConfig(entry.name, Path(entry.base_path), latest, tuple(policy.specific.versions))
