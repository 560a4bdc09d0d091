"""What the examples need, and what Terraform would have made: a cluster, and code in a bucket."""

from __future__ import annotations

import io
import secrets
import zipfile
from pathlib import Path
from typing import Any

import boto3

_SOURCES = Path(__file__).resolve().parents[3] / "examples"
_PACKAGED = Path(__file__).with_name("examples")
EXAMPLES = _SOURCES if _SOURCES.is_dir() else _PACKAGED
REGION = "us-east-1"
CLUSTER = "demo"
CODE_BUCKET = "demo-function-code"
CODE_VERSIONS = ("1", "2")


def client_of(service: str, endpoint: str) -> Any:
    """A client of the local cloud, which takes any key."""
    return boto3.client(  # type: ignore[call-overload]  # the stubs want a literal name
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="demo",
        aws_secret_access_key=secrets.token_hex(16),
    )


def provide(endpoint: str) -> None:
    """Make the cluster and the function's packages; made again, nothing changes."""
    client_of("ecs", endpoint).create_cluster(clusterName=CLUSTER)
    s3 = client_of("s3", endpoint)
    s3.create_bucket(Bucket=CODE_BUCKET)
    source = (EXAMPLES / "functions/greeter/src/app.py").read_text(encoding="utf-8")
    for version in CODE_VERSIONS:
        package = _zip(source.replace('VERSION = "1"', f'VERSION = "{version}"'))
        s3.put_object(Bucket=CODE_BUCKET, Key=f"greeter-{version}.zip", Body=package)


def _zip(source: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("app.py", source)
    return buffer.getvalue()
