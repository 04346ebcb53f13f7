from pathlib import Path

import pyarrow as pa
import pytest

from listening_log.tables import files
from listening_log.tables.reader import read_batches
from listening_log.tables.tables import table_files


def test_a_local_file_has_its_size_and_content(tmp_path: Path) -> None:
    path = files.join(str(tmp_path), "a.txt")
    Path(path).write_bytes(b"abc")
    assert files.size(path) == 3
    with files.open_binary(path) as stream:
        assert stream.read() == b"abc"
    assert files.list_dir(str(tmp_path)) == ["a.txt"]


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz", "events.parquet"])
def test_a_remote_log_reads_like_a_local_one(name: str) -> None:
    import gzip
    import io

    import pyarrow as pa
    import pyarrow.parquet as pq
    import tensorflow as tf  # its file system in memory stands for gs://

    text = b"user_id,item_id,timestamp\n" + b"u,i,5\n" * 5000
    packed = io.BytesIO()
    pq.write_table(
        pa.table({"user_id": ["u"] * 5000, "item_id": ["i"] * 5000, "timestamp": [5] * 5000}), packed
    )
    content = {"events.csv": text, "events.csv.gz": gzip.compress(text), "events.parquet": packed.getvalue()}[
        name
    ]
    directory = f"ram://log-{name}"
    tf.io.gfile.makedirs(directory)
    with tf.io.gfile.GFile(f"{directory}/{name}", "wb") as file:
        file.write(content)

    paths = table_files(directory, "events")
    assert paths == [f"{directory}/{name}"]
    batches = list(read_batches(paths[0], "events", batch_rows=3000))
    assert [(first, batch.num_rows) for first, batch in batches] == [(0, 3000), (3000, 2000)]


def test_arrows_threads_never_need_python_to_read_a_local_file(tmp_path: Path) -> None:
    # Else one that still reads ahead aborts the process where it ends after an error.
    path = tmp_path / "events.csv"
    path.write_text("a\n")
    stream = files.open_arrow(str(path))
    assert isinstance(stream, pa.OSFile)
    assert stream.read() == b"a\n"


def test_bytes_are_written_into_a_new_folder(tmp_path: Path) -> None:
    path = str(tmp_path / "new" / "file")
    assert not files.is_file(path)
    files.write_bytes(path, b"content")
    assert files.is_file(path)
    assert not files.is_file(str(tmp_path / "new"))
    with files.open_binary(path) as stream:
        assert stream.read() == b"content"
