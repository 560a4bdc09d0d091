"""A modelled ECS with the cluster ``demo``, and a modelled Lambda."""

import pytest

from tests.unit.aws_model.ecs_cloud import EcsCloud
from tests.unit.aws_model.functions_cloud import FunctionsCloud


@pytest.fixture
def ecs() -> EcsCloud:
    cloud = EcsCloud()
    cloud.call("CreateCluster", clusterName="demo")
    return cloud


@pytest.fixture
def functions() -> FunctionsCloud:
    return FunctionsCloud()
