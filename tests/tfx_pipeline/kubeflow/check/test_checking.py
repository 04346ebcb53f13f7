"""A reference that leads nowhere, or a value of the wrong kind, is caught and its place is named."""

from collections.abc import Callable
from typing import Any

import pytest

from tfx_pipeline.kubeflow.check.checking import CompileError, check, problems_in, problems_in_documents
from tfx_pipeline.kubeflow.spec import dump_all

Tree = dict[str, Any]
INNER = "components.tfx-dag.dag.tasks"


class Broken:
    """The two documents, and short ways into them."""

    def __init__(self, documents: list[Tree]) -> None:
        self.spec, self.platform = documents
        self.components = self.spec["components"]
        self.tasks = self.components["tfx-dag"]["dag"]["tasks"]
        self.executors = self.spec["deploymentSpec"]["executors"]
        self.declared = self.spec["root"]["inputDefinitions"]["parameters"]
        self.platforms = self.platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]

    def inputs(self, stage: str, kind: str) -> Tree:
        return self.tasks[stage]["inputs"][kind]

    def container(self, stage: str) -> Tree:
        return self.executors[f"{stage}_executor"]["container"]


def drop_component(broken: Broken) -> None:
    broken.tasks["Push"]["componentRef"]["name"] = "Pusher"


def drop_executor(broken: Broken) -> None:
    broken.components["Push"]["executorLabel"] = "push"


def drop_implementation(broken: Broken) -> None:
    del broken.components["Push"]["executorLabel"]


def ask_undeclared_parameter(broken: Broken) -> None:
    del broken.components["tfx-dag"]["inputDefinitions"]["parameters"]["seed"]


def give_undeclared_parameter(broken: Broken) -> None:
    broken.inputs("Push", "parameters")["speed"] = {"runtimeValue": {"constant": "1"}}


def give_undeclared_artifact(broken: Broken) -> None:
    broken.inputs("Push", "artifacts")["index"] = broken.inputs("Push", "artifacts")["models"]


def ask_undeclared_artifact(broken: Broken) -> None:
    broken.inputs("Push", "artifacts")["models"] = {"componentInputArtifact": "models"}


def forget_parameter(broken: Broken) -> None:
    del broken.inputs("Push", "parameters")["destination"]


def forget_artifact(broken: Broken) -> None:
    del broken.inputs("Push", "artifacts")["models"]


def ask_missing_output(broken: Broken) -> None:
    broken.inputs("Push", "artifacts")["models"]["taskOutputArtifact"]["outputArtifactKey"] = "model"


def ask_missing_task(broken: Broken) -> None:
    broken.inputs("Push", "artifacts")["models"]["taskOutputArtifact"]["producerTask"] = "Compose"


def ask_missing_output_parameter(broken: Broken) -> None:
    source = {"producerTask": "Composer", "outputParameterKey": "version"}
    broken.inputs("Push", "parameters")["spans"] = {"taskOutputParameter": source}


def ask_status_of_missing_task(broken: Broken) -> None:
    handler = broken.spec["root"]["dag"]["tasks"]["ExitHandler"]
    handler["inputs"]["parameters"]["final_status"]["taskFinalStatus"]["producerTask"] = "dag"


def wait_for_missing_task(broken: Broken) -> None:
    broken.tasks["Push"]["dependentTasks"].append("InfraValidator")


def wait_for_nobody(broken: Broken) -> None:
    broken.tasks["Push"]["dependentTasks"].remove("Composer")


def wait_for_each_other(broken: Broken) -> None:
    broken.tasks["Composer"]["dependentTasks"].append("Push")


def ask_in_condition(broken: Broken) -> None:
    broken.tasks["Push"]["triggerPolicy"]["condition"] = (
        "inputs.artifacts['blessing'].artifacts[0].metadata['blessed'] == 1.0"
    )


def ask_parameter_in_condition(broken: Broken) -> None:
    broken.tasks["Push"]["triggerPolicy"]["condition"] = "inputs.parameter_values['force'] == 'inputs'"


def ask_unclearly(broken: Broken) -> None:
    broken.tasks["Push"]["triggerPolicy"]["condition"] = "inputs['blessing'] == 1"


def drop_artifact_type(broken: Broken) -> None:
    broken.components["Composer"]["outputDefinitions"]["artifacts"]["models"]["artifactType"] = {}


def change_artifact_type(broken: Broken) -> None:
    kind = broken.components["Composer"]["outputDefinitions"]["artifacts"]["models"]["artifactType"]
    kind["instanceSchema"] = "title: tfx.Model\ntype: object\n"


