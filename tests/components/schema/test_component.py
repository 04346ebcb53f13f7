from pathlib import Path

import pytest

from components.schema.component import CATALOG, LOG, CuratedSchema, Executor, schema_text
from models import names

WINDOW = {
    names.USER_ID, names.WINDOW_START, names.ITEM_IDS, names.TIMESTAMPS, names.OUTCOMES, names.TARGETS,
    names.LISTENER, names.CONTEXT,
}  # fmt: skip
ITEM = {
    names.ITEM_ID, names.TITLE, names.DESCRIPTION, names.ITEM_TOKENS, names.DURATION_MS, names.RELEASE_DAY,
}  # fmt: skip


@pytest.mark.parametrize(("name", "features"), [(LOG, WINDOW), (CATALOG, ITEM)])
def test_a_schema_has_the_features_that_are_written_and_all_are_sparse(name, features):
    import tensorflow as tf
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2
    from tensorflow_transform.tf_metadata import schema_utils

    spec = schema_utils.schema_as_feature_spec(text_format.Parse(schema_text(name), schema_pb2.Schema()))
    assert set(spec.feature_spec) == features
    assert all(isinstance(feature, tf.io.VarLenFeature) for feature in spec.feature_spec.values())


def test_the_stage_writes_the_schema_where_tfx_looks_for_it(tmp_path: Path):
    from tfx.types import standard_artifacts
    from tfx.utils import io_utils

    artifact = standard_artifacts.Schema()
    artifact.uri = str(tmp_path)
    Executor().Do({}, {"schema": [artifact]}, {"config": "{}", "schema_text": schema_text(CATALOG)})
    schema = io_utils.SchemaReader().read(io_utils.get_only_uri_in_dir(str(tmp_path)))
    assert {feature.name for feature in schema.feature} == ITEM


def test_an_edit_of_the_schema_is_another_cache_key():
    assert CuratedSchema(LOG).exec_properties["schema_text"] == schema_text(LOG)
