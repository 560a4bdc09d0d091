"""A repository that people worked on: real Git commits over the corpus's files, by a fixed seed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tests.corpus.service_objects import FOLDERS, Committed, moved_output, read_outputs, service_objects

OBJECTS, COMMITS, SEED = 100, 200, 20261122
MAIN = "refs/heads/main"
SQUASHED, REBASED = (COMMITS // 3, 2 * COMMITS // 3)
"""After so many commits history is rewritten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """What a commit holds: objects by name, and other files by path."""

    objects: Mapping[str, Committed]
    others: Mapping[str, bytes]

    @property
    def files(self) -> dict[str, bytes]:
        found = dict(self.others)
        for item in self.objects.values():
            found |= item.paths
        return found

    def having(self, *items: Committed) -> Tree:
        return replace(self, objects={**self.objects, **{item.name: item for item in items}})

    def without(self, *names: str) -> Tree:
        left = {name: item for name, item in self.objects.items() if name not in names}
        return replace(self, objects=left)

    def holding(self, path: str, content: bytes) -> Tree:
        return replace(self, others={**self.others, path: content})


Change = Callable[[Tree], Tree]


@dataclass(frozen=True, slots=True)
class Git:
    """The git command line in a bare repository."""

    folder: Path

    def __call__(self, *arguments: str, data: bytes | None = None) -> bytes:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }
        done = subprocess.run(
            ["git", "-C", str(self.folder), *arguments],
            check=True,
            capture_output=True,
            input=data,
            env=environment,
        )
        return done.stdout


@dataclass(frozen=True, slots=True)
class History:
    """``tips`` are what ``main`` pointed to, one after the other: the forced pushes' among them."""

    git: Git
    tips: tuple[str, ...]

    def push(self, sha: str) -> None:
        self.git("update-ref", MAIN, sha)


def make_history(corpus: Path, folder: Path) -> History:
    """Play ``COMMITS`` commits and write them with ``git fast-import``."""
    folder.mkdir()
    git = Git(folder)
    git("init", "--quiet", "--bare", "--initial-branch", "main")
    team = Team(corpus=corpus)
    team.work()
    git("fast-import", "--quiet", f"--export-marks={folder}/marks", data=bytes(team.stream))
    pairs = (line.split() for line in (folder / "marks").read_text().splitlines())
    shas = {int(mark[1:]): sha for mark, sha in pairs}
    return History(git=git, tips=tuple(shas[mark] for mark in team.tips))


