"""Signs somebody in to an application with Authlib, and verifies the tokens with joserfc.

Usage: openid_client.py BASE_URL INVITATION. Prints one line a step; the last is `all held`.
"""
import re
import secrets
import time
import urllib.parse

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from identity import PHRASE, arguments, step

CALLBACK = "https://app.example/callback"
GOODBYE = "https://app.example/goodbye"


class Browser:
    """A browser as far as HTML forms go: it keeps cookies and says where a form comes from."""

    def __init__(self, base):
        self.base = base
        self.cookies = {}

    def request(self, method, url, form=None):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers |= {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
        answer = requests.request(method, urllib.parse.urljoin(self.base, url), data=form, headers=headers,
                                  allow_redirects=False, timeout=60)
        for line in answer.raw.headers.getlist("Set-Cookie"):
            name, value = line.split(";")[0].split("=", 1)
            assert name.startswith("__Host-") and "Secure" in line and "HttpOnly" in line, line
            self.cookies[name] = value
        return answer

    def submit(self, page, action, fields):
        form = re.search(rf'<form method="post" action="{action}">(.*?)</form>', page.text, re.DOTALL).group(1)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
        answer = self.request("POST", action, hidden | fields)
        return self.request("GET", answer.headers["Location"]) if self.is_own(answer) else answer

    def is_own(self, answer):
        return answer.status_code == 303 and not answer.headers["Location"].startswith("https://app.example")

    def authorize(self, url, person):
        """Follows an authorization to the application's own address."""
        answer = self.request("GET", url)
        while self.is_own(answer):
            answer = self.request("GET", answer.headers["Location"])
        if answer.status_code == 200 and 'name="password"' in answer.text:
            page = self.submit(answer, "/sign-in", {"email": person.email, "password": PHRASE})
            assert page.status_code == 200, page.text
            answer = self.submit(page, "/sign-in/code", {"code": person.code()})
        if answer.status_code == 200:
            assert "Allow access?" in answer.text, answer.text
            answer = self.submit(answer, "/consent", {"decision": "allow"})
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return answer.headers["Location"]


class ShortAssertion(PrivateKeyJWT):
    """Authlib's, for two minutes: an hour, which it takes by itself, is longer than an assertion may live here."""

    def sign(self, auth, token_endpoint):
        # Authlib keeps the `jti` in the claims that it is given; each assertion is good once.
        self.claims = {"exp": int(time.time()) + 120}
        return super().sign(auth, token_endpoint)


def verified(token, keys, typ):
    read = jwt.decode(token, keys, algorithms=["RS256"])
    assert read.header["typ"] == typ, read.header
    return read.claims


def main():
    service, owner = arguments()
    metadata = requests.get(service.base + "/.well-known/openid-configuration", timeout=30).json()
    assert metadata["issuer"] == service.base, metadata["issuer"]
    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"], timeout=30).json())
    token = owner.token()
    own = ECKey.generate_key("P-256", {"alg": "ES256", "kid": "one"})
    registration = {"redirect_uris": [CALLBACK], "post_logout_redirect_uris": [GOODBYE],
                    "scopes": ["openid", "email", "organisation", "offline_access"]}
    by_secret = service.call("POST", "/v1/applications", registration | {
        "name": "By secret", "authentication": "client_secret_basic"}, token, 201)
    public = own.as_dict(private=False) | {"alg": "ES256", "kid": "one"}
    by_key = service.call("POST", "/v1/applications", registration | {
        "name": "By key", "authentication": "private_key_jwt",
        "jwks": {"keys": [{name: public[name] for name in ("kty", "crv", "x", "y", "alg", "kid")}]}}, token, 201)
    open_one = service.call("POST", "/v1/applications", registration | {
        "name": "Public", "authentication": "none"}, token, 201)
    step("an owner registered three applications")

    def session(application):
        method = application["authentication"]
        client = OAuth2Session(
            application["id"], application.get("client_secret"), scope="openid email organisation offline_access profile",
            redirect_uri=CALLBACK, code_challenge_method="S256", token_endpoint_auth_method=method,
            revocation_endpoint_auth_method=method)
        if method == "private_key_jwt":
            client.client_secret = own
            client.register_client_auth_method(
                ShortAssertion(metadata["token_endpoint"], headers={"kid": "one", "typ": "JWT"}, alg="ES256"))
        return client

    browser = Browser(service.base)
    for application in (by_secret, by_key, open_one):
        client, verifier, nonce = session(application), secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        url, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
        back = browser.authorize(url, owner)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))
        assert query["state"] == state and query["iss"] == metadata["issuer"], query
        tokens = client.fetch_token(
            metadata["token_endpoint"], authorization_response=back, code_verifier=verifier, state=state)
        claims = verified(tokens["id_token"], keys, "JWT")
        jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": metadata["issuer"]}, aud={"essential": True, "value": application["id"]},
            nonce={"essential": True, "value": nonce}, sub={"essential": True}, exp={"essential": True},
            auth_time={"essential": True}).validate(claims)
        access = verified(tokens["access_token"], keys, "at+jwt")
        assert access["sub"] == claims["sub"] and access["aud"] == [metadata["issuer"]], access
        info = client.get(metadata["userinfo_endpoint"]).json()
        assert info["sub"] == claims["sub"] and info["email"] == owner.email, info
        former = tokens["access_token"]
        refreshed = client.refresh_token(metadata["token_endpoint"], tokens["refresh_token"])
        assert refreshed["access_token"] != former
        assert verified(refreshed["access_token"], keys, "at+jwt")["sid"] == access["sid"]
        if application is not open_one:
            seen = client.introspect_token(metadata["introspection_endpoint"], refreshed["access_token"]).json()
            assert seen["active"] is True and seen["sub"] == claims["sub"], seen
        gone = client.revoke_token(metadata["revocation_endpoint"], refreshed["refresh_token"])
        assert gone.status_code == 200, gone.text
        assert client.get(metadata["userinfo_endpoint"]).status_code == 401
        step(f"Authlib: the whole flow with {application['authentication']}")

    client = session(by_secret)
    verifier = secrets.token_urlsafe(48)
    url, state = client.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
    pushed = requests.post(
        metadata["pushed_authorization_request_endpoint"], timeout=30,
        data=dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)),
        auth=(by_secret["id"], by_secret["client_secret"]))
    assert pushed.status_code == 201, pushed.text
    short = metadata["authorization_endpoint"] + "?" + urllib.parse.urlencode(
        {"client_id": by_secret["id"], "request_uri": pushed.json()["request_uri"]})
    back = browser.authorize(short, owner)
    tokens = client.fetch_token(
        metadata["token_endpoint"], authorization_response=back, code_verifier=verifier, state=state)
    assert browser.request("GET", short).status_code == 400
    step("a pushed request, once")

    try:
        session(by_secret).fetch_token(
            metadata["token_endpoint"], authorization_response=back, code_verifier=verifier, state=state)
        raise SystemExit("a code was good twice")
    except Exception as refusal:  # Authlib's own error type differs by version
        assert "invalid_grant" in str(refusal), refusal
    assert client.get(metadata["userinfo_endpoint"]).status_code == 401
    step("the code shown again revoked what it gave")

    out = browser.request("GET", metadata["end_session_endpoint"] + "?" + urllib.parse.urlencode(
        {"id_token_hint": tokens["id_token"], "post_logout_redirect_uri": GOODBYE, "state": "s"}))
    assert out.status_code == 303 and out.headers["Location"] == GOODBYE + "?state=s", out.text
    assert browser.request("GET", "/account").headers["Location"] == "/sign-in"
    step("signed out at the application's word")
    step("all held")


main()
