"""The pipeline on Kubeflow Pipelines: compiled, amended, checked."""
