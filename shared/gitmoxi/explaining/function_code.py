"""Code and handlers of Lambda functions: what cannot be fetched, unpacked or imported."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import (
    CREATE_FUNCTION,
    FUNCTION_DEPLOYMENT,
    FUNCTION_IMAGES,
    FUNCTION_INVOCATION,
    UPDATE_CODE,
)

FUNCTION_CODE_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="code.object-missing",
        cause="The object with the function's code does not exist in its bucket.",
        advice="Upload it before the commit, or correct S3Key (and S3ObjectVersion) in the function's code.",
        source=UPDATE_CODE,
        says=(("s3 error code: nosuchkey",), ("s3 error code: nosuchversion",)),
    ),
    Entry(
        id="code.bucket-missing",
        cause="The bucket with the function's code does not exist.",
        advice="Correct S3Bucket in the function's code.",
        source=UPDATE_CODE,
        says=(("s3 error code: nosuchbucket",),),
    ),
    Entry(
        id="code.bucket-in-other-region",
        cause="The bucket with the function's code lies in {region}, not in the function's own.",
        advice="Keep a bucket for code in every region with functions, and name the one of this region.",
        source=FUNCTION_DEPLOYMENT,
        says=(("s3 error code: permanentredirect",), ("bucket is in this region",)),
    ),
    Entry(
        id="code.object-denied",
        cause="The object with the function's code may not be read.",
        advice=(
            "Add this statement to the role that deploys, and allow it in the bucket's policy: {statement}"
        ),
        source=UPDATE_CODE,
        says=(("getobject", "accessdenied"), ("getobject", "access denied"), ("getobject", "forbidden")),
        allow=("s3:GetObject",),
    ),
    Entry(
        id="handler.import-error",
        cause="The function's handler cannot be imported.",
        advice=(
            "A module is missing from the package or is built for another platform: build it for the "
            "function's runtime and architecture, and look at the paths inside the .zip."
        ),
        source=FUNCTION_INVOCATION,
        says=(
            ("runtime.importmoduleerror",),
            ("unable to import module",),
            ("cannot find module",),
            ("cannot load such file",),
        ),
    ),
    Entry(
        id="handler.not-found",
        cause="The function's code has no such handler as its configuration names.",
        advice="Correct Handler: the file without its ending, a dot, and the function's name.",
        source=FUNCTION_INVOCATION,
        says=(
            ("runtime.handlernotfound",),
            ("runtime.malformedhandlername",),
            ("is undefined or not exported",),
        ),
    ),
    Entry(
        id="handler.invalid-entry-point",
        cause="Lambda finds no program to start in the function's code.",
        advice=(
            "Put an executable file `bootstrap` into the root of the .zip, or correct ENTRYPOINT of the "
            "image; "
            "both must be built for the function's architecture."
        ),
        source=FUNCTION_INVOCATION,
        says=(("runtime.invalidentrypoint",), ("find valid bootstrap",)),
    ),
    Entry(
        id="handler.unreadable",
        cause="Lambda may not read files of the function's code.",
        advice="Before packing: `chmod 644 $(find . -type f)` and `chmod 755 $(find . -type d)`.",
        source=FUNCTION_DEPLOYMENT,
        says=(("permission denied", "/var/task"),),
    ),
    Entry(
        id="handler.exited",
        cause="The function's program ended while it started.",
        advice="Read the function's log group in CloudWatch Logs: the code outside the handler failed.",
        source=FUNCTION_INVOCATION,
        says=(("runtime.exiterror",), ("runtime exited",)),
    ),
    Entry(
        id="function.image-denied",
        cause="Lambda may not read the {image} from Amazon ECR.",
        advice=(
            "Allow the service lambda.amazonaws.com ecr:BatchGetImage and ecr:GetDownloadUrlForLayer in the "
            "repository's policy."
        ),
        source=FUNCTION_IMAGES,
        says=(("does not have permission to access the ecr image",),),
    ),
    Entry(
        id="function.image-missing",
        cause="The {image} does not exist in Amazon ECR.",
        advice="Push it to a repository of the function's region, or correct ImageUri.",
        source=CREATE_FUNCTION,
        says=(("source image", "does not exist"), ("source image", "is not valid")),
    ),
    Entry(
        id="function.image-unsupported",
        cause="Lambda cannot run the {image}.",
        advice=(
            "Build it for one platform, the function's architecture, and without attestations: `docker "
            "buildx "
            "build --platform linux/amd64 --provenance=false`."
        ),
        source=FUNCTION_IMAGES,
        says=(("image manifest", "not supported"),),
    ),
    Entry(
        id="function.key-unusable",
        cause="Lambda cannot use the KMS key of the function's environment.",
        advice="Check that the key is enabled and that its policy allows the function's role kms:Decrypt.",
        source=CREATE_FUNCTION,
        says=(("kms key is invalid",), ("unable to decrypt the environment",)),
    ),
    Entry(
        id="code.not-a-zip",
        cause="Lambda cannot unpack the function's code.",
        advice="The S3 object must be a .zip file with the code in its root: `unzip -t FILE` tells.",
        source=UPDATE_CODE,
        says=(("could not unzip",), ("invalidzipfile",)),
    ),
)
