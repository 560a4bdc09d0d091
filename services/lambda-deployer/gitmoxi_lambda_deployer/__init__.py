"""The Lambda deployer: carries out plans for Lambda functions."""
