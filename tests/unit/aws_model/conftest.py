"""A modelled ECS with the cluster ``demo``."""

import pytest

from tests.unit.aws_model.ecs_cloud import EcsCloud


@pytest.fixture
def ecs() -> EcsCloud:
    cloud = EcsCloud()
    cloud.call("CreateCluster", clusterName="demo")
    return cloud
