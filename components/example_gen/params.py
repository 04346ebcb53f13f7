"""Names of the stage's parameters and outputs, for the component and its executor."""

from typing import Final

DATA_DIR: Final = "data_dir"
LOG_CONFIG: Final = "log_config"
DATA_DIGEST: Final = "data_digest"
CODE_DIGEST: Final = "code_digest"
FINAL_FIT: Final = "final_fit"
SPANS: Final = "spans"
FORGOTTEN: Final = "forgotten"
FORGOTTEN_DIGEST: Final = "forgotten_digest"
EXAMPLES: Final = "examples"
CATALOG: Final = "catalog"
SUMMARY: Final = "summary"
