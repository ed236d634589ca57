"""Registers and uses a passkey with a real browser: headless Chromium and its virtual authenticator.

Usage: passkey_browser.py BASE_URL INVITATION, with BASE_URL on http://localhost and the invitation of a new account.
Prints one line a step; the last is `all held`.
"""
import json
import sys
import time
import urllib.error
import urllib.request

import pyotp
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

BASE, INVITATION = sys.argv[1:3]
PHRASE = "a long sentence of the browser test"

CREATE = """
const done = arguments[arguments.length - 1];
const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(arguments[0]);
navigator.credentials.create({publicKey}).then(c => done({ok: c.toJSON()}), e => done({error: String(e)}));
"""
GET = """
const done = arguments[arguments.length - 1];
const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(arguments[0]);
navigator.credentials.get({publicKey}).then(c => done({ok: c.toJSON()}), e => done({error: String(e)}));
"""


def call(method, path, body=None, token=None, status=200):
    request = urllib.request.Request(BASE + path, method=method)
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


def step(text):
    print(text, flush=True)


def claims(token):
    import base64

    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def sign_in_with_code():
    accepted = call("POST", "/v1/invitations/accept", {"token": INVITATION, "password": PHRASE})
    assert accepted["totp"]["qr_svg"].startswith("<svg"), "a QR code"
    totp = pyotp.parse_uri(accepted["totp"]["uri"])
    # The code of the step before confirms, so that the present one is left for signing in.
    call("POST", "/v1/invitations/confirm", {"enrolment": accepted["enrolment"], "code": totp.at(time.time() - 30)})
    email = totp.name
    first = call("POST", "/v1/sign-in", {"email": email, "password": PHRASE})
    return call("POST", "/v1/sign-in/totp", {"challenge": first["challenge"], "code": totp.now()})["access_token"]


def in_page(driver, script, options):
    answer = driver.execute_async_script(script, options)
    assert "ok" in answer, answer
    return answer["ok"]


def sign_in_with_passkey(driver, status=200):
    begun = call("POST", "/v1/sign-in/passkey/options", {})
    credential = in_page(driver, GET, begun["public_key"])
    body = {"challenge": begun["challenge"], "credential": credential}
    answer = call("POST", "/v1/sign-in/passkey", body, status=status)
    if status == 200:
        call("POST", "/v1/sign-in/passkey", body, status=401)
    return answer


def main():
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]:
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    try:
        driver.set_script_timeout(30)
        authenticator = VirtualAuthenticatorOptions()
        authenticator.protocol = VirtualAuthenticatorOptions.Protocol.CTAP2
        authenticator.transport = VirtualAuthenticatorOptions.Transport.INTERNAL
        authenticator.has_resident_key = True
        authenticator.has_user_verification = True
        authenticator.is_user_verified = True
        driver.add_virtual_authenticator(authenticator)
        driver.get(BASE + "/health/live")

        token = sign_in_with_code()
        step("signed in with password and code")
        begun = call("POST", "/v1/passkeys/registration", token=token)
        credential = in_page(driver, CREATE, begun["public_key"])
        body = {"registration": begun["registration"], "name": "Chromium", "credential": credential}
        passkey = call("POST", "/v1/passkeys", body, token=token, status=201)
        call("POST", "/v1/passkeys", body, token=token, status=409)
        step("registered a passkey, once")

        begun = call("POST", "/v1/passkeys/registration", token=token)
        answer = driver.execute_async_script(CREATE, begun["public_key"])
        assert "InvalidStateError" in answer.get("error", ""), answer
        step("the browser does not register the same authenticator twice")

        signed_in = sign_in_with_passkey(driver)
        who = claims(signed_in["access_token"])
        assert who["sub"] == claims(token)["sub"], who
        assert who["amr"] == ["hwk", "user", "mfa"], who
        step("signed in with the passkey alone, without a name, once")

        driver.set_user_verified(False)
        begun = call("POST", "/v1/sign-in/passkey/options", {})
        answer = driver.execute_async_script(GET, begun["public_key"])
        assert "NotAllowedError" in answer.get("error", ""), answer
        begun["public_key"]["userVerification"] = "discouraged"
        credential = in_page(driver, GET, begun["public_key"])
        body = {"challenge": begun["challenge"], "credential": credential}
        call("POST", "/v1/sign-in/passkey", body, status=401)
        driver.set_user_verified(True)
        step("without user verification it is refused, also by us when the page asks for less")

        again = sign_in_with_passkey(driver)["access_token"]
        listed = call("GET", "/v1/passkeys", token=again)["items"]
        assert [item["id"] for item in listed] == [passkey["id"]], listed
        call("DELETE", "/v1/passkeys/" + passkey["id"], token=again, status=204)
        sign_in_with_passkey(driver, status=401)
        refresh = signed_in["refresh_token"]
        form = urllib.request.Request(
            BASE + "/v1/token", data=f"grant_type=refresh_token&refresh_token={refresh}".encode(), method="POST")
        try:
            urllib.request.urlopen(form)
            raise AssertionError("a session outlived its factor")
        except urllib.error.HTTPError as problem:
            assert problem.code == 400, problem.code
        step("removed it: it signs in no more, and the sessions have ended")
    finally:
        driver.quit()
    step("all held")


main()
