"""Names of the stage's parameters and output, for the component and its executor."""

from typing import Final

DATA_DIR: Final = "data_dir"
SPANS: Final = "spans"
LOG_CONFIG: Final = "log_config"
CONFIG: Final = "config"
DATA_DIGEST: Final = "data_digest"
CODE_DIGEST: Final = "code_digest"
VALIDATION: Final = "validation"
