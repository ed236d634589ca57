"""What the scripts of this folder share: a person who has joined, and an application that an owner registered."""
import json
import sys
import time
import urllib.error
import urllib.request

import pyotp

PHRASE = "a long sentence of the interop tests"


def step(text):
    print(text, flush=True)


class Service:
    """The JSON interface of AuthService."""

    def __init__(self, base):
        self.base = base

    def call(self, method, path, body=None, token=None, status=200):
        request = urllib.request.Request(self.base + path, method=method)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        data = None
        if body is not None:
            request.add_header("Content-Type", "application/json")
            data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data) as answer:
                code, raw = answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            code, raw = problem.code, problem.read()
        assert code == status, f"{method} {path}: {code} {raw[:500]!r}"
        return json.loads(raw) if raw else None


class Person:
    """Somebody with a password and an authenticator app."""

    def __init__(self, service, invitation):
        self.service = service
        accepted = service.call("POST", "/v1/invitations/accept", {"token": invitation, "password": PHRASE})
        assert accepted["totp"]["qr_svg"].startswith("<svg"), "a QR code"
        self.totp = pyotp.parse_uri(accepted["totp"]["uri"])
        self.email = self.totp.name
        # The code of the step before confirms; each is good once, and later ones only. It leaves the window with the
        # present one, so at its end the next is waited for.
        if time.time() % 30 > 25:
            time.sleep(30 - time.time() % 30)
        code = self.totp.at(time.time() - 30)
        self.used = int(time.time() // 30) - 1
        service.call("POST", "/v1/invitations/confirm", {"enrolment": accepted["enrolment"], "code": code})

    def code(self):
        """The next code that was not used; it waits for one when need be."""
        while int(time.time() // 30) + 1 <= self.used:
            time.sleep(0.5)
        # The code of the step to come is within the window as well.
        self.used = max(self.used + 1, int(time.time() // 30))
        return self.totp.at(self.used * 30)

    def token(self):
        first = self.service.call("POST", "/v1/sign-in", {"email": self.email, "password": PHRASE})
        body = {"challenge": first["challenge"], "code": self.code()}
        return self.service.call("POST", "/v1/sign-in/totp", body)["access_token"]


def arguments():
    """The service and its new owner."""
    service = Service(sys.argv[1])
    return service, Person(service, sys.argv[2])