def drop_parameter_type(broken: Broken) -> None:
    del broken.components["Push"]["inputDefinitions"]["parameters"]["spans"]["parameterType"]


def change_parameter_type(broken: Broken) -> None:
    inner = broken.components["tfx-dag"]["inputDefinitions"]["parameters"]["seed"]
    inner |= {"parameterType": "STRING", "defaultValue": "17"}


def change_constant(broken: Broken) -> None:
    broken.inputs("Push", "parameters")["config"]["runtimeValue"]["constant"] = 3


def change_default(broken: Broken) -> None:
    broken.declared["seed"]["defaultValue"] = "17"


def change_default_to_half(broken: Broken) -> None:
    broken.declared["seed"]["defaultValue"] = 0.5


def drop_default(broken: Broken) -> None:
    del broken.declared["seed"]["defaultValue"]


def drop_value(broken: Broken) -> None:
    broken.inputs("Push", "parameters")["spans"] = {}


def drop_image(broken: Broken) -> None:
    broken.container("Push")["image"] = ""


def drop_command(broken: Broken) -> None:
    broken.container("Push")["command"] = []


def raise_request(broken: Broken) -> None:
    broken.container("Push")["resources"]["cpuRequest"] = 5.0


def drop_accelerator_count(broken: Broken) -> None:
    broken.container("RankerTrainer")["resources"]["accelerator"]["count"] = "0"


def change_inputs_argument(broken: Broken) -> None:
    broken.components["Push"]["inputDefinitions"]["parameters"]["spans"]["isOptional"] = True


def misspell_deployment(broken: Broken) -> None:
    broken.container("Push")["imgae"] = "upnext:2"


def misspell_task(broken: Broken) -> None:
    broken.tasks["Push"]["dependantTasks"] = []


def misspell_platform(broken: Broken) -> None:
    broken.platforms["Push_executor"]["pvcMounts"] = []


def name_another_platform(broken: Broken) -> None:
    broken.platform["platforms"]["nomad"] = {}


def drop_from_platform(broken: Broken) -> None:
    del broken.platforms["Push_executor"]


def add_to_platform(broken: Broken) -> None:
    broken.platforms["Pusher_executor"] = {}


def drop_claim(broken: Broken) -> None:
    del broken.platforms["Push_executor"]["pvcMount"][0]["constant"]


def mount_twice(broken: Broken) -> None:
    broken.platforms["Push_executor"]["secretAsVolume"][0]["mountPath"] = "/mnt/upnext"


def drop_secret_name(broken: Broken) -> None:
    broken.platforms["Push_executor"]["secretAsEnv"][0]["secretName"] = ""


def drop_caching(broken: Broken) -> None:
    del broken.tasks["Push"]["cachingOptions"]


def drop_retries(broken: Broken) -> None:
    broken.tasks["Push"]["retryPolicy"] = {}


def drop_root(broken: Broken) -> None:
    broken.spec["defaultPipelineRoot"] = ""


