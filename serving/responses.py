"""Answers about a model, as protos for gRPC and REST alike: its status and its signatures."""

from typing import TYPE_CHECKING

from serving.served_versions import ServedVersions

if TYPE_CHECKING:
    from tensorflow_serving.apis.get_model_metadata_pb2 import GetModelMetadataResponse
    from tensorflow_serving.apis.get_model_status_pb2 import GetModelStatusResponse

    from serving.loaded_model import LoadedModel

SIGNATURE_DEF = "signature_def"  # the one metadata field that TF Serving knows
_OK, _UNKNOWN = 0, 2  # tensorflow.error.Code


def status_response(served: ServedVersions, name: str, number: int | None) -> "GetModelStatusResponse":
    """Tells how the versions of a model fare, or the one asked for.

    Raises:
        ServingError: there is none.
    """
    from tensorflow_serving.apis import get_model_status_pb2

    response = get_model_status_pb2.GetModelStatusResponse()
    for version in served.statuses(name, number):
        entry = response.model_version_status.add()
        entry.version = version.number
        entry.state = get_model_status_pb2.ModelVersionStatus.State.Value(version.state)
        entry.status.error_code = _UNKNOWN if version.error else _OK
        entry.status.error_message = version.error
    return response


def metadata_response(name: str, model: "LoadedModel", version: int) -> "GetModelMetadataResponse":
    """Tells the signatures of a version, packed in the response."""
    from tensorflow_serving.apis import get_model_metadata_pb2

    response = get_model_metadata_pb2.GetModelMetadataResponse()
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.model_spec.name = name
    response.model_spec.version.value = version
    for key, definition in model.signature_defs.items():
        signatures.signature_def[key].CopyFrom(definition)
    response.metadata[SIGNATURE_DEF].Pack(signatures)
    return response
