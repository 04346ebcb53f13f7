"""The steps of a Dockerfile as scripts/prove_image.py does them; RUN and FROM need root and are left to it."""

import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

sys.path.append(str(ROOT / "scripts"))
from image_steps import Build, Stage, copied, instructions, settings

DOCKERFILE = """\
# a comment
FROM image AS first
ENV PATH=/opt/bin:$PATH \\
    NAME="two words"
WORKDIR /home/one
COPY code code
COPY file.txt other.txt ./
"""


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """A build with one stage, whose root is an empty folder."""
    context = tmp_path / "context"
    for name in (
        "code/a.py",
        "code/inner/b.py",
        "code/__pycache__/a.pyc",
        "file.txt",
        "other.txt",
        "secret.txt",
    ):
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(name)
    (context / "Dockerfile").write_text(DOCKERFILE)
    (context / ".dockerignore").write_text("# all but\n*\n!code\n!file.txt\n!other.txt\n**/__pycache__\n")
    build = Build(context / "Dockerfile", tmp_path / "base", tmp_path / "work", lambda line: None)
    build.stages.append(Stage("first", tmp_path / "root"))
    return build


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_continued_lines_are_one_instruction_and_comments_none(build: Build):
    assert instructions(build.dockerfile)[:2] == [
        ("FROM", "image AS first"), ("ENV", 'PATH=/opt/bin:$PATH     NAME="two words"'),
    ]  # fmt: skip


def test_the_environment_grows_by_what_stands_before_it(build: Build):
    build._env('PATH=/opt/bin:$PATH NAME="two words"')
    assert build.stage.environment["PATH"].startswith("/opt/bin:/usr/local/bin:")
    assert build.stage.environment["NAME"] == "two words"


def test_a_folder_is_copied_into_its_target_without_what_is_ignored(build: Build):
    build._workdir("/home/one")
    build._copy("code code")
    assert files(build.stage.root) == {"home/one/code/a.py", "home/one/code/inner/b.py"}


def test_files_are_copied_into_the_folder(build: Build):
    build._workdir("/home/one")
    build._copy("file.txt other.txt ./")
    assert files(build.stage.root) == {"home/one/file.txt", "home/one/other.txt"}


def test_what_is_ignored_cannot_be_copied(build: Build):
    with pytest.raises(FileNotFoundError, match=r"secret\.txt"):
        build._copy("secret.txt ./")


def test_another_stages_folder_is_copied_by_its_content(build: Build, tmp_path: Path):
    (tmp_path / "root/made").mkdir(parents=True)
    (tmp_path / "root/made/it").write_text("it")
    build.stages.append(Stage("last", tmp_path / "last"))
    build._copy("--from=first /made /opt/made")
    assert files(tmp_path / "last") == {"opt/made/it"}


def test_an_instruction_that_is_not_understood_is_an_error(build: Build):
    build.dockerfile.write_text("HEALTHCHECK NONE\n")
    with pytest.raises(AttributeError, match="healthcheck"):
        build.run()


def test_an_argument_takes_the_callers_value(build: Build, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GIVEN", "caller's")
    build._arg("GIVEN=default")
    build._arg("OTHER=default")
    build._arg("NONE")
    assert build.stage.arguments == {"GIVEN": "caller's", "OTHER": "default"}


@pytest.mark.parametrize(
    ("path", "kept"),
    [("a", False), ("b", True), ("b/c", True), ("b/c.pyc", False), ("b/d/c.pyc", False), ("b/d/c.py", True)],
)  # fmt: skip
def test_the_last_line_that_matches_decides(path: str, kept: bool):
    assert copied(path, ["*", "!b", "**/*.pyc"]) is kept


def test_an_environment_is_quoted_for_the_shell():
    assert settings({"A": "b c", "D": "$e"}) == "'A=b c' 'D=$e'"
