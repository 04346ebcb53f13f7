import json
from pathlib import Path

from components.common.artifacts import RunReport
from components.exit_handler.component import Executor, ExitHandler


def test_it_hands_kubeflows_word_and_its_own_folder_on(tmp_path: Path):
    output = RunReport()
    output.uri = str(tmp_path / "upnext/run-1/ExitHandler/report")
    status = json.dumps({"state": "FAILED", "pipelineJobResourceName": "run-1"})
    Executor().Do({}, {"report": [output]}, {"config": "{}", "final_status": status, "webhook_variable": ""})
    assert json.loads(Path(output.uri, "report.json").read_text())["ended"] == "failed"


def test_its_status_is_one_that_kubeflow_fills_in():
    from tfx.orchestration.kubeflow.decorators import FinalStatusStr

    assert isinstance(ExitHandler().exec_properties["final_status"], FinalStatusStr)
