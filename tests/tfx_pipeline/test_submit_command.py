import subprocess
import sys

from tests.tfx_pipeline.kfp_stub import KfpStub
from tests.tfx_pipeline.submissions import only
from tfx_pipeline.submit import Submission

pytest_plugins = ["tests.tfx_pipeline.submissions"]


def test_the_command_takes_its_flags_and_writes_nothing_but_its_answer(
    submission: Submission, kfp_stub: KfpStub
):
    code = (
        "import argparse, sys\nfrom tfx_pipeline import submit_command\nfrom tfx_pipeline.console import Console\n"
        "parser = argparse.ArgumentParser()\nsubmit_command.add_flags(parser)\n"
        "assert 'kfp' not in sys.modules\n"
        "args = parser.parse_args()\nsys.exit(args.function(args, Console()))\n"
    )
    words = [
        str(submission.file),
        "--host",
        kfp_stub.url,
        "--param",
        "data_dir=x",
        "--backfill",
        "1",
        "1",
        "--wait",
    ]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert [line.split(" ")[0] for line in done.stdout.splitlines() if line[0] != " "] == [
        "experiment",
        "pipeline",
        "run",
    ]
    assert only(kfp_stub.runs)["runtime_config"]["parameters"] == {"data_dir": "x", "spans": "1"}
