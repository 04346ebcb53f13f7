import subprocess
import sys
from pathlib import Path

import pytest

from listening_log.errors import UsageError, UserError
from listening_log.importers import FORMATS, import_log, render
from tests.conftest import ROOT


def test_an_unknown_format_is_wrong_usage(out: Path) -> None:
    with pytest.raises(UsageError, match="no such format: itunes; there are lastfm-1k, movielens"):
        import_log("itunes", "src", str(out))


@pytest.mark.parametrize("format_", FORMATS)
def test_a_source_that_is_missing_is_one_clear_line_and_leaves_nothing(format_: str, out: Path) -> None:
    with pytest.raises(UserError) as error:
        import_log(format_, str(out.parent / "gone"), str(out))
    assert "gone" in str(error.value)
    assert "\n" not in str(error.value)
    assert not out.exists()


@pytest.mark.parametrize("format_", FORMATS)
def test_an_empty_folder_is_one_clear_line(format_: str, src: Path, import_of) -> None:
    with pytest.raises(UserError) as error:
        import_of(format_)
    assert str(error.value).startswith(str(src))


def test_the_page_tells_what_was_written_and_met(src: Path, out: Path, import_of) -> None:
    (src / "x.inter").write_text("user_id:token\titem_id:token\nu\ti\nodd\nv\ti\n")

    assert render(import_of("recbole")).splitlines() == [
        str(out),
        "",
        "  events     2",
        "  items      1",
        "  files      catalog.parquet, events.parquet",
        "",
        "What was met",
        "            1  no field of .inter is a time: the order of lines is the order",
        f"               first: {src / 'x.inter'}, line 1",
        "            1  lines that have not 2 values: dropped",
        f"               first: {src / 'x.inter'}, line 3",
        "",
        f"Next: upnext data check {out}",
    ]


def test_a_page_without_anything_met_says_so(src: Path, import_of) -> None:
    (src / "x.inter").write_text("user_id:token\titem_id:token\ttimestamp:float\nu\ti\t5\n")
    assert "Nothing was repaired or left out." in render(import_of("recbole"))


def test_naming_the_formats_reads_no_table(tmp_path: Path) -> None:
    code = (
        "import sys, listening_log.importers as importers\n"
        "assert importers.FORMATS\n"
        "slow = {'pandas', 'tensorflow', 'tfx', 'apache_beam'} & set(sys.modules)\n"
        "sys.exit(str(slow) if slow else 0)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
