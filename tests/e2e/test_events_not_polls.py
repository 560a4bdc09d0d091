"""Nothing waits for a timer: with every poll an hour apart, events alone carry a deployment to its end."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.e2e.installation import GitRepository, Installation
from tests.e2e.samples import ecs_files
from tests.e2e.test_deploying import image_of, service_of


def test_a_deployment_ends_although_it_is_polled_once_an_hour(
    installation: Installation, repository: GitRepository, unique: Callable[[str], str]
) -> None:
    name = unique("eventful")
    hourly = {"stabilityCheck": {"pollInterval": 3600, "timeout": 7200}}
    repository.commit(ecs_files(f"prod/{name}", count=2, depdef=hourly))
    assert (created := installation.deploy(repository, timeout=60)).code == 0, created.text
    repository.commit({f"prod/{name}_input.json": json.dumps({"image": "nginx:2"})})

    ran = installation.deploy(repository, timeout=60)

    assert ran.code == 0, ran.text
    service = service_of(installation, name)
    assert (image_of(installation, service), service["runningCount"]) == ("nginx:2", 2)
