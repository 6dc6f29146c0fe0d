"""A small identity provider on loopback: it signs what it is told to, and checks what a real one checks."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "chartloom-page", "a secret of two"


@cache
def key(kid: str, which: int = 0) -> RSAKey:
    """Made once: that takes a while. `which`: another key of the same name."""
    assert which >= 0
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@dataclass
class Identity:
    """`over`: claims in place of the right ones, None leaves one out; `sign`: RS256, HS256 or none."""

    subject: str = "4711"
    over: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    sign: str = "RS256"
    key: RSAKey = field(default_factory=lambda: key("one"))
    asked: dict[str, str] = field(default_factory=dict)  # of the last authorization
    address: str = ""
    published: RSAKey | None = None  # None: the key that signs

    def document(self) -> dict[str, Any]:
        places = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        known = {name: f"{self.address}/{place}" for name, place in places.items()}
        return {"issuer": self.address, **known, "id_token_signing_alg_values_supported": ["RS256"], **self.metadata}

    def keys(self) -> dict[str, Any]:
        return {"keys": [(self.published or self.key).as_dict(private=False)]}

    def authorize(self, address: str) -> str:
        """What the browser of somebody who signs in there does: the address to which she is sent back."""
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        said = {"code": "the code", "state": self.asked["state"]}
        return f"{self.asked['redirect_uri']}?{urlencode(said)}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        fits = (
            form.get("code") == "the code"
            and base64.urlsafe_b64encode(hashed).decode().rstrip("=") == self.asked.get("code_challenge")
            and self.asked.get("code_challenge_method") == "S256"
            and form.get("redirect_uri") == self.asked.get("redirect_uri")
            and authorization == f"Basic {known}"
        )
        return {"access_token": "opaque", "token_type": "Bearer", "id_token": self.signed()} if fits else None

    def signed(self) -> str:
        now = int(time.time())
        claims = {"iss": self.address, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": self.asked.get("nonce"), "preferred_username": "anna", "email": "anna@hospital"}
        claims = {name: value for name, value in (claims | self.over).items() if value is not None}
        if self.sign == "none":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}."
        if self.sign == "HS256":  # with what everybody knows: the public key
            shared = OctKey.import_key(self.key.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "one"}, claims, shared)
        return jwt.encode({"alg": self.sign, "kid": self.key.kid}, claims, self.key)


class Handler(BaseHTTPRequestHandler):
    def __init__(self, identity: Identity, *args: Any) -> None:
        self.identity = identity
        super().__init__(*args)

    def do_GET(self) -> None:
        places = {"/.well-known/openid-configuration": self.identity.document, "/keys": self.identity.keys}
        found = places.get(self.path)
        self._answer(200 if found else 404, found() if found else {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        said = self.identity.token(form, self.headers.get("authorization", ""))
        self._answer(200 if said else 400, said or {"error": "invalid_grant"})

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(said).encode())

    def log_message(self, *_: Any) -> None:
        """Nothing: this is a test."""


@contextmanager
def serving() -> Iterator[Identity]:
    identity = Identity()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, identity))
    identity.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield identity
    server.shutdown()
    server.server_close()
