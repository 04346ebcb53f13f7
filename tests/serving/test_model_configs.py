from pathlib import Path

import pytest

from serving.errors import FlagError, ServerError
from serving.model_configs import ModelConfig, model_configs, read_model_configs
from serving.options import parse_options


def config_file(folder: Path, text: str) -> Path:
    path = folder / "models.config"
    path.write_text(text)
    return path


def base_path(folder: Path, *versions: int) -> Path:
    for version in versions:
        (folder / str(version)).mkdir(parents=True)
    return folder


def test_models_are_read_in_order(tmp_path: Path) -> None:
    text = """model_config_list {
      config { name: "a" base_path: "/m/a" model_platform: "tensorflow" }
      config { name: "b" base_path: "/m/b" model_version_policy { specific { versions: 3 versions: 5 } } }
      config { name: "c" base_path: "/m/c" model_version_policy { all {} } }
      config { name: "d" base_path: "/m/d" model_version_policy { latest { num_versions: 2 } } }
      config { name: "e" base_path: "/m/e" version_labels { key: "stable" value: 4 } }
    }"""
    assert read_model_configs(config_file(tmp_path, text)) == [
        ModelConfig("a", Path("/m/a")),
        ModelConfig("b", Path("/m/b"), specific=(3, 5)),
        ModelConfig("c", Path("/m/c"), latest=0),
        ModelConfig("d", Path("/m/d"), latest=2),
        ModelConfig("e", Path("/m/e"), labels=(("stable", 4),)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "model_config_list {",
        "",
        'model_config_list { config { base_path: "/m" } }',
        'model_config_list { config { name: "a" } config { name: "a" } }',
        'model_config_list { config { name: "a" logging_config { sampling_config { sampling_rate: 1 } } } }',
        'model_config_list { config { name: "a" model_platform: "tensorflow_hub" } }',
        'model_config_list { config { name: "a" model_version_policy { specific {} } } }',
    ],
)
def test_a_wrong_config_file_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(FlagError, match=r"models\.config"):
        read_model_configs(config_file(tmp_path, text))


def test_the_policy_chooses_versions(tmp_path: Path) -> None:
    base = base_path(tmp_path, 1, 2, 3, 10)
    assert ModelConfig("m", base).wanted() == [10]
    assert ModelConfig("m", base, latest=2).wanted() == [3, 10]
    assert ModelConfig("m", base, latest=0).wanted() == [1, 2, 3, 10]
    assert ModelConfig("m", base, specific=(2, 4)).wanted() == [2]


def test_a_file_system_that_tensorflow_lacks_is_one_clear_error(tmp_path: Path) -> None:
    text = 'model_config_list { config { name: "m" base_path: "s3://bucket/m" } }'
    options = parse_options([f"--model_config_file={config_file(tmp_path, text)}"])
    with pytest.raises(ServerError, match=r"^Model m: base path s3://bucket/m: .*not implemented.*mount it"):
        model_configs(options)


def test_an_empty_base_path_is_an_error_at_once(tmp_path: Path) -> None:
    options = parse_options(["--model_name=m", f"--model_base_path={tmp_path}"])
    with pytest.raises(ServerError, match=r"Model m: .* holds no version"):
        model_configs(options)
