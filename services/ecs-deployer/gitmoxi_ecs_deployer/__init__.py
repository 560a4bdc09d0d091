"""The ECS deployer: carries out plans for ECS services."""
