"""Registers and uses a passkey with a real browser: headless Chromium and its virtual authenticator.

Usage: passkey_browser.py BASE_URL INVITATION, with BASE_URL on http://localhost and the invitation of a new account.
Prints one line a step; the last is `all held`.
"""
import base64
import json
import sys
import urllib.error
import urllib.request

import chromium
import identity
from chromium import CREATE, GET
from identity import step

BASE, INVITATION = sys.argv[1:3]

SERVICE = identity.Service(BASE)
call = SERVICE.call


def claims(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


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
    driver = chromium.start()
    try:
        chromium.add_authenticator(driver)
        driver.get(BASE + "/health/live")

        token = identity.Person(SERVICE, INVITATION).token()
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
