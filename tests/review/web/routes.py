"""The routes of the application as it is, and as routes.yaml says who may use them."""

from pathlib import Path
from typing import Any

import yaml
from fastapi.routing import APIRoute

from review.roles import ROLES
from review.web.app import PAGES

ANYONE, NOBODY = "anyone", "nobody"
IDS = {"{chart_id}": "0123456789abcdef0123456789abcdef", "{user_id}": "987654", "{name:path}": "page.css"}


def there() -> list[str]:
    """ "GET /login": what the application answers."""
    found = []
    for router in PAGES:
        for route in router.routes:
            assert isinstance(route, APIRoute), "a route of another kind has no guard"
            found += [f"{method} {route.path}" for method in sorted(route.methods)]
    return found


def listed() -> dict[str, Any]:
    rows = yaml.safe_load((Path(__file__).parent / "routes.yaml").read_text(encoding="utf-8"))
    return {row["route"]: row["who"] for row in rows}


def may(who: Any, role: str) -> bool:
    if who == ANYONE:
        return True
    return role in ROLES if who == "everybody" else role in who


def filled(path: str) -> str:
    for name, value in IDS.items():
        path = path.replace(name, value)
    return path


def posts() -> list[str]:
    return [filled(route.partition(" ")[2]) for route in there() if route.startswith("POST ")]
