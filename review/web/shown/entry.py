"""One code of the panel as HTML. Written here and not in a template: there are a hundred on a page, after every act.

What is not ours goes through `escape`; a line that did not change is not written again.
"""

from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from nlp.icd.chart import PRE_ACCEPT
from review.coding.line import ACCEPTED, REJECTED, SUGGESTED, Line
from review.web.shown.panel import Row, Where
from review.web.shown.words import words

KEPT = 4_000  # lines


def entry(row: Row, actions: Markup, *, read_only: bool) -> Markup:
    """`actions`: the buttons of the line that is looked at."""
    head, tail = _entry(row, read_only)
    return Markup(f"{head}{actions if row.chosen and not read_only else ''}{tail}")


@lru_cache(KEPT)
def _entry(row: Row, read_only: bool) -> tuple[str, str]:
    said = [_begun(row), _name(row), f'<span class="facts">{"".join(_facts(row))}</span>']
    if not read_only:
        said.append(f'<span class="quick">{_quick(row)}</span>')
    said += ['<div class="more">', *_more(row)]
    return "".join(said), "</div></li>"


def _begun(row: Row) -> str:
    line = row.line
    data = {"code": line.code, "system": line.system, "state": line.state, "kind": line.kind, "spans": row.spans}
    more = {"band": line.band, "poa": line.poa, "rank": line.rank or ""}
    data |= {name: str(value) for name, value in more.items() if value}
    flags = {"added": line.added, "principal": line.principal, "admitting": line.admitting}
    said = "".join(f' data-{name}="{escape(value)}"' for name, value in data.items())
    said += "".join(f" data-{name}" for name, true in flags.items() if true)
    return f'<li class="line" id="line-{row.at}"{said}{CURRENT if row.chosen else ""}>'


CURRENT = ' aria-current="true"'
UNTITLED = "no title in the tables"
PLACES = '<span class="unseen"> places</span>'


def _name(row: Row) -> str:
    line = row.line
    mark = {ACCEPTED: str(line.rank or "✓"), REJECTED: "✕"}.get(line.state, "")
    band = f", {escape(words().bands.get(line.band, line.band))}" if line.band and line.state == SUGGESTED else ""
    title = escape(line.display or UNTITLED)
    return (
        f'<span class="state" aria-hidden="true">{mark}</span>'
        f'<a class="pick" href="?line={row.at}#line-{row.at}"><code>{escape(line.code)}</code> '
        f'<span class="name">{title}</span><span class="unseen">, {line.state}{band}</span></a>'
    )


def _facts(row: Row) -> Iterator[str]:
    line = row.line
    if line.principal:
        yield '<span class="tag good">principal</span>'
    if line.admitting:
        yield '<span class="tag">admitting</span>'
    if line.poa:
        yield f'<span class="tag" title="{escape(words().poa.get(line.poa, ""))}">POA {escape(line.poa)}</span>'
    if any(message.severity == "error" for message in row.said):
        yield '<span class="tag bad">error</span>'
    if line.added:
        yield '<span class="tag">added</span>'
    if line.state == SUGGESTED and line.band == PRE_ACCEPT:
        yield '<span class="tag">sure</span>'
    if row.where:
        yield f'<span class="places" title="Places in the notes">{len(row.where)}{PLACES}</span>'
    if line.score is not None:
        told = f"Confidence {line.score * 100:.0f} %"
        yield f'<meter value="{line.score:.2f}" aria-label="{told}" title="{told}"></meter>'


def _quick(row: Row) -> str:
    line = row.line
    off = "remove" if line.added else "reject"
    said = ""
    if line.state != ACCEPTED:
        said += _button("accept", row.on, f"Accept {line.code}", "Accept (a)", "✓")
    if line.state != REJECTED:
        key = "Remove (Delete)" if line.added else "Reject (r)"
        said += _button(off, row.on, f"{off.capitalize()} {line.code}", key, "✕")
    return said


def _button(does: str, on: str, label: str, title: str, mark: str) -> str:
    return (
        f'<button form="act" name="on" value="{does}|{escape(on)}" data-does="{does}" '
        f'aria-label="{escape(label)}" title="{title}">{mark}</button>'
    )


def _more(row: Row) -> Iterator[str]:
    line = row.line
    if row.said:
        yield f'<ul class="said">{"".join(_messages(row))}</ul>'
    if line.flags and line.state != REJECTED:
        told = (f'<li data-flag="{escape(flag)}">{escape(_flag(flag))}</li>' for flag in line.flags)
        yield f'<ul class="flags">{"".join(told)}</ul>'
    if line.reason:
        yield f'<p class="small">Reason: {escape(line.reason)}</p>'
    if row.where:
        yield f'<ol class="where">{"".join(_place(at, each) for at, each in enumerate(row.where))}</ol>'
    elif line.state != REJECTED:
        yield '<p class="quiet small">No place in the notes is marked for it.</p>'
    if line.actor:
        yield f'<p class="quiet small">{_who(line)}</p>'


def _flag(flag: str) -> str:
    """What it means; where nobody has said that, its name. Behind a colon stands what it is about."""
    said, _, about = words().flag(flag), *flag.partition(":")[1:]
    return f"{said} ({about})" if said and about else said or flag


def _messages(row: Row) -> Iterator[str]:
    for message in row.said:
        named = f'class="message {escape(message.severity)}" data-rule="{escape(message.rule)}"'
        yield f'<li {named}><span class="unseen">{escape(message.severity)}: </span>{escape(message.text)}</li>'


def _place(at: int, each: Where) -> str:
    named = f"{each.title}, {each.section}" if each.section else each.title
    quote = f" <q>{escape(each.quote)}</q>" if each.quote else ""
    return f'<li><a href="#{each.anchor}" data-place="{at}">{escape(named)}</a>{quote}</li>'


def _who(line: Line) -> str:
    return f"{line.state.capitalize()} by {escape(line.actor)}."
