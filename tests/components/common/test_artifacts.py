"""An artifact's type is found again from its name alone, as Kubeflow's containers must."""

import re
import subprocess
import sys

import pytest
from tfx.types.artifact import Artifact
from tfx.utils import import_utils

from components.common import artifacts

TYPES = [
    value
    for value in vars(artifacts).values()
    if isinstance(value, type) and issubclass(value, Artifact) and value is not Artifact
]


@pytest.mark.parametrize("artifact", TYPES)
def test_a_type_is_imported_by_its_name(artifact: type[Artifact]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-_]{2,20}[.][A-Z][a-zA-Z0-9-_]{2,49}", artifact.TYPE_NAME)
    assert import_utils.import_class_by_path(artifact.TYPE_NAME) is artifact


def test_there_is_nothing_else_in_the_package() -> None:
    import components

    with pytest.raises(AttributeError, match="NoSuchThing"):
        _ = components.NoSuchThing


def test_importing_the_package_imports_no_tfx() -> None:
    code = "import components, sys; sys.exit('tfx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
