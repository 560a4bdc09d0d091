"""AWS's messages as its pages show them, by the id of their explanation; names are AWS's example names.

The page of each is the ``source`` of its entry; ``provenance`` tells which were found there.
"""

from __future__ import annotations

IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/web:v42"
REPOSITORY = "arn:aws:ecr:us-east-1:111122223333:repository/team/web"
ROLE = "arn:aws:iam::111122223333:role/ecsTaskExecutionRole"
SESSION = "arn:aws:sts::111122223333:assumed-role/ecsTaskExecutionRole/9f2c"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf"
GROUP = "arn:aws:elasticloadbalancing:us-east-1:111122223333:targetgroup/web/0123456789abcdef"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:orders"
_INIT = "ResourceInitializationError: "
_PULL = "CannotPullContainerError: "
_SECRETS = f"{_INIT}unable to pull secrets or registry auth: "
_ASM = f"{_SECRETS}execution resource retrieval failed: unable to retrieve secret from asm: "
_LOGS = f"{_INIT}failed to validate logger args: "
_EFS = f"{_INIT}failed to invoke EFS utils commands to set up EFS volumes: stderr: "
_PLACE = "(service web) was unable to place a task"
_NONE = f"{_PLACE} because no container instance met all of its requirements. "
_REASON = f"{_PLACE}. Reason: "
_S3 = "Error occurred while GetObject. S3 Error Code: "
_DENIED = f"User: {SESSION} is not authorized to perform: ecs:CreateService on resource: {FUNCTION} "

