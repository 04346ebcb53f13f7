"""The pipeline for Kubeflow, as the command line asks for it."""

from tfx_pipeline.kubeflow.compile import compile as compile  # noqa: A004
