"""A PostgreSQL server of the tests' own, where one is installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.serving.running import free_port


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a server without a database of ours; it refuses root, so it runs as nobody."""
    if shutil.which("postgres") is None or shutil.which("initdb") is None:
        pytest.skip("PostgreSQL is not installed here: its initdb and postgres are not on the path")
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="upnext-pg-") as name:
        folder, port = Path(name), free_port()
        if user == "nobody":
            nobody = pwd.getpwnam(user)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        data = folder / "data"
        words = ["initdb", "--auth=trust", "--username=upnext", "--no-sync", "--pgdata", str(data)]
        subprocess.run(
            words, check=True, capture_output=True, user=user, cwd=folder, env=os.environ | {"HOME": name}
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        control = ["pg_ctl", "--pgdata", str(data), "--wait", "--log", str(folder / "log"), "-o", options]
        subprocess.run([*control, "start"], check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder)
        try:
            yield f"postgresql+psycopg://upnext@127.0.0.1:{port}"
        finally:
            subprocess.run(
                ["pg_ctl", "--pgdata", str(data), "--mode=immediate", "stop"],
                check=False, stdout=subprocess.DEVNULL, user=user, cwd=folder,
            )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store, of each kind of database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    server = request.getfixturevalue("postgres")
    name = f"store_{os.urandom(6).hex()}"
    engine = sa.create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"
