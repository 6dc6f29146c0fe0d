"""Pages out of templates. Everything is escaped; what is not must be Markup that our own code has built."""

from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from review.roles import Right
from review.web import assets, taste

if TYPE_CHECKING:
    from review.web.guard import Visit

TEMPLATES = Path(__file__).parent / "templates"


@cache
def environment() -> Environment:
    """Templates are read once, all of them: a broken one stops the start, not a coder."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        auto_reload=False,
        cache_size=-1,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"day": day, "moment": moment, "share": share, "lasting": lasting, "key": key}
    made.globals |= {"static": assets.url, "Right": Right}
    for name in made.list_templates():
        made.get_template(name)
    return made


def page(visit: "Visit", name: str, /, *, status: int = 200, **said: Any) -> HTMLResponse:
    """Every template sees visit, user, csrf, fragment, may(Right.X), taste (theme, size) and static("file")."""
    template = visit.house.templates.get_template(name)
    given = {
        "visit": visit,
        "user": visit.user,
        "csrf": visit.session.csrf,
        "fragment": visit.fragment,
        "may": visit.may,
        "settings": visit.house.settings,
        "taste": taste.of(visit.request),
        "path": visit.request.url.path,
        "rooms": partial(rooms, visit),
    }
    return HTMLResponse(template.render(given | said), status)


def rooms(visit: "Visit") -> list[tuple[str, str, bool]]:
    """What the head of every page leads to: address, name, whether it is for this person."""
    charts = visit.may(Right.SEE_ORIGINAL) or visit.may(Right.SEE_OPEN) or visit.may(Right.ASSIGN)
    return [
        ("/worklist", "Worklist", charts),
        ("/agreement", "Agreement", visit.may(Right.AUDIT)),
        ("/audit", "Audit", visit.may(Right.AUDIT)),
        ("/users", "Users", visit.may(Right.ADMINISTER)),
        ("/keys", "Keys", True),
    ]


def day(time: datetime | None) -> str:
    return time.strftime("%Y-%m-%d") if time else "–"


def moment(time: datetime | None) -> str:
    return time.strftime("%Y-%m-%d %H:%M") if time else "–"


def share(part: float, digits: int = 0) -> str:
    """0.734: 73 %."""
    return f"{part * 100:.{digits}f} %"


def lasting(minutes: float) -> str:
    """100: 1 h 40 min."""
    hours, rest = divmod(max(1, round(minutes)), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def page_number(said: str) -> int:
    """From 1; what is no number is the first."""
    return max(1, min(int(said), 1_000_000)) if said.isascii() and said.isdigit() and len(said) < 9 else 1


def key(name: str) -> str:
    """A key as it stands on the keyboard."""
    return {"ArrowDown": "↓", "ArrowUp": "↑", "ArrowRight": "→", "Escape": "Esc", "Delete": "Del"}.get(name, name)
