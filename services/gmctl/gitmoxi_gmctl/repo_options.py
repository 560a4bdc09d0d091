"""Options of ``gmctl repo add`` and ``gmctl repo update``."""

from __future__ import annotations

from typing import Annotated

import typer

from gitmoxi.domain.feedback import GitProvider

_WHERE = "ARN of a Secrets Manager secret (ARN:JSON_KEY:: for one key) or of a parameter (ARN#JSON_KEY)"

TokenOption = Annotated[
    str | None,
    typer.Option("-a", "--token-arn", metavar="ARN", help=f"Where the access token lies: {_WHERE}."),
]
PathOption = Annotated[
    list[str] | None,
    typer.Option("--path", metavar="GLOB", help="Deploy only these paths, as in 'prod/**'; repeatable."),
]
MaxDeletesOption = Annotated[
    int | None,
    typer.Option(
        "--max-deletes",
        metavar="N",
        min=0,
        help="A commit that deletes more targets than this waits for approval.",
    ),
]
WebhookSecretOption = Annotated[
    str | None,
    typer.Option(
        "--webhook-secret",
        metavar="ARN",
        help="Where the key lies that the host signs its webhooks with; prints the address to enter there.",
    ),
]
ProviderOption = Annotated[
    GitProvider | None,
    typer.Option("--provider", help="The kind of host, where its URL does not tell: a host of your own."),
]
FeedbackOption = Annotated[
    bool | None,
    typer.Option(
        "--feedback/--no-feedback", help="Write commit statuses and comments to the host, with the token."
    ),
]
CHANNEL = "KIND=ADDRESS[,SECRET_ARN]"
CHANNELS_HELP = (
    "sns=TOPIC_ARN, webhook=https://HOST/PATH[,ARN of the key that signs] or slack=ARN of the secret with "
    "the webhook's URL; repeatable."
)

AddBranchOption = Annotated[
    list[str] | None, typer.Option("--add-branch", metavar="NAME", help="Deploy it too; repeatable.")
]
RemoveBranchOption = Annotated[
    list[str] | None,
    typer.Option(
        "--remove-branch",
        metavar="NAME",
        help="Deploy it no longer; its targets run on as orphans. Repeatable.",
    ),
]
ClearTokenOption = Annotated[bool, typer.Option("--clear-token", help="Use no token.")]
ClearPathOption = Annotated[bool, typer.Option("--clear-path", help="Deploy all paths.")]
BaselineOption = Annotated[
    bool | None,
    typer.Option("--baseline/--no-baseline", help="For branches of which nothing was processed yet."),
]
ClearWebhookSecretOption = Annotated[bool, typer.Option("--clear-webhook-secret", help="Take no webhooks.")]
ClearProviderOption = Annotated[bool, typer.Option("--clear-provider", help="Go by what the URL tells.")]
AddNotifyOption = Annotated[
    list[str] | None,
    typer.Option("--add-notify", metavar=CHANNEL, help=f"Tell of deployments there too: {CHANNELS_HELP}"),
]
RemoveNotifyOption = Annotated[
    list[str] | None,
    typer.Option("--remove-notify", metavar="KIND=ADDRESS", help="No longer there; repeatable."),
]
ClearNotifyOption = Annotated[bool, typer.Option("--clear-notify", help="Tell no channel.")]
ClearMaxDeletesOption = Annotated[
    bool, typer.Option("--clear-max-deletes", help="Go by the installation's limits.")
]


def cleared(**flags: bool) -> tuple[str, ...]:
    """The settings whose ``--clear-…`` flag was given."""
    return tuple(name for name, flag in flags.items() if flag)


def told(**settings: object) -> dict[str, object]:
    """The settings that were given; None and an empty list were not."""
    return {name: value for name, value in settings.items() if value is not None and value != []}
