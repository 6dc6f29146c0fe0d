"""The coders' page as an application: which pages there are, and what stands before all of them."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from threading import Thread

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from nlp.icd.catalogue.shelf import Shelf
from review.charts.desk import Desk
from review.charts.faults import ChartFault
from review.coding.finder import Finder
from review.coding.tables import Tables
from review.settings import Settings
from review.state.database import Database
from review.state.turn import Busy
from review.web import assets, refused, render
from review.web.ahead import Ahead
from review.web.diary import Diary
from review.web.gate import Gate
from review.web.house import House
from review.web.keeper import Keeper, follow_parent
from review.web.pages import (
    account,
    acts,
    audit,
    chart,
    differences,
    elsewhere,
    health,
    judging,
    keys,
    people,
    questioning,
    searching,
    signing,
    worklist,
)
from review.web.refusal import Refusal, SignedOut

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

PAGES = (
    health.router,
    assets.router,
    signing.router,
    elsewhere.router,
    account.router,
    keys.router,
    worklist.router,
    chart.router,
    acts.router,
    searching.router,
    questioning.router,
    people.router,
    audit.router,
    differences.router,
    judging.router,
)


def create(settings: Settings) -> FastAPI:
    """Ready to serve; opens the database and the published night."""
    house = opened(settings)
    diary = Diary()
    life = _life(house, diary)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=life)
    app.state.house = house
    for router in PAGES:
        app.include_router(router)
    app.add_exception_handler(Refusal, refused.refusal)
    app.add_exception_handler(SignedOut, refused.signed_out)
    app.add_exception_handler(ChartFault, refused.chart)
    app.add_exception_handler(DBAPIError, refused.database)
    app.add_exception_handler(Busy, refused.busy)
    app.add_exception_handler(PoolTimeout, refused.busy)
    app.add_exception_handler(HTTPException, refused.http)
    app.add_exception_handler(RequestValidationError, refused.invalid)
    names = frozenset({*LOOPBACK, *(name.lower() for name in settings.hosts)})
    app.add_middleware(Gate, names=names, https=settings.https, said=refused.bare(house), diary=diary)
    return app


def opened(settings: Settings) -> House:
    database = Database.open(settings)
    finder = Finder(Tables(Shelf(settings.tables), settings.country))
    return House(settings, database, Desk(settings.lake, database), finder, render.environment())


def _life(house: House, diary: Diary) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """What goes on beside requests begins when the first can be answered, and ends behind the last."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        keeper, ahead = Keeper(house, diary), Ahead(house, diary)
        keeper.start()
        ahead.start()
        Thread(target=house.finder.warm, name="finder", daemon=True).start()
        follow_parent()
        yield
        await run_in_threadpool(ahead.stop)
        await run_in_threadpool(keeper.stop)
        house.database.close()

    return life