MESSAGES: dict[str, tuple[str, ...]] = {
    "role.not-passable": (f"User: {SESSION} is not authorized to perform: iam:PassRole on resource: {ROLE}",),
    "role.service-linked-role-missing": (
        "Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
    ),
    "role.cannot-be-assumed": (
        (
            "(service web) failed to launch a task with (error ECS was unable to assume the role "
            f"'{ROLE}' that "
            "was provided for this task. Please verify that the role being passed has the proper trust "
            "relationship and permissions.)."
        ),
        (
            "IAM trust relationship has been misconfigured or changed, and ECS can no longer maintain "
            "your service"
        ),
    ),
    "role.function-role-cannot-be-assumed": (
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    "role.function-role-cannot-make-interfaces": (
        "The provided execution role does not have permissions to call CreateNetworkInterface on EC2",
    ),
    "role.execution-role-missing": (
        "Fargate requires task definition to have execution role ARN to support ECR images.",
    ),
    "role.permissions-changed": (
        (
            "IAM permissions policies have been misconfigured or changed, and ECS can no longer "
            "maintain your "
            "service"
        ),
    ),
    "image.wrong-platform": (
        f"{_PULL}image Manifest does not contain descriptor matching platform 'linux/amd64'",
        "CannotPullContainerError: no matching manifest for linux/arm64/v8 in the manifest list entries",
        "exec /usr/local/bin/app: exec format error",
    ),
    "image.rate-limited": (
        "ERROR: toomanyrequests: Too Many Requests.",
        "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading",
    ),
    "image.disk-full": (f"{_PULL}write /var/lib/docker/tmp/GetImageBlob111111111: no space left on device",),
    "image.registry-login-denied": (
        (
            f"{_SECRETS}execution resource retrieval failed: unable to retrieve ecr registry auth: "
            "service call has "
            f"been retried 1 time(s): AccessDeniedException: User: {SESSION} is not authorized to perform: "
            "ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the "
            "ecr:GetAuthorizationToken action"
        ),
    ),
    "image.pull-denied": (
        (
            f"{_PULL}Check if image exists and role has permissions to pull images from Amazon ECR. "
            "Error response "
            f"from daemon: pull access denied for {IMAGE}, repository does not exist or may require "
            "'docker login': "
            f"denied: User: {SESSION} is not authorized to perform: ecr:BatchGetImage on resource: "
            f"{REPOSITORY} "
            "because no identity-based policy allows the ecr:BatchGetImage action"
        ),
        f'{_PULL}failed to resolve ref "{IMAGE}": unexpected status code: 403 Forbidden',
    ),
    "image.private-or-missing": (
        (
            f"{_PULL}Error response from daemon: pull access denied for web, repository does not "
            "exist or may "
            "require 'docker login': denied: requested access to the resource is denied"
        ),
    ),
    "image.no-route": (
        (
            f"{_PULL}API error (500): Get https://111122223333.dkr.ecr.us-east-1.amazonaws.com/v2/: "
            "net/http: "
            "request canceled while waiting for connection"
        ),
        (
            f'{_PULL}failed to resolve ref "{IMAGE}": failed to do request: Head: dial tcp 10.0.3.17:443: '
            "i/o timeout"
        ),
        (
            f"{_SECRETS}The task cannot pull registry auth from Amazon ECR: There is a connection "
            "issue between the "
            "task and Amazon ECR. Check your task network configuration."
        ),
        f"{_PULL}context canceled",
    ),
    "image.layers-unreachable": (
        (
            f"{_PULL}ref pull has been retried 1 time(s): failed to copy: httpReaderSeeker: failed "
            "open: unexpected "
            "status code"
        ),
    ),
    "image.not-found": (
        f"{_PULL}API error (404): repository {IMAGE} not found",
        f"{_PULL}manifest for {IMAGE} not found: manifest unknown: Requested image not found",
    ),
    "image.invalid-name": (f"{_PULL}invalid reference format: repository name must be lowercase",),
    "image.cannot-be-pulled": (f"{_PULL}ref pull has been retried 5 time(s): something new",),
    "logs.no-route": (
        (
            f"{_LOGS}The task cannot find the Amazon CloudWatch log group defined in the task "
            "definition. There is a "
            "connection issue between the task and Amazon CloudWatch. Check your network configuration. "
            ": signal: "
            "killed"
        ),
    ),
    "logs.denied": (
        (
            f"{_LOGS}create stream has been retried 1 times: failed to create Cloudwatch log stream: "
            f"AccessDeniedException: User: {SESSION} is not authorized to perform: logs:CreateLogStream "
            "on resource: "
            "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:ecs/web/9f2c"
        ),
    ),
    "logs.group-missing": (
        (
            f"{_LOGS}create stream has been retried 1 times: failed to create Cloudwatch log stream: "
            "ResourceNotFoundException: The specified log group does not exist. : exit status 1"
        ),
    ),
    "logs.driver-failed": (
        f"{_LOGS}unable to get awslogs driver arguments: awslogs-region is required",
        f"{_INIT}failed to initialize logging driver: something",
    ),
    "secret.key-denied": (
        f"{_ASM}AccessDeniedException: Access to KMS is not allowed",
        (
            f"{_ASM}User: {SESSION} is not authorized to perform: kms:Decrypt on resource: "
            "arn:aws:kms:us-east-1:111122223333:key/1234abcd"
        ),
    ),
    "secret.parameter-denied": (
        (
            f"{_SECRETS}execution resource retrieval failed: unable to retrieve secrets from ssm: "
            f"AccessDeniedException: User: {SESSION} is not authorized to perform: ssm:GetParameters on "
            "resource: "
            "arn:aws:ssm:us-east-1:111122223333:parameter/db"
        ),
    ),
    "secret.denied": (
        (
            f"{_ASM}service call has been retried 1 time(s): failed to fetch secret {SECRET} from "
            "secrets manager: "
            f"AccessDeniedException: User: {SESSION} is not authorized to perform: "
            "secretsmanager:GetSecretValue on "
            f"resource: {SECRET} because no identity-based policy allows the "
            "secretsmanager:GetSecretValue action"
        ),
    ),
    "secret.json-key-missing": (
        (
            f"{_ASM}service call has been retried 1 time(s): retrieved secret from Secrets Manager "
            "did not contain "
            "json key DB_HOST"
        ),
    ),
    "secret.not-json": (f"{_ASM}secret {SECRET}: invalid character 'h' looking for beginning of value",),
    "secret.version-missing": (
        (
            f"{_ASM}service call has been retried 1 time(s): failed to fetch secret {SECRET} from "
            "secrets manager: "
            "InvalidParameter: 1 validation error(s) found. - minimum field size of 32, "
            "GetSecretValueInput.VersionId."
        ),
        (
            f"{_ASM}ResourceNotFoundException: Secrets Manager can't find the specified secret value "
            "for staging "
            "label: AWSOLD"
        ),
    ),
    "secret.not-found": (
        (
            f"{_SECRETS}The task can't retrieve the secret with ARN '{SECRET}' from AWS Secrets "
            "Manager. Check whether "
            "the secret exists in the specified Region."
        ),
        f"{_ASM}ResourceNotFoundException: Secrets Manager can't find the specified secret.",
        f"{_SECRETS}unable to retrieve secrets from ssm: invalid ssm parameters: /db/host",
    ),
    "secret.no-route": (
        (
            f"{_SECRETS}The task cannot pull secrets from AWS Systems Manager Parameter Store. Check "
            "your network "
            "connection between the task and AWS Systems Manager."
        ),
        (
            f"{_ASM}service call has been retried 5 time(s): failed to fetch secret {SECRET} from "
            "secrets manager: "
            "RequestCanceled: request context canceled caused by: context deadline exceeded."
        ),
    ),
    "secret.environment-file": (
        f"{_INIT}failed to download env files: file download command: non empty error stream",
    ),
    "secret.unreadable": (f"{_SECRETS}pull command failed: : signal: killed",),
    "volume.efs-not-resolved": (
        (
            f'{_EFS}Failed to resolve "fs-01234567.efs.us-east-1.amazonaws.com" - check that your '
            "file system ID is "
            "correct"
        ),
    ),
    "volume.efs-denied": (f"{_EFS}b'mount.nfs4: access denied by server while mounting 127.0.0.1:/'",),
    "volume.efs-path-missing": (
        (
            f"{_EFS}mount.nfs4: mounting fs-01234567.efs.us-east-1.amazonaws.com:/data failed, reason "
            "given by "
            "server: No such file or directory"
        ),
    ),
    "volume.efs-unreachable": (f"{_EFS}Mount attempt 1/3 failed due to timeout after 15 sec",),
    "volume.efs-failed": (f"{_EFS}something : unsuccessful EFS utils command execution; code: 32",),
    "volume.storage-not-ready": ("Timeout waiting for EphemeralStorage provisioning to complete.",),
    "volume.cannot-be-created": ("CannotCreateVolumeError: plugin not found",),
    "code.object-missing": (f"{_S3}NoSuchKey. S3 Error Message: The specified key does not exist.",),
    "code.bucket-missing": (f"{_S3}NoSuchBucket. S3 Error Message: The specified bucket does not exist",),
    "code.bucket-in-other-region": (
        (
            f"{_S3}PermanentRedirect. S3 Error Message: The bucket is in this region: us-east-2. "
            "Please use this "
            "region to retry the request"
        ),
    ),
    "code.object-denied": (f"{_S3}AccessDenied. S3 Error Message: Access Denied",),
    "handler.import-error": (
        "Runtime.ImportModuleError: Unable to import module 'app': No module named 'x'",
    ),
    "handler.not-found": ("Runtime.HandlerNotFound: app.handler is undefined or not exported",),
    "handler.invalid-entry-point": (
        "Runtime.InvalidEntrypoint: Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
    ),
    "handler.unreadable": ("EACCES: permission denied, open '/var/task/index.js'",),
    "handler.exited": ("Runtime.ExitError: Error: Runtime exited with error: exit status 1",),
    "function.image-denied": (
        "Lambda does not have permission to access the ECR image. Check the ECR permissions.",
    ),
    "function.image-missing": (f"Source image {IMAGE} does not exist. Provide a valid source image.",),
    "function.image-unsupported": (
        "The image manifest, config or layer media type for the source image is not supported.",
    ),
    "function.key-unusable": (
        (
            "Lambda was unable to configure access to your environment variables because the KMS key "
            "is invalid "
            "for CreateGrant."
        ),
    ),
    "code.not-a-zip": ("Could not unzip uploaded file. Please check your file, then try to upload again.",),
    "network.tag-policy": (
        "Unexpected EC2 error while attempting to tag the network interface: TagPolicyViolation",
    ),
    "network.interface-limit": ("RESOURCE:ENI",),
    "network.subnet-not-found": ("The subnet ID 'subnet-0abc' does not exist",),
    "network.security-group-not-found": ("The security group 'sg-0abc' does not exist",),
    "network.several-vpcs": (
        "You have specified two resources that belong to different networks.",
        "InvalidGroup.NotFound: You have specified two resources that belong to different networks.",
    ),
    "task.no-free-addresses": (
        (
            "Unexpected EC2 error while attempting to Create Network Interface with public IP "
            "assignment enabled in "
            "subnet 'subnet-0abc': InsufficientFreeAddressesInSubnet"
        ),
    ),
    "network.interface-not-ready": ("Timeout waiting for network interface provisioning to complete.",),
    "container.out-of-memory": ("OutOfMemoryError: Container killed due to memory usage",),
    "container.port-in-use": (
        "CannotStartContainerError: Bind for 0.0.0.0:8080 failed: port is already allocated",
        (
            f"{_NONE}The closest matching container-instance i-0abc is already using a port required by "
            "your task."
        ),
    ),
    "container.command-not-found": (
        (
            'CannotStartContainerError: OCI runtime create failed: exec: "app": executable file not '
            "found in $PATH"
        ),
    ),
    "container.command-not-executable": (
        'CannotStartContainerError: OCI runtime create failed: exec: "/app": permission denied: unknown',
    ),
    "container.start-timeout": (
        "ContainerRuntimeTimeoutError: Could not transition to running; timed out after waiting 1m",
        "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s",
    ),
    "container.cannot-be-created": ("CannotCreateContainerError: API error (400): something",),
    "container.cannot-start": ("CannotStartContainerError: failed to get container status: something",),
    "container.health-check-failed": ("Task failed container health checks",),
    "quota.tasks": (f"{_REASON}You've reached the limit on the number of tasks you can run concurrently",),
    "quota.vcpus": (
        (
            f"{_REASON}You\N{RIGHT SINGLE QUOTATION MARK}ve reached the limit on the number of vCPUs "
            "you can run "
            "concurrently"
        ),
    ),
    "quota.task-size": (f"{_REASON}The requested MEMORY configuration is above your limit.",),
    "quota.deployments": ("5 deployments exist for this service",),
    "quota.throttled": ("(service web) operations are being throttled. Will try again later.",),
    "quota.unreserved-concurrency": (
        (
            "Specified ReservedConcurrentExecutions for function decreases account's "
            "UnreservedConcurrentExecution "
            "below its minimum value of [100]."
        ),
    ),
    "quota.code-storage": ("Code storage limit exceeded.",),
    "quota.code-size": ("Unzipped size must be smaller than 262144000 bytes",),
    "quota.exceeded": ("LimitExceededException: something",),
    "capacity.fargate-unavailable": (
        (
            f"{_REASON}Capacity is unavailable at this time. Please try again later or in a different "
            "availability "
            "zone."
        ),
    ),
    "capacity.spot-interrupted": ("Your Spot Task was interrupted.",),
    "capacity.no-instances": (
        (
            "(service web) was unable to reach steady state. Reason: No Container Instances were "
            "found in your "
            "capacity provider."
        ),
        (
            f"{_PLACE} because no container instance met all of its requirements. Reason: No "
            "Container Instances "
            "were found in your cluster."
        ),
    ),
    "capacity.no-cpu": (
        f"{_NONE}The closest matching container-instance i-0abc has insufficient CPU units available.",
        "RESOURCE:CPU",
    ),
    "capacity.no-memory": (
        f"{_NONE}The closest matching container-instance i-0abc has insufficient memory available.",
        "RESOURCE:MEMORY",
    ),
    "capacity.no-gpu": ("RESOURCE:GPU",),
    "capacity.no-ports": ("RESOURCE:PORTS",),
    "capacity.attribute-missing": (
        (
            f"{_NONE}The closest matching container-instance i-0abc is missing an attribute required by "
            "your task."
        ),
    ),
    "capacity.constraint": (f"{_NONE}MemberOf placement constraint unsatisfied.",),
    "capacity.agent-disconnected": (
        f'{_NONE}The closest matching container-instance i-0abc encountered error "AGENT".',
    ),
    "capacity.provider-unusable": ("The specified capacity provider 'spot' was not found.",),
    "capacity.zone-unsupported": (f"{_REASON}Internal error.",),
    "capacity.provisioning-limit": (
        (
            "(service web) was unable to place tasks in your cluster because the tasks provisioning "
            "capacity limit "
            "was exceeded."
        ),
    ),
    "capacity.host-gone": ("Host EC2 (instance i-0abc) terminated.",),
    "capacity.not-placed": (
        f"{_NONE}",
        "(service web) could not launch 2 tasks for deployment ecs-svc/1.",
    ),
    "access.denied-explicitly": (f"{_DENIED}with an explicit deny in a service control policy",),
    "access.denied-by-ceiling": (
        f"{_DENIED}because no permissions boundary allows the ecs:CreateService action",
        f"{_DENIED}because no service control policy allows the ecs:CreateService action",
        f"{_DENIED}because no session policy allows the ecs:CreateService action",
        f"{_DENIED}because no VPC endpoint policy allows the ecs:CreateService action",
    ),
    "access.denied-by-resource": (
        f"{_DENIED}because no resource-based policy allows the ecs:CreateService action",
    ),
    "access.denied": (f"{_DENIED}because no identity-based policy allows the ecs:CreateService action",),
    "access.denied-encoded": (
        "You are denied this operation. Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm",
    ),
    "target.group-missing": (
        (
            f"(service web) task set (ecs-svc/1) (task 9f2c) is not healthy in target-group ({GROUP}) "
            "due to TARGET "
            "GROUP IS NOT FOUND."
        ),
    ),
    "target.group-not-attached": (
        f"The target group with targetGroupArn {GROUP} does not have an associated load balancer.",
    ),
    "target.zone-not-enabled": (
        (
            f"(service web) (port 8080) is unhealthy in (target-group {GROUP}) due to (reason Target "
            "is in an Availability Zone that is not enabled for the load balancer)"
        ),
    ),
    "target.wrong-status": (
        (
            f"(service web) (port 8080) is unhealthy in (target-group {GROUP}) due to (reason Health "
            "checks failed "
            "with these codes: [404])"
        ),
    ),
    "target.timeout": (
        f"(service web) (port 8080) is unhealthy in (target-group {GROUP}) due to (reason Request timed out)",
    ),
    "target.unhealthy": (
        (
            f"(service web) (port 8080) is unhealthy in (target-group {GROUP}) due to (reason Health "
            "checks failed)"
        ),
    ),
    "target.failed-checks": (f"Task failed ELB health checks in (target-group {GROUP})",),
    "request.still-draining": ("Unable to Start a service that is still Draining.",),
    "request.exists-already": (
        "Creation of service was not idempotent.",
        f"Function already exist: {FUNCTION}",
    ),
    "request.in-progress": (
        f"The operation cannot be performed at this time. An update is in progress for resource: {FUNCTION}",
    ),
    "deployment.percentages": (
        (
            "(service web) was unable to stop or start tasks during a deployment because of the "
            "service deployment "
            "configuration. Update the minimumHealthyPercent or maximumPercent value and try again."
        ),
    ),
    "deployment.protected-tasks": (
        (
            "(service web) was unable to reach steady state because task set (ecs-svc/1) was unable "
            "to scale in. "
            "Reason: The number of protected tasks are more than the desired count of tasks"
        ),
    ),
    "deployment.alarm": ("(service web) (deployment ecs-svc/1) deployment failed: alarm detected.",),
    "deployment.tasks-do-not-start": ("(service web) is unable to consistently start tasks successfully.",),
    "deployment.circuit-breaker": (
        "ECS deployment circuit breaker: tasks failed to start.",
        "(service web) deployment failed: tasks failed to start.",
    ),
    "deployment.rolled-back-by-ecs": ("(service web) rolling back to deployment ecs-svc/0.",),
    "task.scaled-in": ("Scaling activity initiated by (deployment ecs-svc/1)",),
    "task.stopped-by-user": ("Task stopped by user",),
}
