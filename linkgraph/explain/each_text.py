"""What an account would be without each thing, as text for a terminal."""

from linkgraph.explain.each import Alone, Each
from linkgraph.explain.text import plain, short, standing, when
from linkgraph.model import RunStamp


def render_each(account_id: str, found: Each, run: RunStamp) -> str:
    """In lines of plain text, ending with a newline."""
    lines = [f"Account {plain(account_id)} ({when(run)})", f"  now     {standing(found.before)}"]
    lines += (
        ["Without one of these alone, largest fall first"] if found.rows else ["  its score names nothing to leave out"]
    )
    lines += [f"  {standing(each.after)}  {_what(each)}" for each in found.rows]
    lines.append(f"  exact to {found.bound:.0e} log-odds; nothing was stored")
    lines += [f"  cut by a limit: {', '.join(found.limits_hit)}"] if found.limits_hit else []
    return "\n".join(lines) + "\n"


def _what(each: Alone) -> str:
    kind, _, token = each.name.partition(":")
    words = {
        "identifier": f"without {kind} {short(token)}",
        "link": f"without its own link to {kind} {short(token)}",
        "label": f"without the label of {plain(each.name)}",
    }[each.what]
    leaves = f"; {', '.join(map(plain, each.leaves_with))} leave with it" if each.leaves_with else ""
    return f"{words}{leaves}" if each.differs else f"{words}: the same"
