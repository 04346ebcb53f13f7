"""Hand-made specifications whose containers are small Python scripts."""

import json
import textwrap
from typing import Any

# Writes what each output's metadata should be, as TFX's entry point does, and leaves a file in each output.
SCRIPT = textwrap.dedent(
    """
    import json, os, pathlib, sys
    given, told = json.loads(sys.argv[1]), json.loads(sys.argv[2])
    print("in", os.listdir("."))
    if "fail" in told:
        pathlib.Path(told["fail"]).open("a").write("x")
        sys.exit("ValueError: " + told["why"])
    answer = {}
    for name, output in given["outputs"]["artifacts"].items():
        (artifact,) = output["artifacts"]
        pathlib.Path(artifact["uri"], "given.json").write_text(json.dumps(given["inputs"]))
        answer[name] = {"artifacts": [{"name": artifact["name"], "uri": artifact["uri"],
                                       "metadata": told.get("metadata", {})}]}
    with open(given["outputs"]["outputFile"], "w") as file:
        json.dump({"artifacts": answer, "parameterValues": told.get("parameters", {})}, file)
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


def executor(**told: Any) -> dict[str, Any]:
    return {
        "container": {
            "image": "toy",
            "command": ["python", "-c", SCRIPT],
            "args": ["{{$}}", json.dumps(told)],
        }
    }


def task(name: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"componentRef": {"name": name}, "dependentTasks": list(after), **more}


def taking(producer: str, key: str = "out") -> dict[str, Any]:
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
