"""A question to the physician: a draft that does not lead, and what would lead in one that was typed."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from review.coding.query import Draft, draft, leading
from review.coding.refused import Refused
from review.roles import Right
from review.web import render
from review.web.guard import Visit, needs
from review.web.pages.asked import marked, options
from review.web.pages.chart import seen
from review.web.pages.opened import Opened
from review.web.pages.showing import whole
from review.web.refusal import Refusal

router = APIRouter()
Coder = Annotated[Visit, Depends(needs(Right.DECIDE, Right.PRACTISE))]
TEXT = 4000


@router.post("/charts/{chart_id}/question")
def question(chart_id: str, visit: Coder) -> Response:
    """Nothing is recorded but the view. Without a question: a draft of one."""
    found = seen(visit, chart_id)
    try:
        said = _asked(visit, found)
    except Refused as refused:
        raise Refusal(422, str(refused)) from refused
    if visit.fragment:
        return render.page(visit, "chart_question.html", **said)
    return whole(visit, found, "", None, more={"drafted": said["query"], "doubts": said["doubts"]})


def _asked(visit: Visit, found: Opened) -> dict[str, Any]:
    line = found.coding.of(visit.said("system", 32), visit.said("code", 32))
    marks = marked(visit, found.chart)
    text = visit.said("question", TEXT)
    kept = (str(each) for each in options(visit.said("options", TEXT)))
    about = visit.said("about", 32)
    said = Draft(text, tuple(kept)) if text else draft(found.chart, found.coding, line, marks, about=about)
    spans = [*(line.evidence if line else ()), *marks]
    return {"query": said, "doubts": leading(said.question, said.options, found.chart, spans)}
