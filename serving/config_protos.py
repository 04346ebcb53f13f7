"""Messages of TF Serving's configs and of gRPC's health service, made from their fields: no package holds them."""

from typing import TYPE_CHECKING, Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

if TYPE_CHECKING:
    from google.protobuf.message import Message

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS: Final = {"string": _FIELD.TYPE_STRING, "bool": _FIELD.TYPE_BOOL, "int64": _FIELD.TYPE_INT64}
_PACKAGE: Final = "tensorflow.serving"
# Each message's fields by number: its type, and its name.
_MESSAGES: Final = {
    "Int64Value": {1: ("int64", "value")},
    "StringValue": {1: ("string", "value")},
    "BoolValue": {1: ("bool", "value")},
    "PrometheusConfig": {1: ("bool", "enable"), 2: ("string", "path")},
    "MonitoringConfig": {1: ("PrometheusConfig", "prometheus_config")},
    "SSLConfig": {
        1: ("string", "server_key"),
        2: ("string", "server_cert"),
        3: ("string", "custom_ca"),
        4: ("bool", "client_verify"),
    },
    "HealthCheckRequest": {1: ("string", "service")},
    "HealthCheckResponse": {1: ("int64", "status")},  # an enum, which is the same on the wire
    "BatchingParameters": {
        1: ("Int64Value", "max_batch_size"),
        2: ("Int64Value", "batch_timeout_micros"),
        3: ("Int64Value", "max_enqueued_batches"),
        4: ("Int64Value", "num_batch_threads"),
        5: ("StringValue", "thread_pool_name"),
        6: ("repeated int64", "allowed_batch_sizes"),
        7: ("bool", "pad_variable_length_inputs"),
        8: ("BoolValue", "enable_large_batch_splitting"),
        9: ("Int64Value", "max_execution_batch_size"),
    },
}


def _make_pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="configs.proto", package=_PACKAGE, syntax="proto3")
    for message, fields in _MESSAGES.items():
        entry = file.message_type.add(name=message)
        for number, (kind, name) in fields.items():
            plain = kind.removeprefix("repeated ")
            field = entry.field.add(name=name, number=number)
            field.label = _FIELD.LABEL_OPTIONAL if plain == kind else _FIELD.LABEL_REPEATED
            if plain in _SCALARS:
                field.type = _SCALARS[plain]
            else:
                field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{_PACKAGE}.{plain}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


_FACTORY: Final = message_factory.MessageFactory(_make_pool())


def make_message(name: str) -> "Message":
    """Makes an empty message, as `SSLConfig`."""
    message_type: Any = _FACTORY.GetPrototype(_FACTORY.pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
    message: Message = message_type()
    return message
