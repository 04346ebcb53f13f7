"""Fits a preprocessing function on a few examples, by its curated schema."""

import tempfile
from collections.abc import Callable
from typing import Any

import pytest


def serialized(**features: list[int] | list[str]) -> bytes:
    """A serialised example with int64 and bytes features; an empty list is an empty feature."""
    import tensorflow as tf

    example = tf.train.Example()
    for name, values in features.items():
        feature = example.features.feature[name]
        if values and isinstance(values[0], int):
            feature.int64_list.value.extend(values)
        elif values:
            feature.bytes_list.value.extend(value.encode() for value in values)
    return example.SerializeToString()


@pytest.fixture
def fit(tmp_path) -> Callable[..., tuple[str, Callable[[list[bytes]], dict[str, list[Any]]]]]:
    """`fit(schema, preprocessing_fn, examples)` -> folder of the graph, and the graph as a function."""
    import apache_beam as beam
    import tensorflow as tf
    import tensorflow_transform as tft
    import tensorflow_transform.beam as tft_beam
    from google.protobuf import text_format
    from tensorflow_metadata.proto.v0 import schema_pb2
    from tensorflow_transform.tf_metadata import schema_utils
    from tfx_bsl.public import tfxio

    from components.schema.component import schema_text

    def run(name: str, preprocessing_fn: Callable[..., Any], examples: list[bytes]):
        folder = tempfile.mkdtemp(dir=tmp_path)
        schema = text_format.Parse(schema_text(name), schema_pb2.Schema())
        source = tfxio.TFExampleBeamRecord(
            physical_format="memory", schema=schema, telemetry_descriptors=["test"]
        )
        # Like TFX's Transform, which can't make a second pass with this Beam.
        context = tft_beam.Context(temp_dir=str(tmp_path / "tmp"), use_deep_copy_optimization=True)
        with beam.Pipeline() as pipeline, context:
            records = pipeline | beam.Create(examples) | source.BeamSource()
            graph = (records, source.TensorAdapterConfig()) | tft_beam.AnalyzeDataset(preprocessing_fn)
            _ = graph | tft_beam.WriteTransformFn(folder)
        layer = tft.TFTransformOutput(folder).transform_features_layer()
        spec = schema_utils.schema_as_feature_spec(schema).feature_spec

        def apply(batch: list[bytes]) -> dict[str, list[Any]]:
            features = layer(tf.io.parse_example(batch, spec))
            return {key: tf.RaggedTensor.from_sparse(value).to_list() for key, value in features.items()}

        return folder, apply

    return run
