"""Hand-made specifications whose containers are small Python scripts."""

import json
import textwrap
from typing import Any

# Writes what each output's metadata should be, as TFX's entry point does, and leaves a file in each output.
SCRIPT = textwrap.dedent(
    """
    import json, os, pathlib, sys
    executor_input, behaviour = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    print("in", os.listdir("."))
    if "fail" in behaviour:
        pathlib.Path(behaviour["fail"]).open("a").write("x")
        sys.exit("ValueError: " + behaviour["why"])
    output_artifacts = {}
    for name, output in executor_input["outputs"]["artifacts"].items():
        (artifact,) = output["artifacts"]
        pathlib.Path(artifact["uri"], "inputs.json").write_text(json.dumps(executor_input["inputs"]))
        output_artifacts[name] = {"artifacts": [{"name": artifact["name"], "uri": artifact["uri"],
                                       "metadata": behaviour.get("metadata", {})}]}
    with open(executor_input["outputs"]["outputFile"], "w") as file:
        json.dump({"artifacts": output_artifacts, "parameterValues": behaviour.get("parameters", {})}, file)
    """
)


def component(name: str, outputs: tuple[str, ...] = (), **inputs: str) -> dict[str, Any]:
    return {
        "executorLabel": name,
        "inputDefinitions": {"parameters": {key: {"parameterType": kind} for key, kind in inputs.items()}},
        "outputDefinitions": {
            "artifacts": {key: {"artifactType": {"schemaTitle": "toy.Thing"}} for key in outputs}
        },
    }


def executor(**behaviour: Any) -> dict[str, Any]:
    return {
        "container": {
            "image": "toy",
            "command": ["python", "-c", SCRIPT],
            "args": ["{{$}}", json.dumps(behaviour)],
        }
    }


def task(name: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"componentRef": {"name": name}, "dependentTasks": list(after), **more}


def reading(producer: str, key: str = "out") -> dict[str, Any]:
    source = {"taskOutputArtifact": {"producerTask": producer, "outputArtifactKey": key}}
    return {"inputs": {"artifacts": {"it": source}}}


def specification(tasks: dict[str, Any], executors: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    return {
        "components": {name: component(name, ("out",)) for name in executors},
        "deploymentSpec": {"executors": executors},
        "root": {
            "dag": {"tasks": tasks},
            "inputDefinitions": {"parameters": parameters},
        },
    }
