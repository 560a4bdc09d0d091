"""Container images that cannot be pulled, or cannot run here."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import CANNOT_PULL, INITIALIZATION

_PULL = "cannotpullcontainererror"

IMAGE_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="image.wrong-platform",
        cause="The {image} is not built for {platform}.",
        advice=(
            "Build it for the platform of the task definition, for example with `docker buildx build "
            "--platform linux/amd64,linux/arm64`, or set runtimePlatform.cpuArchitecture to the image's own: "
            "X86_64 or ARM64."
        ),
        source=CANNOT_PULL,
        says=(
            ("no matching manifest for",),
            ("does not contain descriptor matching platform",),
            ("exec format error",),
        ),
    ),
    Entry(
        id="image.rate-limited",
        cause="The registry of the {image} allows no more pulls at the moment.",
        advice=(
            "Log in to the registry (repositoryCredentials in the container definition), or pull through an "
            "ECR pull-through cache, then retry the deployment."
        ),
        source=CANNOT_PULL,
        says=(("toomanyrequests",), ("pull rate limit",)),
    ),
    Entry(
        id="image.disk-full",
        cause="The {image} does not fit on the disk that is left.",
        advice=(
            "On Fargate raise ephemeralStorage.sizeInGiB in the task definition; on EC2 free disk space on "
            "the container instance, or give it a larger volume."
        ),
        source=CANNOT_PULL,
        says=(("no space left on device",),),
    ),
    Entry(
        id="image.registry-login-denied",
        cause="The execution role may not log in to Amazon ECR.",
        advice="Add this statement to the task definition's execution role: {statement}",
        source=INITIALIZATION,
        says=(
            ("ecr:getauthorizationtoken",),
            ("registry auth from amazon ecr", "accessdenied"),
            ("ecr registry auth", "accessdenied"),
        ),
        allow=("ecr:GetAuthorizationToken",),
        on="*",
    ),
    Entry(
        id="image.pull-denied",
        cause="The {image} may not be pulled by the task's execution role.",
        advice=(
            "Add this statement to the task definition's execution role (on EC2 without one: to the "
            "container "
            "instance's role): {statement} For a repository of another account, its repository policy must "
            "allow the same."
        ),
        source=CANNOT_PULL,
        says=(
            ("ecr:batchgetimage",),
            ("ecr:getdownloadurlforlayer",),
            (_PULL, "not authorized to perform"),
            (_PULL, "accessdenied"),
            (_PULL, "403 forbidden"),
        ),
        allow=("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"),
        on="repository",
    ),
    Entry(
        id="image.private-or-missing",
        cause="The {image} does not exist, or its registry wants a login.",
        advice=(
            "Check the spelling of repository and tag. For a private registry outside ECR set "
            "repositoryCredentials in the container definition."
        ),
        source=CANNOT_PULL,
        says=(("pull access denied",), ("may require 'docker login'",), (_PULL, "401 unauthorized")),
    ),
    Entry(
        id="image.no-route",
        cause="The task has no way through the network to the registry of the {image}.",
        advice=(
            "In a public subnet set assignPublicIp to ENABLED; in a private one add a NAT gateway, or VPC "
            "endpoints for ecr.api, ecr.dkr and S3. The security group must let TCP 443 out, and the VPC "
            "must "
            "resolve DNS names."
        ),
        source=CANNOT_PULL,
        says=tuple(
            (where, what)
            for where in (_PULL, "registry auth from amazon ecr", "ecr registry auth")
            for what in (
                "i/o timeout",
                "connection issue",
                "request canceled",
                "context canceled",
                "context deadline exceeded",
                "no such host",
                "connection refused",
                "send request failed",
                "dial tcp",
            )
        ),
    ),
    Entry(
        id="image.layers-unreachable",
        cause="The layers of the {image} cannot be downloaded.",
        advice=(
            "ECR keeps layers in Amazon S3: check that the subnet reaches S3 (NAT gateway, or the S3 gateway "
            "endpoint and its policy) and that the execution role has ecr:GetDownloadUrlForLayer."
        ),
        source=CANNOT_PULL,
        says=((_PULL, "failed to copy"), (_PULL, "failed open")),
    ),
    Entry(
        id="image.not-found",
        cause="The {image} does not exist in its registry.",
        advice=(
            "Push the image, or correct repository and tag in the task definition. A lifecycle policy of the "
            "repository may have removed it: `aws ecr describe-images --repository-name REPOSITORY`."
        ),
        source=CANNOT_PULL,
        says=(
            ("manifest unknown",),
            (_PULL, "not found"),
            (_PULL, "api error (404)"),
            (_PULL, "does not exist"),
            (_PULL, "check if image exists"),
        ),
    ),
    Entry(
        id="image.invalid-name",
        cause="The {image} has a name that is not an image reference.",
        advice=(
            "Correct the container's image in the task definition: REGISTRY/REPOSITORY:TAG, in lower case."
        ),
        source=CANNOT_PULL,
        says=(("invalid reference format",),),
    ),
    Entry(
        id="image.cannot-be-pulled",
        cause="The {image} cannot be pulled.",
        advice="Read AWS's words: they come from the registry or from the container runtime.",
        source=CANNOT_PULL,
        says=((_PULL,),),
    ),
)
