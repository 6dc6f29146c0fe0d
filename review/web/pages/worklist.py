"""The worklist: which charts wait, and for whom."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from starlette.responses import RedirectResponse, Response

from review.roles import Right
from review.state import tables
from review.web import render
from review.web.guard import Visit, needs

router = APIRouter()
Viewer = Annotated[Visit, Depends(needs(Right.SEE_ORIGINAL, Right.SEE_OPEN, Right.ASSIGN))]


@router.get("/")
def home(visit: Annotated[Visit, Depends(needs())]) -> Response:
    return RedirectResponse(
        "/worklist" if visit.may(Right.SEE_ORIGINAL) or visit.may(Right.SEE_OPEN) else "/users", 303
    )


@router.get("/worklist")
def worklist(visit: Viewer) -> Response:
    with visit.house.database.read() as connection:
        query = select(tables.charts).where(tables.charts.c.gone.is_(False))
        rows = connection.execute(query.order_by(tables.charts.c.priority.desc()).limit(50)).mappings().all()
    return render.page(visit, "worklist.html", rows=rows)
