"""The manifests of serving/deploy are what Kubernetes takes, and say what the code says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from components.pushed.pushed_models import CONFIG_FILE
from models import names
from serving.batching import read_parameters
from serving.config_protos import make_message
from serving.model_configs import read_text_proto
from serving.options import parse_options
from tests.conftest import ROOT
from tfx_pipeline.cli.parser import make_parser
from tfx_pipeline.config.tree import Config

FOLDER = ROOT / "serving/deploy"
VERSIONS = ("1.29", "1.37")  # an old one that is still met, and the newest that the package brings
# tensorflow_serving/model_servers/main.cc of the version that the manifests name (2.16.1)
FLAGS_OF_TF_SERVING = {
    "allow_version_labels_for_unavailable_models",
    "batching_parameters_file",
    "enable_batching",
    "enable_grpc_healthcheck_service",
    "enable_model_warmup",
    "enable_per_model_batching_parameters",
    "enable_profiler",
    "enable_signature_method_name_check",
    "file_system_poll_wait_seconds",
    "flush_filesystem_caches",
    "grpc_channel_arguments",
    "grpc_max_threads",
    "grpc_socket_path",
    "load_retry_interval_micros",
    "max_num_load_retries",
    "mixed_precision",
    "model_base_path",
    "model_config_file",
    "model_config_file_poll_wait_seconds",
    "model_name",
    "monitoring_config_file",
    "num_load_threads",
    "num_request_iterations_for_warmup",
    "num_tflite_interpreters_per_pool",
    "num_tflite_pools",
    "num_unload_threads",
    "per_process_gpu_memory_fraction",
    "platform_config_file",
    "port",
    "prefer_tflite_model",
    "remove_unused_fields_from_bundle_metagraph",
    "rest_api_enable_cors_support",
    "rest_api_num_threads",
    "rest_api_port",
    "rest_api_timeout_in_ms",
    "saved_model_tags",
    "skip_initialize_tpu",
    "ssl_config_file",
    "tensorflow_inter_op_parallelism",
    "tensorflow_intra_op_parallelism",
    "tensorflow_session_config_file",
    "tensorflow_session_parallelism",
    "thread_pool_factory_config_file",
    "use_alts_credentials",
    "version",
    "xla_cpu_compilation_enabled",
}
CONFIGS = "/etc/tf-serving"
KUBEFLOW = Config().kubeflow
(VOLUME,) = KUBEFLOW.volumes
# what a predictor of KServe's v1beta1 has besides the fields of a pod
KSERVE_FIELDS = {"minReplicas", "maxReplicas", "scaleMetric", "scaleTarget"}


def documents(name: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((FOLDER / name).read_text()))


def of_kind(kind: str) -> dict[str, Any]:
    (document,) = (
        document for path in FOLDER.glob("*.yaml") for document in documents(path.name)
        if document["kind"] == kind
    )  # fmt: skip
    return document


PUBLISHED = [
    document for name in ("claim.yaml", "tf-serving.yaml", "daily-run.yaml") for document in documents(name)
]
PREDICTOR = of_kind("InferenceService")["spec"]["predictor"]
SERVING_PODS = {"plain": of_kind("Deployment")["spec"]["template"]["spec"], "KServe": PREDICTOR}
RUN_POD = of_kind("CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
PODS = {**SERVING_PODS, "daily run": RUN_POD}
each_pod = pytest.mark.parametrize("pod", PODS.values(), ids=PODS)
each_server = pytest.mark.parametrize("pod", SERVING_PODS.values(), ids=SERVING_PODS)


def flags(pod: dict[str, Any]) -> dict[str, str]:
    (container,) = pod["containers"]
    return dict(word.removeprefix("--").split("=", 1) for word in container["args"])


def probes(pod: dict[str, Any]) -> Iterator[dict[str, Any]]:
    (container,) = pod["containers"]
    return (container[f"{name}Probe"]["httpGet"] for name in ("startup", "readiness", "liveness"))


def ports(pod: dict[str, Any]) -> dict[str, int]:
    (container,) = pod["containers"]
    return {port["name"]: port["containerPort"] for port in container["ports"]}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("document", PUBLISHED, ids=lambda document: document["kind"])
def test_a_manifest_is_valid_by_the_published_schemas(document: dict[str, Any], version: str):
    assert kubernetes_validate.validate(document, version, strict=True) == version


def test_an_unknown_field_is_found():
    document = of_kind("Service")
    document["spec"]["port"] = 1
    with pytest.raises(kubernetes_validate.ValidationError, match="port"):
        kubernetes_validate.validate(document, VERSIONS[0], strict=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_kserves_predictor_is_a_pod_but_for_its_scaling(version: str):
    spec = {key: value for key, value in PREDICTOR.items() if key not in KSERVE_FIELDS}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "predictor"}, "spec": spec}
    assert kubernetes_validate.validate(pod, version, strict=True) == version


def test_kserves_envelope_is_v1beta1():
    document = of_kind("InferenceService")
    assert (document["apiVersion"], set(document["spec"])) == ("serving.kserve.io/v1beta1", {"predictor"})
    assert set(document) == {"apiVersion", "kind", "metadata", "spec"}


def test_kserve_is_told_to_route_to_rest_by_the_first_port():
    assert next(iter(ports(PREDICTOR).values())) == int(flags(PREDICTOR)["rest_api_port"])


@each_server
def test_the_server_reads_the_models_config_that_a_push_writes(pod: dict[str, Any]):
    pushed = f"{KUBEFLOW.destination}/{names.STOCK}/{CONFIG_FILE}"
    assert flags(pod)["model_config_file"] == pushed


@each_server
def test_the_ports_are_those_of_upnext_serve_and_declared(pod: dict[str, Any]):
    served = make_parser().parse_args(["serve", "--home", "home"])
    by_flags = {"grpc": int(flags(pod)["port"]), "http": int(flags(pod)["rest_api_port"])}
    assert by_flags == ports(pod) == {"grpc": served.grpc_port, "http": served.rest_port}


@each_server
def test_the_probes_ask_for_the_model_that_is_pushed_last(pod: dict[str, Any]):
    rest = flags(pod)["rest_api_port"]
    assert {get["path"] for get in probes(pod)} == {f"/v1/models/{names.MODELS[-1]}"}
    assert {str(get["port"]) for get in probes(pod)} <= {"http", rest}


@each_server
def test_both_servers_run_the_same_command(pod: dict[str, Any]):
    (container,), (plain,) = pod["containers"], SERVING_PODS["plain"]["containers"]
    same = ("image", "command", "args", "resources", "securityContext", "volumeMounts")
    assert [container[key] for key in same] == [plain[key] for key in same]


@each_server
def test_its_flags_are_tf_servings_and_our_servers(pod: dict[str, Any], tmp_path: Path):
    assert flags(pod).keys() <= FLAGS_OF_TF_SERVING
    models = tmp_path / "models.config"
    models.touch()
    (container,) = pod["containers"]
    words = [
        word.replace(CONFIGS, str(FOLDER)).replace(flags(pod)["model_config_file"], str(models))
        for word in container["args"]
    ]
    batching = ["--enable_batching=true", f"--batching_parameters_file={FOLDER / 'batching.config'}"]
    options = parse_options([*words, *batching])
    assert (options.port, options.rest_api_port) == (8500, 8501)
    assert options.ignored == ()


def test_the_batching_parameters_are_tf_servings_and_pad():
    parameters = read_parameters(FOLDER / "batching.config")
    assert parameters.pad_variable_length_inputs
    assert read_text_proto(FOLDER / "batching.config", make_message("BatchingParameters")).ListFields()


@each_server
def test_metrics_are_where_the_annotations_and_the_config_say(pod: dict[str, Any]):
    config = read_text_proto(FOLDER / "monitoring.config", make_message("MonitoringConfig"))
    assert config.prometheus_config.enable
    annotations = of_kind("Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] == config.prometheus_config.path
    assert annotations["prometheus.io/port"] == flags(pod)["rest_api_port"]


@each_server
def test_the_config_files_are_mounted_from_a_map_that_the_kustomization_makes(pod: dict[str, Any]):
    (kustomization,) = documents("kustomization.yaml")
    (generator,) = kustomization["configMapGenerator"]
    assert kustomization["generatorOptions"] == {"disableNameSuffixHash": True}  # KServe's file names the map
    (volume,) = (volume for volume in pod["volumes"] if "configMap" in volume)
    assert volume["configMap"]["name"] == generator["name"]
    (container,) = pod["containers"]
    (mount,) = (mount for mount in container["volumeMounts"] if mount["name"] == volume["name"])
    assert mount["mountPath"] == CONFIGS
    files = {f"{CONFIGS}/{name}" for name in generator["files"]}
    assert {value for value in flags(pod).values() if value.startswith(CONFIGS)} <= files
    assert all((FOLDER / name).is_file() for name in generator["files"])


def test_the_service_finds_the_deployment_and_its_ports():
    service, deployment = of_kind("Service")["spec"], of_kind("Deployment")["spec"]
    assert service["selector"].items() <= deployment["template"]["metadata"]["labels"].items()
    assert deployment["selector"]["matchLabels"] == deployment["template"]["metadata"]["labels"]
    declared = ports(SERVING_PODS["plain"])
    assert {port["targetPort"]: port["port"] for port in service["ports"]} == declared


def test_the_server_is_of_the_version_of_our_client():
    locked = (ROOT / "requirements.in").read_text().splitlines()
    (version,) = (line.split("==")[1] for line in locked if line.startswith("tensorflow-serving-api=="))
    (container,) = SERVING_PODS["plain"]["containers"]
    assert container["image"] == f"tensorflow/serving:{version}"


@each_pod
def test_every_pod_mounts_the_claim_where_the_pipeline_does(pod: dict[str, Any]):
    claims = {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in pod["volumes"] if "persistentVolumeClaim" in volume
    }  # fmt: skip
    (container,) = pod["containers"]
    mounted = {
        claims[mount["name"]]: mount["mountPath"]
        for mount in container["volumeMounts"] if mount["name"] in claims
    }  # fmt: skip
    assert (
        mounted
        == {VOLUME.claim: VOLUME.path}
        == {of_kind("PersistentVolumeClaim")["metadata"]["name"]: VOLUME.path}
    )


def test_servers_only_read_the_claim_which_many_pods_may_mount():
    for pod in SERVING_PODS.values():
        (container,) = pod["containers"]
        assert container["volumeMounts"][0] == {
            "name": VOLUME.claim, "mountPath": VOLUME.path, "readOnly": True,
        }  # fmt: skip
    assert of_kind("PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteMany"]


@each_pod
def test_no_pod_is_root_or_writes_to_its_root(pod: dict[str, Any]):
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
    }  # fmt: skip


def test_the_daily_run_is_a_command_that_pushes_where_the_server_reads():
    (container,) = RUN_POD["containers"]
    command, *words = container["args"]
    args = make_parser().parse_args(words)
    assert (command, container["image"]) == ("upnext", KUBEFLOW.image)
    assert (str(args.data), str(args.home.serving)) == (KUBEFLOW.data_dir, KUBEFLOW.destination)


def test_the_daily_run_tries_again_only_what_may_get_better():
    job = of_kind("CronJob")["spec"]["jobTemplate"]["spec"]
    (rule,) = job["podFailurePolicy"]["rules"]
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailJob", [2, 3])
    assert RUN_POD["restartPolicy"] == "Never"


def test_the_kustomization_names_files_that_are_there():
    (kustomization,) = documents("kustomization.yaml")
    assert all((FOLDER / name).is_file() for name in kustomization["resources"])
