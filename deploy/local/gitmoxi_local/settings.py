"""How one local cloud is set up."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from gitmoxi_local.journal import DEFAULT_DETAIL

DEFAULT_PORT = 4566
DEFAULT_REGION = "us-east-1"
DEFAULT_ACCOUNT = "000000000000"


class CloudSettings(BaseModel):
    """The settings of one local cloud.

    Attributes:
        port: loopback port; 0 takes a free one.
        state_dir: everything that outlives a restart, and the files that tell others where we are.
        templates: CloudFormation templates to install at the start, a stack each, named like the file.
        parameters: template parameters; a template takes those that it declares.
        faults_file: faults in force from the start.
        journal_detail: services whose calls are journaled one by one; ``all`` for every one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535)
    state_dir: Path
    templates: tuple[Path, ...] = ()
    parameters: Mapping[str, str] = Field(default_factory=dict)
    faults_file: Path | None = None
    region: str = DEFAULT_REGION
    account: str = Field(default=DEFAULT_ACCOUNT, pattern=r"^\d{12}$")
    journal_detail: frozenset[str] = DEFAULT_DETAIL
    verbose: bool = False

    @property
    def ready_file(self) -> Path:
        """Exists while the local cloud serves: its endpoint, pid and files."""
        return self.state_dir / "ready.json"

    @property
    def outputs_file(self) -> Path:
        """The outputs of the installed stacks, ``{OutputKey: value}``."""
        return self.state_dir / "stack-outputs.json"

    @property
    def journal_file(self) -> Path:
        """The journal, one JSON object a line."""
        return self.state_dir / "journal.jsonl"

    @property
    def scratch_dir(self) -> Path:
        """Temporary files of this run; it is emptied at the start and gone after a clean stop."""
        return self.state_dir / "tmp"

    @property
    def ecs_file(self) -> Path:
        """The state of our model of ECS."""
        return self.state_dir / "ecs.json"

    @property
    def functions_file(self) -> Path:
        """The state of our model of Lambda."""
        return self.state_dir / "functions.json"

    @property
    def packages_dir(self) -> Path:
        """The code of Lambda functions, by its hash."""
        return self.state_dir / "packages"
