"""A repository that people work on, as a model: what each commit holds, and what therefore has to run."""

from __future__ import annotations

from dataclasses import dataclass, field

from gitmoxi.errors import RetryableError
from tests.simulation.line_world import LineWorld, service
from tests.unit.ingestor.stage import BRANCH, URL
from tests.unit.planner.stage import gone

Tree = dict[str, tuple[str, str]]
"""Path-prefix to the service's name and image; the image ``broken`` is a file that nobody can read."""

BROKEN = "broken"
POLL_SECONDS = 60


@dataclass
class GitStory:
    """``main`` of one repository and the world that deploys it.

    Attributes:
        history: the commits that are reachable from the branch, oldest first, with what they hold.
        trees: what every commit holds that ever was the branch's tip.
        outage: so many happenings more, the server does not answer.
    """

    world: LineWorld
    history: list[tuple[str, Tree]] = field(default_factory=list)
    trees: dict[str, Tree] = field(default_factory=dict)
    outage: int = 0
    waiting_pushes: int = 0

    @property
    def tree(self) -> Tree:
        return dict(self.history[-1][1]) if self.history else {}

    def prefix_of(self, name: str) -> str | None:
        return next((prefix for prefix, (own, _) in self.tree.items() if own == name), None)

    # -- What people do -------------------------------------------------------------------------------

    def commit(self, tree: Tree) -> None:
        """A commit on top of the branch that leaves ``tree``."""
        before, files = self.tree, {}
        for prefix, (name, image) in before.items():
            if prefix not in tree:
                files |= gone(service(prefix, name, image))
        for prefix, (name, image) in tree.items():
            if before.get(prefix) != (name, image):
                files |= service(prefix, name, image)
                if image == BROKEN:
                    files[f"{prefix}_svcdef.json"] = "{"
        sha = self.world.commit(files or {"NOTES.md": f"{len(self.trees)}"})
        self.history.append((sha, dict(tree)))
        self.trees[sha] = dict(tree)

    def rewind(self, back: int) -> None:
        """A forced push of an older commit."""
        del self.history[max(1, len(self.history) - back) :]
        self.world.git.point(URL, BRANCH, self.history[-1][0])

    def squash(self, back: int) -> None:
        """The last commits as one: another commit with the same tree."""
        tree = self.tree
        self.rewind(back)
        self.commit(tree)

    # -- What becomes of it ---------------------------------------------------------------------------

    async def deliver(self, times: int) -> None:
        """So many events tell of the tip; one that cannot be worked on stays in its queue."""
        self.waiting_pushes += times
        self.world.git.set_reachable(URL, reachable=self.outage == 0)
        self.outage = max(0, self.outage - 1)
        for _ in range(self.waiting_pushes):
            try:
                await self.world.push_again()
            except RetryableError:
                continue
            self.waiting_pushes -= 1

    async def poll(self) -> None:
        """What the poller does when its time has come."""
        self.world.git.set_reachable(URL, reachable=True)
        await self.world.pass_time(POLL_SECONDS)
        await self.world.poller().poll()
