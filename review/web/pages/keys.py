"""Every key of every page, and what it does: the list is data, which the pages' own scripts keep to."""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.web import render
from review.web.guard import Needs, Visit

router = APIRouter()
KEYS = Path(__file__).parents[1] / "keys.yaml"


@cache
def groups() -> list[dict[str, Any]]:
    """[{name, keys: [{key, does}]}]"""
    found: list[dict[str, Any]] = yaml.safe_load(KEYS.read_text(encoding="utf-8"))
    return found


@router.get("/keys")
def keys(visit: Annotated[Visit, Depends(Needs(changed=False))]) -> Response:
    return render.page(visit, "keys_part.html" if visit.fragment else "keys.html", groups=groups())
