"""Whether the page answers: for whatever watches over it. Says nothing else."""

from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

router = APIRouter()
VERSION = version("chartloom")


@router.get("/health")
def health() -> Response:
    return JSONResponse({"ok": True, "version": VERSION})