PUSH = f"{INNER}.Push"
CONTAINER = "deploymentSpec.executors.Push_executor.container"
KUBERNETES = "platforms.kubernetes.deploymentSpec.executors"
CASES: list[tuple[Callable[[Broken], None], str]] = [
    (drop_component, f"{PUSH}.componentRef: there is no component Pusher"),
    (drop_executor, "components.Push.executorLabel: there is no executor push"),
    (drop_implementation, "components.Push: expected either dag or executorLabel"),
    (
        ask_undeclared_parameter,
        f"{INNER}.Composer.inputs.parameters.seed.componentInputParameter: components.tfx-dag declares no input",
    ),
    (give_undeclared_parameter, f"{PUSH}.inputs.parameters.speed: the component declares no such input"),
    (give_undeclared_artifact, f"{PUSH}.inputs.artifacts.index: the component declares no such input"),
    (
        ask_undeclared_artifact,
        f"{PUSH}.inputs.artifacts.models.componentInputArtifact: components.tfx-dag declares no input models",
    ),
    (forget_parameter, f"{PUSH}.inputs.parameters: destination is not given"),
    (forget_artifact, f"{PUSH}.inputs.artifacts: models is not given"),
    (ask_missing_output, f"{PUSH}.inputs.artifacts.models: task Composer has no output artifact model"),
    (ask_missing_task, f"{PUSH}.inputs.artifacts.models: there is no task Compose in components.tfx-dag"),
    (
        ask_missing_output_parameter,
        f"{PUSH}.inputs.parameters.spans: task Composer has no output parameter version",
    ),
    (
        ask_status_of_missing_task,
        "root.dag.tasks.ExitHandler.inputs.parameters.final_status: there is no task dag in root",
    ),
    (wait_for_missing_task, f"{PUSH}.dependentTasks: there is no task InfraValidator"),
    (
        wait_for_nobody,
        f"{PUSH}.inputs.artifacts.models: comes from task Composer, which is not among dependentTasks",
    ),
    (wait_for_each_other, f"{INNER}: these wait for each other: "),
    (ask_in_condition, f"{PUSH}.triggerPolicy.condition: asks for artifacts blessing, which is no input"),
    (
        ask_parameter_in_condition,
        f"{PUSH}.triggerPolicy.condition: asks for parameter_values force, which is no input",
    ),
    (ask_unclearly, f"{PUSH}.triggerPolicy.condition: cannot tell which inputs it asks for"),
    (drop_artifact_type, "components.Composer.outputDefinitions.artifacts.models: has no artifact type"),
    (change_artifact_type, f"{PUSH}.inputs.artifacts.models: expected an artifact of another type"),
    (
        drop_parameter_type,
        "components.Push.inputDefinitions.parameters.spans: has no type that Kubeflow knows",
    ),
    (
        change_parameter_type,
        f"{INNER}.Composer.inputs.parameters.seed: expected NUMBER_INTEGER, comes from a STRING",
    ),
    (change_constant, f"{PUSH}.inputs.parameters.config: expected STRING, got 3"),
    (change_default, "root.inputDefinitions.parameters.seed.defaultValue: expected NUMBER_INTEGER, got '17'"),
    (
        change_default_to_half,
        "root.inputDefinitions.parameters.seed.defaultValue: expected NUMBER_INTEGER, got 0.5",
    ),
    (drop_default, "root.inputDefinitions.parameters.seed: has no defaultValue"),
    (drop_value, f"{PUSH}.inputs.parameters.spans: has no value that Kubeflow reads"),
    (drop_image, f"{CONTAINER}.image: is empty"),
    (drop_command, f"{CONTAINER}.command: is empty"),
    (raise_request, f"{CONTAINER}.resources: expected cpuRequest and a cpuLimit that is not below it"),
    (
        drop_accelerator_count,
        "deploymentSpec.executors.RankerTrainer_executor.container.resources.accelerator: expected a type",
    ),
    (change_inputs_argument, "components.Push: the container's --json_serialized_inputs_spec_args differs"),
    (misspell_deployment, "deploymentSpec: "),
    (misspell_task, "the specification: "),
    (misspell_platform, f"{KUBERNETES}.Push_executor: "),
    (name_another_platform, "platforms.nomad: expected kubernetes"),
    (drop_from_platform, f"{KUBERNETES}: says nothing of Push_executor"),
    (add_to_platform, f"{KUBERNETES}.Pusher_executor: there is no such executor"),
    (drop_claim, f"{KUBERNETES}.Push_executor.pvcMount: has no claim"),
    (mount_twice, f"{KUBERNETES}.Push_executor: expected a mountPath of its own for each volume"),
    (drop_secret_name, f"{KUBERNETES}.Push_executor: has a secret without a name"),
    (drop_caching, f"{PUSH}: does not say whether it is cached"),
    (drop_retries, f"{PUSH}: does not say how often it is tried again"),
    (drop_root, "defaultPipelineRoot: is empty"),
]


@pytest.mark.parametrize(("break_it", "problem"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_what_is_wrong_is_caught_and_its_place_named(
    documents: list[Tree], break_it: Callable[[Broken], None], problem: str
):
    broken = Broken(documents)
    break_it(broken)
    problems = problems_in_documents(broken.spec, broken.platform)
    assert any(other.startswith(problem) for other in problems), problems


def test_a_file_that_is_no_specification_is_told():
    assert problems_in("a: [") == [problems_in("a: [")[0]]
    assert problems_in("a: [")[0].startswith("the file: not YAML")
    assert problems_in("- 1")[0].startswith("the file: expected a pipeline and at most one platform document")


def test_the_error_tells_the_first_problems_and_how_many_more(documents: list[Tree]):
    broken = Broken(documents)
    for stage in ("Push", "Bless", "Composer", "ServingCheck"):
        broken.container(stage)["image"] = ""
    with pytest.raises(CompileError, match=r"Bless_executor\.container\.image: is empty; .*; and 1 more$"):
        check(dump_all([broken.spec, broken.platform]))
