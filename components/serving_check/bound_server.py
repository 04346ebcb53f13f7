"""The model server of a stage: it ends with the process that started it, however that one ends.

python -m components.serving_check.bound_server PARENT [flags of serving.model_server]
"""

import os
import sys
import threading
import time
from typing import Final

from serving import model_server

SECONDS: Final = 1.0


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    sys.exit(model_server.main(sys.argv[2:]))
