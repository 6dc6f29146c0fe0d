"""`chartloom review`: the coders' page."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runner.commands import review_audit, review_users
from runner.commands.review_options import Config, Data, Lake, Where

if TYPE_CHECKING:
    from review.web.serve import Serving

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
app.add_typer(review_users.app, name="user")
app.command("audit")(review_audit.audit)

Host = Annotated[str, typer.Option("--host", help="Where to listen; other machines only with TLS.")]
Port = Annotated[int, typer.Option("--port", min=0, max=65535, help="0 takes any that is free.")]
Workers = Annotated[int, typer.Option("--workers", min=0, help="Processes; 0 is one a core, two at least.")]
Certificate = Annotated[Path | None, typer.Option("--certificate", metavar="FILE", help="PEM, with its chain.")]
Key = Annotated[Path | None, typer.Option("--key", metavar="FILE", help="PEM, the certificate's own.")]
Proxy = Annotated[
    str, typer.Option("--behind-proxy", metavar="ADDRESS", help="Of a proxy that ends TLS in front of the page.")
]
Open = Annotated[bool, typer.Option("--open/--no-open", help="Open a browser on it.")]


@app.callback()
def review(
    context: typer.Context,
    lake: Lake = None,
    config: Config = None,
    database: Data = None,
    host: Host = "127.0.0.1",
    port: Port = 8470,
    workers: Workers = 0,
    certificate: Certificate = None,
    key: Key = None,
    behind_proxy: Proxy = "",
    open_: Open = False,
) -> None:
    """Serve the coders' page. Listens on this machine only, unless told otherwise.

    \b
    Example: chartloom review user add anna --role coder
             chartloom review
    """
    where = Where(lake, config, database)
    if context.invoked_subcommand is not None:
        context.obj = where
        return
    from review.web.serve import Serving

    _serve(where, Serving(host, port, workers, certificate, key, behind_proxy), open_)


def _serve(where: Where, serving: "Serving", opened: bool) -> None:
    import dataclasses

    from review.web import serve
    from runner import browser

    settings = where.there()
    serving = serve.judged(serving)
    somebody = serve.prepared(settings)
    listening = serve.bound(serving)
    serving = dataclasses.replace(serving, port=listening.getsockname()[1])
    typer.echo(f"The coders' page: {serving.address}   (Ctrl-C ends it)")
    if not somebody:
        typer.echo(f"Nobody has an account yet. Add one: chartloom review user add NAME --role coder{where.said}")
    if not (settings.lake / "current").is_dir():
        typer.echo("No night has been published in this lake yet, so there are no charts: chartloom run nightly")
    if opened and not browser.opened(serving.address):
        typer.echo("There is no browser here. Open the address in one that reaches this machine.")
    serve.serve(serve.for_browsers(settings, serving), serving, listening)
