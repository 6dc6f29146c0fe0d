"""How a person likes the page: theme and size of text, in a cookie of her browser."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "chartloom-taste"
THEMES = {"system": "as the machine has them", "light": "light", "dark": "dark"}
SIZES = {"small": "small", "normal": "normal", "large": "large", "huge": "very large"}
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Taste:
    theme: str = "system"
    size: str = "normal"


def chosen(theme: str, size: str) -> Taste:
    """What is not known is as if nothing had been chosen."""
    return Taste(theme if theme in THEMES else "system", size if size in SIZES else "normal")


def of(request: Request) -> Taste:
    theme, _, size = request.cookies.get(COOKIE, "").partition(".")
    return chosen(theme, size)


def keep(response: Response, taste: Taste, *, secure: bool) -> None:
    said = f"{taste.theme}.{taste.size}"
    response.set_cookie(COOKIE, said, max_age=YEAR, httponly=True, samesite="strict", secure=secure, path="/")
