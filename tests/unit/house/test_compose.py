"""The containers run what ``gmctl up`` runs: the same commands with the same settings."""

from __future__ import annotations

import re
import runpy
import sys

import pytest
import yaml

from gitmoxi_gmctl.up.plan import MODULES, SCALABLE, Cloud, UpOptions, cloud_spec, service_specs
from gitmoxi_local.install import installer_parser

KEYS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
"""Made at the start of each process: by the runner, or by with-local-keys."""

PLACES = {"GITMOXI_GIT_FOLDER", "GITMOXI_STACK_OUTPUTS"}
"""Where things lie differs."""

CONTAINERS_ONLY = {"HEALTHY_URL"}
"""Read by the health check, not by the service."""

CLOUD_CHOICE = re.compile(r"\$\{(\w+):-([^}]*)\}")
"""What compose takes from the environment, and what stands in for it."""


@pytest.fixture(scope="module")
def document(root):
    text = (root / "docker-compose.yml").read_text()
    return yaml.safe_load(CLOUD_CHOICE.sub(r"\2", text))


@pytest.fixture(scope="module")
def compose(document):
    """The containers that start without a profile."""
    return {name: item for name, item in document["services"].items() if "profiles" not in item}


@pytest.fixture(scope="module")
def dockerfile(root):
    return (root / "deploy/docker/Dockerfile").read_text()


@pytest.fixture
def options(tmp_path):
    return UpOptions(state_dir=tmp_path, port=4566, api_port=8080, template=tmp_path / "gitmoxi.yaml")


@pytest.fixture
def specs(options):
    cloud = Cloud(
        endpoint="http://127.0.0.1:4566", region="us-east-1", account="000000000000", outputs="outputs.json"
    )
    return {spec.name: spec for spec in service_specs(options, cloud, {})}


def test_there_is_a_container_for_each_process(compose):
    assert set(compose) == {"cloud", *MODULES}


@pytest.mark.parametrize("service", MODULES)
def test_a_service_starts_with_the_runners_command(compose, specs, service):
    wrapper, name, program, *arguments = compose[service]["command"]
    assert (wrapper, name, program) == ("with-local-keys", service, "python")
    assert (sys.executable, *arguments) == specs[service].command


@pytest.mark.parametrize("service", MODULES)
def test_a_service_gets_the_runners_settings(compose, dockerfile, specs, service):
    wanted = {name: value for name, value in specs[service].environment.items() if name not in KEYS}
    of_the_image = dict(re.findall(r"^    (MALLOC_\w+)=(\S+)", dockerfile, re.MULTILINE))
    given = of_the_image | compose[service]["environment"]
    assert given.keys() - CONTAINERS_ONLY == wanted.keys()
    assert {name: given[name] for name in given.keys() - PLACES - CONTAINERS_ONLY} == {
        name: wanted[name] for name in wanted.keys() - PLACES
    }


def test_the_cloud_starts_with_the_runners_command(compose, options):
    _, *wanted = cloud_spec(options, {}).command
    program, *given = compose["cloud"]["command"]
    assert program == "python"
    assert [word for word in given if not word.startswith("/")] == [
        word for word in wanted if not word.startswith("/")
    ]


@pytest.mark.parametrize("service", MODULES)
def test_a_service_waits_for_a_cloud_with_its_control_plane(compose, service):
    assert compose[service]["depends_on"]["cloud"] == {"condition": "service_healthy"}
    assert "ready.json" in compose["cloud"]["healthcheck"]["test"][1]


def test_instances_of_a_worker_can_stand_beside_each_other(compose):
    """``--scale``: no fixed name, no fixed port on the network that all share."""
    for service in SCALABLE:
        assert "container_name" not in compose[service]
        assert compose[service]["environment"]["GITMOXI_HEALTH_PORT"] == "0"


def test_localstack_starts_only_where_it_is_asked_for(document, compose):
    services = document["services"]
    assert services.keys() - compose.keys() == {"localstack", "localstack-stack"}
    for name in ("localstack", "localstack-stack"):
        assert services[name]["profiles"] == ["localstack"]
    for service in MODULES:
        assert compose[service]["depends_on"]["localstack-stack"] == {
            "condition": "service_completed_successfully",
            "required": False,
        }


def test_localstack_gets_the_control_plane_by_a_command_that_exists(document):
    container = document["services"]["localstack-stack"]
    python, *arguments = container["command"]
    assert (python, arguments[:2]) == ("python", ["-m", "gitmoxi_local.install"])
    options = installer_parser().parse_args(arguments[2:])
    listens = document["services"]["localstack"]["environment"]["GATEWAY_LISTEN"]
    assert options.endpoint == f"http://{listens}"
    mounted = {volume.split(":")[1] for volume in container["volumes"]}
    assert {str(path) for path in options.template} <= mounted
    assert container["volumes"] == document["services"]["cloud"]["volumes"]


@pytest.mark.parametrize("service", ["cloud", *MODULES])
def test_a_container_may_do_no_more_than_it_must(compose, service):
    container = compose[service]
    assert container["read_only"]
    assert container["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in container["security_opt"]
    assert "ports" not in container


def test_the_image_is_pinned_and_runs_as_nobody_special(dockerfile):
    bases = re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)
    stages = set(re.findall(r"^FROM \S+ AS (\S+)", dockerfile, re.MULTILINE))
    assert all(re.search(r":\d+\.\d+-slim", base) for base in bases if base not in stages)
    assert "USER 10001" in dockerfile
    assert dockerfile.rindex("USER 10001") > dockerfile.rindex("RUN ")


def test_the_health_check_finds_the_port_that_the_process_took(dockerfile, tmp_path, monkeypatch, root):
    image = dict(re.findall(r"^    (GITMOXI_HEALTH_\w+)=(\S+)", dockerfile, re.MULTILINE))
    assert image == {"GITMOXI_HEALTH_PORT": "0", "GITMOXI_HEALTH_FILE": "/tmp/health"}
    told = tmp_path / "health"
    told.write_text("http://127.0.0.1:4711")
    monkeypatch.setenv("GITMOXI_HEALTH_FILE", str(told))
    monkeypatch.delenv("HEALTHY_URL", raising=False)
    healthy = runpy.run_path(str(root / "deploy/docker/healthy.py"))
    assert healthy["address"]() == "http://127.0.0.1:4711/healthz"


def test_the_image_installs_only_what_is_locked(root, dockerfile):
    installs = re.findall(r"pip install (.*?)(?: \\)?$", dockerfile, re.MULTILINE)
    assert all("--require-hashes" in line or "--no-index --no-deps" in line for line in installs)
    for lock in re.findall(r"requirements/\w+\.lock", dockerfile):
        assert (root / lock).is_file()


def test_the_image_copies_only_what_the_build_may_see(root, dockerfile):
    allowed = {line[1:] for line in (root / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    assert {source.split("/")[0] for line in copied for source in line.split()} <= allowed
