"""Examples, exit codes and references of the commands, which their helps end with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import typer

from gitmoxi_gmctl.manual import FOLLOWING, WATCHING, manual

_SHOP = "-r https://github.com/example/shop"
_MAIN = f"{_SHOP} -b main"
_CLUSTER = "ecs/111122223333/eu-west-1/prod/web"

PAGES: Final[Mapping[str, str]] = {
    "repo add": manual(
        (f"gmctl repo add {_MAIN}", "a public repository, or one of CodeCommit"),
        (f"gmctl repo add {_MAIN} -b next --path 'prod/**'", "two branches, and only what lies below prod"),
        see_also=("repo get", "commit dryrun", "commit deploy"),
    ),
    "repo get": manual(
        ("gmctl repo get", "all that are registered"),
        (f"gmctl repo get {_SHOP} --output yaml", "one, with all that is known"),
        see_also=("repo add", "repo delete"),
    ),
    "repo update": manual(
        (f"gmctl repo update {_SHOP} --add-branch next", "deploy one branch more"),
        (
            f"gmctl repo update {_SHOP} --remove-branch next --max-deletes 3",
            "one less, and its own limit",
        ),
        see_also=("repo get", "repo add"),
    ),
    "repo delete": manual(
        (f"gmctl repo delete {_SHOP}", "what it deployed runs on"),
        see_also=("repo add", "orphan list"),
    ),
    "commit deploy": manual(
        (f"gmctl commit deploy {_MAIN}", "ask for it, and see that it is taken"),
        (f"gmctl commit deploy {_MAIN} --wait --timeout 1800", "follow to the end, as a pipeline does"),
        (f"gmctl commit deploy {_MAIN} -f -v", "plan all objects again, and show the plans"),
        codes=FOLLOWING,
        see_also=("commit dryrun", "watch", "rollback"),
    ),
    "commit dryrun": manual(
        (f"gmctl commit dryrun {_MAIN}", "what deploying the branch would change"),
        (f"gmctl commit dryrun {_MAIN} --head feature/x --output markdown", "as a pull request's comment"),
        (f"gmctl commit dryrun {_MAIN} -p -v", "with rendered files, steps and AWS calls"),
        see_also=("validate", "commit deploy"),
    ),
    "commit baseline": manual(
        (f"gmctl commit baseline {_MAIN}", "what equals the files, differs, or is missing"),
        (f"gmctl commit baseline {_MAIN} -v", "with every difference"),
        (f"gmctl commit baseline {_MAIN} --output markdown", "as a page"),
        see_also=("repo add", "commit dryrun"),
    ),
    "commit get": manual(
        (f"gmctl commit get {_MAIN} -n 20", "the last twenty"), see_also=("commit files", "deployment get")
    ),
    "commit files": manual(
        ("gmctl commit files -c 4f1c0de9a7b3", "what this commit changed"),
        see_also=("commit get", "deployment get"),
    ),
    "commit approve-deletes": manual(
        ("gmctl commit approve-deletes -c 4f1c0de9a7b3", "what is held of this commit may be deleted"),
        ("gmctl commit approve-deletes -c 4f1c0de9a7b3 -b main --by ada", "on one branch, in Ada's name"),
        see_also=("commit get", "deployment watch"),
    ),
    "deployment get": manual(
        ("gmctl deployment get", "the newest ten"),
        ("gmctl deployment get d-0f9b1c2d3e4f5a6b7c8d", "one, with why it failed, its plan and its steps"),
        ("gmctl deployment get -c 4f1c0de9a7b3 -v", "those of a commit, with details of failures"),
        ("gmctl deployment get -st PROCESSED_ERROR -n 50 --output json", "failures, for a script"),
        see_also=("deployment watch", "deployment retry", "rollback"),
    ),
    "deployment ecs get": manual(
        ("gmctl deployment ecs get -cl prod -s web", "those of one service"),
        ("gmctl deployment ecs get -a 111122223333 -re eu-west-1 -st PROCESSING", "under way in one region"),
        see_also=("deployment get", "deployment lambda get"),
    ),
    "deployment lambda get": manual(
        ("gmctl deployment lambda get -fn resize -A", "those of one function, with all details"),
        see_also=("deployment get", "deployment ecs get"),
    ),
    "deployment watch": manual(
        ("gmctl deployment watch d-0f9b1c2d3e4f5a6b7c8d", "to its end"),
        ("gmctl deployment watch prod/web --timeout 600", "what is under way there, ten minutes at most"),
        codes=FOLLOWING,
        see_also=("watch", "deployment abort"),
    ),
    "deployment abort": manual(
        ("gmctl deployment abort prod/web", "stop what is under way there, and undo it"),
        see_also=("rollback", "deployment pause"),
    ),
    "deployment pause": manual(
        ("gmctl deployment pause prod/web", "let it stand"), see_also=("deployment resume",)
    ),
    "deployment resume": manual(
        ("gmctl deployment resume prod/web", "let it go on"), see_also=("deployment pause",)
    ),
    "deployment retry": manual(
        ("gmctl deployment retry d-0f9b1c2d3e4f5a6b7c8d --wait", "once more, followed to the end"),
        codes=FOLLOWING,
        see_also=("deployment get", "commit deploy"),
    ),
    "watch": manual(
        ("gmctl watch", "every deployment of the fleet, live"),
        (f"gmctl watch {_MAIN}", "those of one branch"),
        ("gmctl watch prod/web", "what is under way at one target, to its end"),
        ("gmctl watch --timeout 60 --output json", "a minute of steps, one JSON document on each line"),
        codes=FOLLOWING,
        see_also=("deployment watch", "deployment get", "commit deploy"),
    ),
    "status": manual(
        ("gmctl status", "all targets"),
        ("gmctl status prod/web", "one at length, with what differs and the command that helps"),
        ("gmctl status --failed --sort age", "what needs somebody"),
        ("gmctl status --drift --check", "exit with 1 if anything was changed by hand, for a pipeline"),
        ("gmctl status --watch", "go on showing what changes"),
        codes=WATCHING,
        see_also=("watch", "deployment get", "rollback"),
    ),
    "rollback": manual(
        ("gmctl rollback prod/web --list", "what it can go back to"),
        ("gmctl rollback prod/web --wait", "back to the last revision that ran well, after a question"),
        (f"gmctl rollback {_CLUSTER} --to d-0f9b1c2d3e4f5a6b7c8d --yes", "back to a given one, unasked"),
        codes=FOLLOWING,
        see_also=("deployment abort", "undelete"),
    ),
    "undelete": manual(
        ("gmctl undelete prod/web", "after a question"), codes=FOLLOWING, see_also=("rollback", "orphan list")
    ),
    "orphan list": manual(
        ("gmctl orphan list", "all, with why they are orphans"), see_also=("orphan delete",)
    ),
    "orphan delete": manual(
        ("gmctl orphan delete prod/web --wait", "after a question, followed to the end"),
        codes=FOLLOWING,
        see_also=("orphan list", "undelete"),
    ),
    "dlq list": manual(
        ("gmctl dlq list", "how many messages lie there, since when, and why"),
        see_also=("dlq show", "doctor"),
    ),
    "dlq show": manual(
        ("gmctl dlq show ecs-deployer -n 50", "fifty of one worker, the oldest first"),
        see_also=("dlq redrive", "dlq drop"),
    ),
    "dlq redrive": manual(
        ("gmctl dlq redrive planner", "all of one worker, after a question"),
        ("gmctl dlq redrive planner --message 219f8380-5770 --yes", "one, unasked"),
        codes=WATCHING,
        see_also=("dlq show", "logs"),
    ),
    "dlq drop": manual(
        ("gmctl dlq drop planner --message 219f8380-5770", "one, after a question"),
        see_also=("dlq show", "event list"),
    ),
    "logs": manual(
        ("gmctl logs planner --since 2h", "of one service"),
        ("gmctl logs d-0f9b1c2d3e4f5a6b7c8d", "every line that names a deployment"),
        ("gmctl logs -f --level warning", "what goes wrong, until Ctrl-C"),
        codes=WATCHING,
        see_also=("deployment get", "doctor"),
    ),
    "doctor": manual(
        ("gmctl doctor", "the API and all that it can see"),
        ("gmctl doctor --aws --profile prod --output json", "AWS too, with your credentials, for a script"),
        see_also=("dlq list", "logs"),
    ),
    "init": manual(
        ("gmctl init --cluster prod --service web --dir deploy", "the files of a live ECS service"),
        ("gmctl init --function resize", "those of a live Lambda function"),
        ("gmctl init --all --cluster prod --exclude 'prod/tmp-*'", "those of a whole cluster, but some"),
        ("gmctl init --all --functions --dir deploy", "of all clusters and functions of the region"),
        codes=(0, 1, 2),
        see_also=("validate", "repo add"),
    ),
    "validate": manual(
        ("gmctl validate .", "all deployment files below this folder"),
        ("gmctl validate deploy --strict --output github", "in a GitHub workflow, warnings fail it too"),
        ("gmctl validate task.json --as taskdef", "one file, whatever it is called"),
        codes=(0, 1, 2),
        see_also=("commit dryrun",),
    ),
    "up": manual(
        ("gmctl up", "the local cloud, the API and all services, until Ctrl-C"),
        ("gmctl up --api-port 0 --scale ecs-deployer=3", "on a free port, with three deployers"),
        codes=(0, 1, 2),
        see_also=("repo add", "watch"),
    ),
    "event list": manual(
        ("gmctl event list", "the newest entries"),
        ("gmctl event list --kind push --since 2h", "pushes that were refused in the last two hours"),
        ("gmctl event list -r https://github.com/example/shop --output json", "of one repository"),
        see_also=("commit get", "deployment get"),
    ),
    "completion": manual(
        ("gmctl completion bash > ~/.local/share/bash-completion/completions/gmctl", "for Bash, for good"),
        ("gmctl completion zsh > ~/.zfunc/_gmctl", "for Zsh, with ~/.zfunc in fpath"),
        ("gmctl completion fish > ~/.config/fish/completions/gmctl.fish", "for fish"),
    ),
}
"""By command, without ``gmctl``."""


def add_pages(app: typer.Typer, above: str = "") -> None:
    """End each command's help with its page."""
    for command in app.registered_commands:
        command.epilog = PAGES.get(f"{above}{command.name}")
    for group in app.registered_groups:
        if group.typer_instance is not None:
            add_pages(group.typer_instance, f"{above}{group.name} ")
