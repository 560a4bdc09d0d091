"""The names in AWS's words: which image, role, secret, subnet or call they are about.

Every pattern is a literal beginning and bounded repetitions, so that no text can make it slow. The form of
denials: IAM user guide, "Troubleshoot access denied error messages".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

LONGEST_READ = 4_000
"""Characters of a text that are looked at; AWS's own texts end far below."""

_PATH = r"[\w.+=,@/-]{1,256}"
_ARN = r"arn:aws[a-z-]{0,8}"

_PATTERNS: Mapping[str, str] = {
    "image": (
        r"(?P<image>(?:\d{12}\.dkr\.ecr\.[a-z0-9-]{1,32}\.amazonaws\.com(?:\.cn)?|public\.ecr\.aws|"
        r"(?:registry-1\.)?docker\.io|ghcr\.io|quay\.io)/[\w./-]{1,256}(?:[:@][\w.:-]{1,200})?)"
    ),
    "role": rf"(?P<role>{_ARN}:iam::\d{{12}}:role/{_PATH})",
    "secret": (
        rf"(?P<secret>{_ARN}:(?:secretsmanager|ssm):[a-z0-9-]{{1,32}}:\d{{12}}:(?:secret:|parameter/)"
        r"[\w/+=.@-]{1,600})"
    ),
    "key": rf"(?P<key>{_ARN}:kms:[a-z0-9-]{{1,32}}:\d{{12}}:(?:key|alias)/[\w/-]{{1,256}})",
    "json_key": r"did not contain json key (?P<json_key>[\w.-]{1,256})",
    "log_group": r"log-group:(?P<log_group>[\w/.#-]{1,512})",
    "subnet": r"(?P<subnet>subnet-[0-9a-f]{1,32})",
    "security_group": r"(?P<security_group>sg-[0-9a-f]{1,32})",
    "file_system": r"(?P<file_system>fs-[0-9a-f]{1,40})",
    "target_group": (
        rf"(?P<target_group>{_ARN}:elasticloadbalancing:[a-z0-9-]{{1,32}}:\d{{12}}:"
        r"targetgroup/[\w/-]{1,128})"
    ),
    "status_codes": r"failed with these codes: \[(?P<status_codes>[\d, -]{1,64})\]",
    "platform": r"(?:platform|manifest for) '?(?P<platform>(?:linux|windows)/[a-z0-9/]{1,16})",
    "region": r"bucket is in this region: (?P<region>[a-z]{2}-[a-z-]{1,24}-\d)",
    "principal": (
        rf"(?:User|Role): (?P<principal>{_ARN}:(?:sts|iam)::\d{{12}}:"
        rf"(?:assumed-role|role|user|federated-user)/{_PATH})"
    ),
    "action": r"not authorized to perform:? (?P<action>[a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128})",
    "resource": r"on resource:? (?P<resource>[^\s,;\"']{1,600})",
    "policy": (
        r"(?:in a|because no) (?P<policy>identity-based|resource-based|session|permissions boundary|"
        r"service control|resource control|VPC endpoint)"
    ),
}
_COMPILED: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.ASCII) for name, pattern in _PATTERNS.items()
}

_NAMED_IMAGE = re.compile(
    r"(?:resolve ref|manifest for|access denied for|repository) [\"']?(?P<image>[a-z0-9][\w./@:-]{1,400})",
    re.ASCII,
)
"""An image of any registry, by the words before it."""

_NO_IMAGES = frozenset({"linux", "windows", "name", "does"})
"""Words that may stand there instead."""

_ECR_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]{1,32})\.amazonaws\.com(?P<china>\.cn)?/"
    r"(?P<repository>[\w./-]{1,256})",
    re.ASCII,
)
_SENTENCE_END = ".,:;"

NOUNS: Mapping[str, str] = {
    "container": "container",
    "file_system": "file system",
    "function": "function",
    "image": "image",
    "key": "KMS key",
    "log_group": "log group",
    "role": "role",
    "secret": "secret or parameter",
    "security_group": "security group",
    "subnet": "subnet",
    "target_group": "target group",
}
"""What stands before a name in a sentence, and alone where AWS's words hold no name."""

STAND_INS: Mapping[str, str] = {
    "action": "an action",
    "exit_code": "an unusual exit code",
    "json_key": "the JSON key that the task definition names",
    "platform": "the platform of the task definition",
    "policy": "another",
    "principal": "the role that makes the call",
    "region": "another region",
    "resource": "a resource",
    "status_codes": "an HTTP status that the health check does not expect",
}
"""What stands for a value that AWS's words do not hold."""


def names_in(text: str) -> dict[str, str]:
    """The names in ``text`` by kind; ``repository`` is the ARN of an image's ECR repository."""
    read = text[:LONGEST_READ]
    found = {
        name: match[name].rstrip(_SENTENCE_END)
        for name, pattern in _COMPILED.items()
        if (match := pattern.search(read)) is not None
    }
    named = _NAMED_IMAGE.search(read)
    if "image" not in found and named is not None and named["image"].split("/")[0] not in _NO_IMAGES:
        found["image"] = named["image"].rstrip(_SENTENCE_END)
    if (image := _ECR_IMAGE.match(found.get("image", ""))) is not None:
        partition = "aws-cn" if image["china"] else "aws"
        found["repository"] = (
            f"arn:{partition}:ecr:{image['region']}:{image['account']}:repository/{image['repository']}"
        )
    if "target_group" in found:
        found["target_group"] = found["target_group"].split("/")[1]
    if ":role/" in found.get("resource", ""):
        found["role"] = found["resource"]
    return found


def in_sentence(names: Mapping[str, str]) -> dict[str, str]:
    """Every word that a template may hold: ``image`` becomes ``image NAME``, or ``image`` without one."""
    nouns = {kind: f"{noun} {names[kind]}" if names.get(kind) else noun for kind, noun in NOUNS.items()}
    return {**nouns, **{kind: names.get(kind) or word for kind, word in STAND_INS.items()}}
