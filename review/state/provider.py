"""An identity provider (OpenID Connect): its discovery document, its keys, and what a token of it must hold."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from contract.errors import ConfigError
from review.settings import Settings

SECRET = "CHARTLOOM_CLIENT_SECRET"
SCOPE = "openid profile email"
PATIENCE = 10.0  # seconds for an answer
FRESH = 3600.0  # seconds for which its documents are kept
LEEWAY = 60  # seconds by which clocks may differ
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
NEAR = ("localhost", "127.0.0.1", "::1")  # without TLS


class Unsure(Exception):
    """Who it is has not been shown. The text is a word or two for the audit: no claim, no token."""


@dataclass(frozen=True, slots=True)
class Going:
    """What is kept while she is at the provider."""

    state: str
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass
class Provider:
    """One a process; its documents are read when they are first needed."""

    issuer: str
    client: str
    secret: str | None = field(repr=False)
    _document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _keys: Mapping[str, Any] = field(default_factory=dict, repr=False)
    _read: float = 0.0

    def address(self, going: Going, back: str) -> str:
        """Where she signs in. `back`: where the provider sends her then, as it knows this page."""
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                self.document()["authorization_endpoint"],
                state=going.state,
                code_verifier=going.verifier,
                nonce=going.nonce,
            )
        return str(url)

    def claims(self, going: Going, back: str, code: str) -> Mapping[str, Any]:
        """Of the token that the code is changed for, once all of it has been checked. Raises Unsure."""
        from authlib.integrations.base_client import OAuthError
        from httpx2 import HTTPError

        try:
            with self._client(back) as client:
                endpoint = self.document()["token_endpoint"]
                token = client.fetch_token(endpoint, code=code, code_verifier=going.verifier)
        except OAuthError:
            raise Unsure("code refused") from None
        except (HTTPError, ValueError):
            raise Unsure("no answer") from None
        if not isinstance(token.get("id_token"), str):
            raise Unsure("no token")
        return self._checked(token, going.nonce)

    def document(self) -> Mapping[str, Any]:
        """Raises Unsure where the provider does not answer, or is another."""
        if not self._document or time.monotonic() - self._read > FRESH:
            said = self._fetched(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if said.get("issuer") != self.issuer:
                raise Unsure("another issuer")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not isinstance(said.get(name), str) or not _safe(said[name]):
                    raise Unsure(f"{name} unfit")
            self._document, self._keys, self._read = said, {}, time.monotonic()
        return self._document

    def _checked(self, token: Mapping[str, Any], nonce: str) -> Mapping[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import JoseError

        try:
            signed = self._verified(token["id_token"])
            must = {"iss": {"essential": True, "value": self.issuer}, "aud": {"essential": True, "value": self.client}}
            known = {"nonce": nonce, "client_id": self.client, "access_token": token.get("access_token")}
            claims = CodeIDToken(signed.claims, signed.header, must, known)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unsure(f"token: {type(error).__name__}"[:60]) from None
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise Unsure("token: sub")
        return dict(claims)

    def _verified(self, token: str) -> Any:
        """Only signatures that the provider alone can make: never `none`, never with a shared secret."""
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        said = self.document().get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(algorithms=[name for name in ALGORITHMS if name in said], strict_check_header=False)
        if not self._keys:
            self._keys = self._fetched(self.document()["jwks_uri"])
        try:
            return jwt.decode(token, KeySet.import_key_set(self._keys), registry=registry)  # type: ignore[arg-type]
        except InvalidKeyIdError:  # it has a new key
            self._keys = self._fetched(self.document()["jwks_uri"])
            return jwt.decode(token, KeySet.import_key_set(self._keys), registry=registry)  # type: ignore[arg-type]

    def _fetched(self, address: str) -> dict[str, Any]:
        import httpx2

        try:
            answer = httpx2.get(address, timeout=PATIENCE)
            answer.raise_for_status()
            said = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError):
            raise Unsure("no answer") from None
        if not isinstance(said, dict):
            raise Unsure("no answer")
        return said

    def _client(self, back: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client

        ways = self.document().get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        secretly = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return OAuth2Client(
            client_id=self.client,
            client_secret=self.secret,
            token_endpoint_auth_method=secretly if self.secret else "none",
            scope=SCOPE,
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=PATIENCE,
        )


def of(settings: Settings) -> Provider | None:
    """None: only passwords. Raises ConfigError."""
    if not settings.issuer:
        return None
    if not settings.client:
        raise ConfigError("review: client is missing: what the identity provider calls this page (its client id).")
    if not _safe(settings.issuer):
        raise ConfigError(
            f"review: issuer is {settings.issuer!r}; expected an address such as https://id.hospital/realm."
        )
    return _of(settings.issuer, settings.client, _secret(settings))


@lru_cache(maxsize=16)
def _of(issuer: str, client: str, secret: str | None) -> Provider:
    return Provider(issuer, client, secret)


def _secret(settings: Settings) -> str | None:
    """None: a public client, which PKCE alone protects."""
    if settings.client_secret is None:
        return os.environ.get(SECRET) or None
    try:
        return settings.client_secret.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"review: client_secret: {settings.client_secret} cannot be read ({type(error).__name__}). "
            f"Expected a file that holds the secret and nothing else; or leave it out and set {SECRET}."
        ) from None


def _safe(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in NEAR))
