"""The cluster's manifests: what Kubernetes takes, and what `infill engine` recommends."""

from __future__ import annotations

from pathlib import Path

import pytest
from machines import MIB, machine_of

from inference.engine import Wish, recommend, shape_of
from inference.machine import Gpu
from inference.models import find_model
from lsp_server.settings import ServerSettings

yaml = pytest.importorskip("yaml")

FOLDER = Path(__file__).parents[2] / "inference" / "deploy"
# The newest that the schemas' package has, and one that is still looked after.
VERSIONS = ("1.34", "1.37")
LITE = "deepseek-coder-v2-lite-base"


def listed():
    return yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["resources"]


def documents():
    return [one for name in listed() for one in yaml.safe_load_all((FOLDER / name).read_text())]


def named(kind, name):
    (found,) = (d for d in documents() if (d["kind"], d["metadata"]["name"]) == (kind, name))
    return found


def container(workload):
    (found,) = workload["spec"]["template"]["spec"]["containers"]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_takes_every_manifest(version):
    schemas = pytest.importorskip("kubernetes_validate")
    assert len(documents()) == 9
    for document in documents():
        schemas.validate(document, version, strict=True)


def test_every_file_is_listed():
    assert {*listed(), "kustomization.yaml"} == {file.name for file in FOLDER.glob("*.yaml")}


def test_the_arguments_are_the_recommended_ones():
    """As `--gpus 1 --memory-gb 80` describes the machine."""
    memory = int(80 * 1024 * MIB * 0.99)
    machine = machine_of(Gpu("nvidia", "described", memory, memory))
    made = recommend(shape_of(find_model(LITE)), machine, Wish(host="0.0.0.0"))  # noqa: S104
    model = container(named("Deployment", "infill-model"))
    assert model["command"] == ["vllm", "serve", f"/weights/{LITE}"]
    words = [word for argument in model["args"] for word in argument.split("=", 1)]
    assert tuple(words) == made.command[3:]
    environment = {entry["name"]: entry.get("value") for entry in model["env"]}
    assert dict(made.environment).items() <= environment.items()
    assert model["resources"]["limits"]["nvidia.com/gpu"] == str(made.layout.tensor)


def test_the_router_finds_the_replicas_and_keeps_sessions():
    arguments = container(named("Deployment", "infill-router"))["args"]
    labels = named("Deployment", "infill-model")["spec"]["template"]["metadata"]["labels"]
    assert f"--selector=app={labels['app']}" in arguments
    assert "--policy=consistent_hash" in arguments
    # The header that this policy goes by is the one that Infill sends.
    assert ServerSettings().session_header == "x-session-id"


def test_whats_mounted_is_there():
    for document in documents():
        if document["kind"] in {"Deployment", "Job"}:
            there = {volume["name"] for volume in document["spec"]["template"]["spec"]["volumes"]}
            assert {one["name"] for one in container(document)["volumeMounts"]} == there


def test_nothing_runs_with_rights_it_doesnt_need():
    for document in documents():
        if document["kind"] in {"Deployment", "Job"}:
            pod = document["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"]
            confined = container(document)["securityContext"]
            assert confined["allowPrivilegeEscalation"] is False
            assert confined["readOnlyRootFilesystem"]
            assert confined["capabilities"] == {"drop": ["ALL"]}


def test_images_are_of_one_version_and_no_key_is_written_down():
    for document in documents():
        if document["kind"] in {"Deployment", "Job"}:
            tag = container(document)["image"].partition(":")[2]
            assert tag.startswith("v")
    key = next(
        entry
        for entry in container(named("Deployment", "infill-model"))["env"]
        if entry["name"] == "VLLM_API_KEY"
    )
    assert key["valueFrom"]["secretKeyRef"]["name"] == "infill-key"
    assert not any(document["kind"] == "Secret" for document in documents())
