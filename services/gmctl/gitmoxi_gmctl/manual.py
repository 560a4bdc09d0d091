"""The end of a command's help: examples, exit codes, and what to read next."""

from __future__ import annotations

EXIT_CODES = {
    0: "success",
    1: "it failed, was refused, or what you named does not exist",
    2: "wrong usage",
    3: "superseded by a newer commit",
    4: "unreachable, or timed out",
    130: "interrupted",
}
USUAL = (0, 1, 2, 4)
WATCHING = (0, 1, 2, 4, 130)
FOLLOWING = (0, 1, 2, 3, 4, 130)

EXAMPLES = "Examples:"
PROMPT = "$ "


def manual(*examples: tuple[str, str], codes: tuple[int, ...] = USUAL, see_also: tuple[str, ...] = ()) -> str:
    """The epilog of a command.

    Args:
        examples: each a command line that works as it stands, and what it does.
        codes: the exit codes that it can end with.
        see_also: other commands, without ``gmctl``.
    """
    lines = [EXAMPLES]
    for line, meaning in examples:
        lines += [f"  {PROMPT}{line}", f"      {meaning}"]
    told = "; ".join(f"{code} {EXIT_CODES[code]}" for code in codes)
    lines += ["", f"Exit codes: {told}."]
    if see_also:
        lines.append(f"See also: {', '.join(f'gmctl {name}' for name in see_also)}.")
    return "\n".join(line.replace("[", r"\[") for line in lines)
