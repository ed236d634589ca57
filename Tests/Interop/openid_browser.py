"""Signs in and agrees with a real browser and its keyboard: headless Chromium through chromedriver.

Usage: openid_browser.py BASE_URL INVITATION. Prints one line a step; the last is `all held`.
"""
import base64
import hashlib
import http.server
import secrets
import threading
import urllib.parse

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

import chromium
from chromium import CREATE
from identity import PHRASE, arguments, step

class Callback(http.server.BaseHTTPRequestHandler):
    """The application's own page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!DOCTYPE html><title>The application</title><link rel=icon href='data:,'>")

    def log_message(self, *_):
        pass


def focused(driver):
    return driver.switch_to.active_element


def press(driver, *keys):
    ActionChains(driver).send_keys(*keys).perform()


def tab_to(driver, text):
    """Walks with the tabulator to the control of this name."""
    for _ in range(20):
        element = focused(driver)
        name = element.accessible_name if element.tag_name != "body" else ""
        if name == text:
            return element
        press(driver, Keys.TAB)
    raise SystemExit(f"no way by keyboard to `{text}`")


def wait(driver, condition):
    WebDriverWait(driver, 30).until(condition)


def quiet(driver):
    """No console messages: a violated policy would be one. What HTTP answers 4xx is logged by the network, not the page."""
    found = [line for line in driver.get_log("browser") if line["source"] != "network"]
    assert not found, found


def accessible(driver):
    assert driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    assert len(driver.find_elements(By.TAG_NAME, "h1")) == 1
    for field in driver.find_elements(By.CSS_SELECTOR, "input:not([type=hidden]), button"):
        assert not field.is_displayed() or field.accessible_name, field.get_attribute("outerHTML")


def sign_in(driver, person, wrong=False):
    accessible(driver)
    assert focused(driver).accessible_name == "E-mail address", focused(driver).get_attribute("outerHTML")
    press(driver, person.email, Keys.TAB)
    assert focused(driver).accessible_name == "Password"
    if wrong:
        press(driver, "not the password", Keys.ENTER)
        wait(driver, lambda d: d.find_elements(By.CSS_SELECTOR, "[role=alert]"))
        assert focused(driver).get_attribute("role") == "alert", "the error has the focus"
        assert driver.title.startswith("Error: ")
        accessible(driver)
        tab_to(driver, "Password")
    press(driver, PHRASE, Keys.ENTER)
    wait(driver, lambda d: "Second factor" in d.title)
    accessible(driver)
    assert focused(driver).accessible_name == "Code"
    press(driver, person.code(), Keys.ENTER)


def main():
    service, owner = arguments()
    # Passkeys take no address for a domain, and a `Secure` cookie is taken from the own machine.
    local = service.base.replace("127.0.0.1", "localhost")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Callback)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    callback = f"http://localhost:{server.server_port}/callback"
    token = owner.token()
    application = service.call("POST", "/v1/applications", {
        "name": "Rota", "redirect_uris": [callback], "scopes": ["openid", "email"], "authentication": "none"}, token, 201)

    def authorization(**more):
        challenge = hashlib.sha256(secrets.token_urlsafe(48).encode()).digest()
        return local + "/authorize?" + urllib.parse.urlencode({
            "response_type": "code", "client_id": application["id"], "redirect_uri": callback, "state": "s",
            "scope": "openid email", "code_challenge_method": "S256",
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("=")} | more)

    for scripts in (True, False):
        driver = chromium.start(scripts)
        try:
            driver.get(authorization(prompt="login consent"))
            sign_in(driver, owner, wrong=scripts)
            wait(driver, lambda d: "Allow access?" in d.title)
            accessible(driver)
            assert focused(driver).accessible_name == "Allow", "the first button has the focus"
            press(driver, Keys.TAB)
            assert focused(driver).accessible_name == "Do not allow"
            press(driver, Keys.SHIFT, Keys.TAB, Keys.NULL)
            tab_to(driver, "Allow")
            press(driver, Keys.ENTER)
            wait(driver, lambda d: d.current_url.startswith(callback))
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(driver.current_url).query)
            assert query["state"] == ["s"] and query["iss"] == [service.base] and "code" in query, query
            cookie = [c for c in driver.execute_cdp_cmd("Network.getAllCookies", {})["cookies"]
                      if c["name"] == "__Host-bailiwick_session"]
            assert len(cookie) == 1 and cookie[0]["secure"] and cookie[0]["httpOnly"], cookie
            assert cookie[0]["sameSite"] == "Lax" and cookie[0]["path"] == "/", cookie
            quiet(driver)
            step("signed in and agreed by keyboard, " + ("with" if scripts else "without") + " JavaScript")

            driver.get(local + "/account")
            assert "Interop" in driver.page_source
            tab_to(driver, "Sign out")
            press(driver, Keys.ENTER)
            wait(driver, lambda d: "signed out" in d.title)
            quiet(driver)
            driver.get(local + "/account")
            assert "Sign in" in driver.title
            step("signed out by keyboard")
        finally:
            driver.quit()

    driver = chromium.start()
    try:
        chromium.add_authenticator(driver)
        driver.get(local + "/health/live")
        token = owner.token()
        begun = service.call("POST", "/v1/passkeys/registration", token=token)
        created = driver.execute_async_script(CREATE, begun["public_key"])
        body = {"registration": begun["registration"], "name": "Chromium", "credential": created["ok"]}
        service.call("POST", "/v1/passkeys", body, token=token, status=201)
        driver.get(authorization(acr_values="phr"))
        tab_to(driver, "Sign in with a passkey")
        press(driver, Keys.ENTER)
        wait(driver, lambda d: d.current_url.startswith(callback))
        quiet(driver)
        step("signed in with a passkey, as the application asked")

        # Another site's form brings no cookie along and is refused.
        driver.get(callback)
        driver.execute_script(
            "const f = document.createElement('form'); f.method = 'post'; f.action = arguments[0]; "
            "document.body.append(f); f.submit();", local + "/sign-out")
        wait(driver, lambda d: d.current_url.startswith(local))
        assert "may not do this" in driver.page_source, driver.page_source
        driver.get(local + "/account")
        assert "Your account" in driver.title, "still signed in"
        step("another site's form changed nothing")

        # Nor can it put our page into a frame.
        driver.get(callback)
        driver.execute_script(
            "const f = document.createElement('iframe'); f.src = arguments[0]; document.body.append(f);",
            local + "/sign-in")
        wait(driver, lambda d: any("frame-ancestors" in line["message"] for line in d.get_log("browser")))
        step("no page of another site has ours in a frame")
    finally:
        driver.quit()
    step("all held")


main()
