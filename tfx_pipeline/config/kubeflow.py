"""What a cluster gives the stages: image, folders, resources, retries, caching, volumes, secrets. No TFX."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class ResourcesConfig:
    """What a container is promised (request) and may take (limit)."""

    cpu_request: float = 1.0
    """Cores."""
    cpu_limit: float = 4.0
    memory_request: float = 4.0
    """GB (10^9 bytes)."""
    memory_limit: float = 16.0


@dataclass(frozen=True)
class RetriesConfig:
    """How often a failed container is tried again, and how long the pause before it is."""

    count: int = 2
    wait_seconds: int = 30
    """Before the first retry."""
    factor: float = 2.0
    """By which each further pause is longer."""
    max_wait_seconds: int = 600


@dataclass(frozen=True)
class TrainersConfig:
    """What only the stages that train get."""

    accelerator: str = ""
    """Resource name, as nvidia.com/gpu; "" for none."""
    accelerator_count: int = 1
    nodes: tuple[str, ...] = ()
    """Labels `key=value` of the nodes they run on, besides those of all stages."""


@dataclass(frozen=True)
class StageConfig:
    """What one stage has otherwise than the rest; what is not given is as for all."""

    stage: str = ""
    cpu_request: float | None = None
    cpu_limit: float | None = None
    memory_request: float | None = None
    memory_limit: float | None = None
    retries: int | None = None

    def __post_init__(self) -> None:
        if not self.stage:
            raise ValueError("expected `stage`, the name of a stage")
        for key in ("cpu_request", "cpu_limit", "memory_request", "memory_limit"):
            value = getattr(self, key)
            if value is not None and value <= 0:
                raise ValueError(f"{key}: expected more than 0, got {value}")
        if self.retries is not None and self.retries < 0:
            raise ValueError(f"retries: expected 0 or more, got {self.retries}")


@dataclass(frozen=True)
class VolumeConfig:
    """A volume claim that all stages see under one path."""

    claim: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        if not self.claim or not self.path.startswith("/"):
            raise ValueError("expected `claim`, the name of a volume claim, and `path`, which starts with /")


@dataclass(frozen=True)
class SecretVariableConfig:
    """One key of a secret as an environment variable of all stages; the secret itself stays in the cluster."""

    secret: str = ""
    key: str = ""
    variable: str = ""

    def __post_init__(self) -> None:
        if not (self.secret and self.key and self.variable):
            raise ValueError(
                "expected `secret`, its `key`, and the environment `variable` that gets the value"
            )


@dataclass(frozen=True)
class SecretFilesConfig:
    """A secret as a folder of all stages: a file a key."""

    secret: str = ""
    path: str = ""

    def __post_init__(self) -> None:
        if not self.secret or not self.path.startswith("/"):
            raise ValueError("expected `secret` and `path`, which starts with /")


@dataclass(frozen=True)
class KubeflowConfig:
    """How the compiled pipeline runs; `upnext run` has no use for it."""

    image: str = "upnext:latest"
    """Of every stage."""
    root: str = "gs://upnext/artifacts"
    """Folder of the artifacts, which all containers reach."""
    data_dir: str = "/mnt/upnext/data"
    """Default of the runtime parameter."""
    destination: str = "/mnt/upnext/serving"
    """Default of the runtime parameter: a mounted volume, as a push renames and renames must be atomic."""
    resources: ResourcesConfig = field(default_factory=ResourcesConfig)
    trainers: TrainersConfig = field(default_factory=TrainersConfig)
    stages: tuple[StageConfig, ...] = ()
    """Stages that have something otherwise."""
    retries: RetriesConfig = field(default_factory=RetriesConfig)
    uncached: tuple[str, ...] = ()
    """Stages that always run, and with them all that read what they make."""
    volumes: tuple[VolumeConfig, ...] = (VolumeConfig("upnext", "/mnt/upnext"),)
    secret_variables: tuple[SecretVariableConfig, ...] = ()
    secret_files: tuple[SecretFilesConfig, ...] = ()
    nodes: tuple[str, ...] = ()
    """Labels `key=value` of the nodes that all stages run on."""
    final_status: bool = True
    """Whether Kubeflow tells the exit handler how the run ended; its open-source backend can from 2.14 on."""
    webhook_variable: str = ""
    """Environment variable, one of `secret_variables`, with the URL that gets how a run ended; "" for none."""

    def __post_init__(self) -> None:
        for key in ("image", "root", "data_dir", "destination"):
            if not getattr(self, key):
                raise ValueError(f"{key}: expected text, got nothing")
        for label in (*self.nodes, *self.trainers.nodes):
            name, equals, _ = label.partition("=")
            if not name or not equals:
                raise ValueError(f"nodes: expected key=value, got {label!r}")
        variables = [given.variable for given in self.secret_variables]
        if self.webhook_variable and self.webhook_variable not in variables:
            raise ValueError(f"webhook_variable: {self.webhook_variable} is none of secret_variables")
