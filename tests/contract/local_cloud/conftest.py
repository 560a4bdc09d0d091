"""One real local cloud for the whole run, and clients that speak to it as services do."""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import time
import zipfile
from contextlib import ExitStack
from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from gitmoxi_local.process import LocalCloudProcess

REGION = "us-east-1"
CLIENTS = Path(__file__).parents[3] / ".venv-clients" / "bin"


@pytest.fixture(scope="session")
def cloud(tmp_path_factory):
    with LocalCloudProcess(state_dir=tmp_path_factory.mktemp("cloud")) as process:
        yield process


@pytest.fixture
def connect():
    """Makes boto3 clients that try once, and closes them."""
    with ExitStack() as stack:

        def make(endpoint, service, *, caller="contract-test", read_timeout=20.0):
            client = boto3.client(
                service,
                endpoint_url=endpoint,
                region_name=REGION,
                aws_access_key_id=caller,
                aws_secret_access_key=secrets.token_hex(16),
                config=Config(retries={"total_max_attempts": 1}, read_timeout=read_timeout),
            )
            stack.callback(client.close)
            return client

        yield make


@pytest.fixture
def aws(cloud, connect):
    """A client of the shared local cloud."""

    def make(service, **options):
        return connect(cloud.endpoint, service, **options)

    return make


@pytest.fixture
def run(cloud, tmp_path):
    """Runs a tool of ``.venv-clients`` as in a shell, ``run("aws", ...)``; the ended process."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "aws-cli",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
    }

    def run(tool, *arguments):
        return subprocess.run(
            [str(CLIENTS / tool), *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def cli(run):
    """The AWS CLI, which has to succeed; its answer."""

    def cli(*arguments):
        ended = run("aws", *arguments, "--output", "json")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout) if ended.stdout.strip() else None

    return cli


@pytest.fixture
def name():
    """A name that no other test uses."""
    return f"t-{secrets.token_hex(5)}"


@pytest.fixture(autouse=True)
def _no_faults_left(request):
    yield
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").client.clear_faults()


@pytest.fixture
def eventually():
    """Asks again until an answer is truthy; a real process is being waited for."""

    def ask(question, *, seconds=15.0):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if answer := question():
                return answer
            time.sleep(0.05)
        raise AssertionError(f"still not so after {seconds} s: {question}")

    return ask


@pytest.fixture
def code():
    """A function's package whose handler returns the given text."""

    def package(text):
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w") as archive:
            # A ZipInfo of its own carries a fixed date: the same text is the same package, byte for byte.
            archive.writestr(
                zipfile.ZipInfo("index.py"), f"def handler(event, context):\n    return {text!r}\n"
            )
        return memory.getvalue()

    return package
