"""What a cluster gives the stages: image, folders, resources, retries, caching, volumes, secrets. No TFX."""

from pydantic import model_validator

from models.settings import AtLeastOne, Count, FromZero, Positive, Settings, Text


class ResourcesConfig(Settings):
    """What a container is promised (request) and may take (limit)."""

    cpu_request: Positive = 1.0
    """Cores that a container is promised, at most its limit."""
    cpu_limit: Positive = 4.0
    """Cores that a container may take."""
    memory_request: Positive = 4.0
    """GB (10^9 bytes) that a container is promised, at most its limit."""
    memory_limit: Positive = 16.0
    """GB that a container may take; with more it is killed."""


class RetriesConfig(Settings):
    """How often a failed container is tried again, and how long the pause before it is."""

    count: FromZero = 2
    """How often a container that failed is tried again."""
    wait_seconds: Count = 30
    """Pause before the first retry."""
    factor: AtLeastOne = 2.0
    """Factor by which each further pause is longer."""
    max_wait_seconds: Count = 600
    """The longest pause."""


class TrainersConfig(Settings):
    """What only the stages that train get."""

    accelerator: str = ""
    """Resource name of the accelerator of the four trainers, as `nvidia.com/gpu`; empty: none."""
    accelerator_count: Count = 1
    """Accelerators that each trainer gets."""
    nodes: tuple[str, ...] = ()
    """Labels `key=value` of the nodes that trainers run on, besides those of all stages."""


class StageConfig(Settings):
    """What one stage has otherwise than the rest; what is not given is as for all."""

    stage: str = ""
    """Name of the stage."""
    cpu_request: Positive | None = None
    """Cores that its container is promised."""
    cpu_limit: Positive | None = None
    """Cores that it may take."""
    memory_request: Positive | None = None
    """GB that it is promised."""
    memory_limit: Positive | None = None
    """GB that it may take."""
    retries: FromZero | None = None
    """How often it is tried again."""

    @model_validator(mode="after")
    def _check(self) -> "StageConfig":
        if not self.stage:
            raise ValueError("expected `stage`, the name of a stage")
        return self


class VolumeConfig(Settings):
    """A volume claim that all stages see under one path."""

    claim: str = ""
    path: str = ""

    @model_validator(mode="after")
    def _check(self) -> "VolumeConfig":
        if not self.claim or not self.path.startswith("/"):
            raise ValueError("expected `claim`, the name of a volume claim, and `path`, which starts with /")
        return self


class SecretVariableConfig(Settings):
    """One key of a secret as an environment variable of all stages; the secret itself stays in the cluster."""

    secret: str = ""
    key: str = ""
    variable: str = ""

    @model_validator(mode="after")
    def _check(self) -> "SecretVariableConfig":
        if not (self.secret and self.key and self.variable):
            raise ValueError(
                "expected `secret`, its `key`, and the environment `variable` that gets the value"
            )
        return self


class SecretFilesConfig(Settings):
    """A secret as a folder of all stages: a file a key."""

    secret: str = ""
    path: str = ""

    @model_validator(mode="after")
    def _check(self) -> "SecretFilesConfig":
        if not self.secret or not self.path.startswith("/"):
            raise ValueError("expected `secret` and `path`, which starts with /")
        return self


class KubeflowConfig(Settings):
    """What a cluster gives the stages.

    For `upnext compile` alone ([run on Kubeflow](run-on-kubeflow.md)); stages have the names that `upnext run` shows.
    """

    image: Text = "upnext:latest"
    """Container image of every stage."""
    root: Text = "gs://upnext/artifacts"
    """Folder of the artifacts, which all containers reach."""
    data_dir: Text = "/mnt/upnext/data"
    """Default of the runtime parameter `data_dir`, as containers see it."""
    destination: Text = "/mnt/upnext/serving"
    """Default of the runtime parameter `destination`: a mounted volume, as a push renames."""
    resources: ResourcesConfig = ResourcesConfig()
    trainers: TrainersConfig = TrainersConfig()
    stages: tuple[StageConfig, ...] = ()
    """Stages that have something otherwise: `{stage: RankerTrainer, memory_limit: 32}`; the four of
    `resources`, and `retries`."""
    retries: RetriesConfig = RetriesConfig()
    uncached: tuple[str, ...] = ()
    """Stages that always run, and with them all that read what they make: `[Push]` pushes again though nothing
    changed."""
    volumes: tuple[VolumeConfig, ...] = (VolumeConfig(claim="upnext", path="/mnt/upnext"),)
    """Volume claims, each under one path of every container."""
    secret_variables: tuple[SecretVariableConfig, ...] = ()
    """Secrets as environment variables, by reference: `{secret: NAME, key: KEY, variable: VARIABLE}`."""
    secret_files: tuple[SecretFilesConfig, ...] = ()
    """Secrets as folders, by reference: `{secret: NAME, path: /mnt/secret}`."""
    nodes: tuple[str, ...] = ()
    """Labels `key=value` of the nodes that all stages run on."""
    final_status: bool = True
    """Whether Kubeflow tells the exit handler how the run ended; `false` for a backend before 2.14, which
    refuses a pipeline that asks."""
    webhook_variable: str = ""
    """Variable, one of `secret_variables`, with the URL that gets how a run ended; empty: none."""

    @model_validator(mode="after")
    def _check(self) -> "KubeflowConfig":
        for label in (*self.nodes, *self.trainers.nodes):
            name, equals, _ = label.partition("=")
            if not name or not equals:
                raise ValueError(f"nodes: expected key=value, got {label!r}")
        variables = [secret.variable for secret in self.secret_variables]
        if self.webhook_variable and self.webhook_variable not in variables:
            raise ValueError(f"webhook_variable: {self.webhook_variable} is none of secret_variables")
        return self