@dataclass
class Team:
    """Commits; ``trees`` has what each commit holds by its mark, ``main`` the marks of the branch."""

    corpus: Path
    random: Random = field(default_factory=lambda: Random(SEED))
    stream: bytearray = field(default_factory=bytearray)
    trees: dict[int, Tree] = field(default_factory=dict)
    main: list[int] = field(default_factory=list)
    tips: list[int] = field(default_factory=list)
    attic: list[Committed] = field(default_factory=list)
    number: int = 0

    def __post_init__(self) -> None:
        self._malformed = [path.read_bytes() for path in sorted((self.corpus / "malformed").iterdir())]

    # -- Commits -------------------------------------------------------------------------------------

    def commit(self, tree: Tree, *parents: int) -> int:
        """One commit in the stream; its mark. A path that moves is there a deletion and an addition."""
        mark = len(self.trees) + 1
        before = self.trees[parents[0]].files if parents else {}
        after = tree.files
        self.trees[mark] = tree
        self._say(f"commit refs/heads/work-{mark}\nmark :{mark}")
        self._say(f"committer Ada <ada@example.com> {1_780_000_000 + mark} +0000")
        self._data(f"Commit {mark}".encode())
        for word, parent in zip(("from", *["merge"] * len(parents)), parents, strict=False):
            self._say(f"{word} :{parent}")
        for path in sorted(before.keys() - after.keys()):
            self._say(f"D {path}")
        for path, content in after.items():
            if before.get(path) != content:
                self._say(f"M 100644 inline {path}")
                self._data(content)
        return mark

    def _say(self, line: str) -> None:
        self.stream += f"{line}\n".encode()

    def _data(self, content: bytes) -> None:
        self._say(f"data {len(content)}")
        self.stream += content + b"\n"

    @property
    def tree(self) -> Tree:
        return self.trees[self.main[-1]]

    def _pushed(self, mark: int) -> None:
        self.main.append(mark)
        self.tips.append(mark)

    def work(self) -> None:
        made = service_objects(self.corpus, OBJECTS)
        first = Tree(objects={item.name: item for item in made}, others=read_outputs(self.corpus))
        self._pushed(self.commit(first.holding("README.md", b"Ours.")))
        rewrites = [(SQUASHED, self._squash), (REBASED, self._rebase)]
        while len(self.trees) < COMMITS - 1:
            if rewrites and len(self.trees) >= rewrites[0][0]:
                rewrites.pop(0)[1]()
            elif len(self.trees) < COMMITS - 6 and self.random.random() < 0.06:
                self._merge()
            else:
                self._pushed(self.commit(self._change()(self.tree), self.main[-1]))
        mended = [item.mended() for item in self.tree.objects.values()]
        self._pushed(self.commit(self.tree.having(*mended).holding("README.md", b"Done."), self.main[-1]))

    def _squash(self) -> None:
        """The last five commits become one, with the same tree."""
        tree = self.tree
        del self.main[-5:]
        self._pushed(self.commit(tree, self.main[-1]))

    def _rebase(self) -> None:
        """Three commits go onto another one; of a fourth, which added an object, nothing is left."""
        base, feature = self.main[-1], self.attic.pop() if self.attic else self._copy()
        one, two, three = (self._edit(name) for name in self._names(3))
        for change in (one, lambda tree: tree.having(feature), two, three):
            self._pushed(self.commit(change(self.tree), self.main[-1]))
        del self.main[self.main.index(base) + 1 :]
        self.main.append(self.commit(self.tree.holding("docs/upstream.md", b"First."), base))
        for change in (one, two, three):
            self.main.append(self.commit(change(self.tree), self.main[-1]))
        self.tips.append(self.main[-1])
        self.attic.append(feature)

    def _merge(self) -> None:
        """Two commits on a side branch, one on main, and the merge of both."""
        names = self._names(4)
        edits = [self._edit(name) for name in names]
        base = self.main[-1]
        side = self.commit(edits[0](self.trees[base]), base)
        side = self.commit(edits[1](self.trees[side]), side)
        self._pushed(self.commit(edits[2](self.tree), base))
        theirs = [self.trees[side].objects[name] for name in names[:2]]
        self._pushed(self.commit(self.tree.having(*theirs), self.main[-1], side))

    # -- Changes -------------------------------------------------------------------------------------

    def _change(self) -> Change:
        """What people do, as often as they do it."""
        kinds: dict[Callable[[], Change], int] = {
            lambda: self._edit(self._names(1)[0]): 30,
            self._edit_many: 8,
            self._move_output: 8,
            self._rename: 9,
            self._delete: 8,
            self._add_again: 8,
            self._settings: 9,
            self._unrelated: 8,
            self._spoil: 9,
            self._mend: 9,
        }
        return self.random.choices(list(kinds), list(kinds.values()))[0]()

    def _next(self) -> int:
        """A number that makes an edit unlike all others."""
        self.number += 1
        return self.number

    def _names(self, count: int) -> list[str]:
        """Objects that are not spoilt."""
        sound = [name for name, item in self.tree.objects.items() if not item.intact]
        return self.random.sample(sorted(sound), count)

    def _copy(self) -> Committed:
        return replace(self.tree.objects[self._names(1)[0]], folder="copied")

    def _edit(self, name: str) -> Change:
        number = self._next()
        which = self.random.choice(["release", "count", "wave"])
        return lambda tree: tree.having(edited(tree.objects[name], which, number))

    def _edit_many(self) -> Change:
        changes = [self._edit(name) for name in self._names(self.random.randint(2, 12))]

        def change(tree: Tree) -> Tree:
            for one in changes:
                tree = one(tree)
            return tree

        return change

    def _move_output(self) -> Change:
        number = self._next()
        path = self.random.choice([path for path in sorted(self.tree.others) if path.startswith("infra/")])
        return lambda tree: tree.holding(path, moved_output(path, tree.others[path], number))

    def _rename(self) -> Change:
        item = self.tree.objects[self.random.choice(sorted(self.tree.objects))]
        folder = self.random.choice([folder for folder in FOLDERS if folder != item.folder])
        return lambda tree: tree.having(replace(item, folder=folder))

    def _delete(self) -> Change:
        names = self.random.sample(sorted(self.tree.objects), self.random.choice([1, 1, 2, 3]))
        self.attic += [self.tree.objects[name].mended() for name in names]
        return lambda tree: tree.without(*names)

    def _add_again(self) -> Change:
        if not self.attic:
            return self._unrelated()
        item = self.attic.pop(self.random.randrange(len(self.attic)))
        return lambda tree: tree.having(item)

    def _settings(self) -> Change:
        number = self._next()
        item = self.tree.objects[self._names(1)[0]]
        suffix = "_lambdadepdef.json" if item.is_function else "_depdef.json"
        changed = item.document(suffix) | {"trafficShiftingConfig": {"waitInterval": number}}
        return lambda tree: tree.having(item.with_document(suffix, changed))

    def _unrelated(self) -> Change:
        number = self._next()
        path = self.random.choice(["README.md", "src/app.py", "docs/service.json", "data/taskdef.json"])
        return lambda tree: tree.holding(path, f"Edit {number}".encode())

    def _spoil(self) -> Change:
        item = self.tree.objects[self._names(1)[0]]
        definition = "_lambdadef.json" if item.is_function else "_taskdef.json"
        malformed = self.random.choice(self._malformed)
        undefined = item.files[definition].replace(b'": "', b'": "{{ nobody_gives_this }}', 1)
        content = self.random.choice([malformed, item.files[definition][:-3], undefined])
        return lambda tree: tree.having(item.spoilt(definition, content))

    def _mend(self) -> Change:
        spoilt = [item for item in self.tree.objects.values() if item.intact]
        if not spoilt:
            return self._spoil()
        item = self.random.choice(spoilt)
        return lambda tree: tree.having(item.mended())


def edited(item: Committed, which: str, number: int) -> Committed:
    """The object after an edit of one of its files."""
    if item.is_function:
        function = item.document("_lambdadef.json") | {"Description": f"Release {number}"}
        return item.with_document("_lambdadef.json", function)
    if which == "wave" and "_input.json" in item.files:
        return item.with_document("_input.json", item.document("_input.json") | {"wave": f"wave {number}"})
    if which == "count":
        return item.with_document(
            "_svcdef.json", item.document("_svcdef.json") | {"desiredCount": number % 90 + 2}
        )
    task_definition = item.document("_taskdef.json")
    container = task_definition["containerDefinitions"][0]
    container["dockerLabels"] = container.get("dockerLabels", {}) | {"release": str(number)}
    return item.with_document("_taskdef.json", task_definition)
