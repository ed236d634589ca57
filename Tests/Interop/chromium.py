"""Headless Chromium through chromedriver, and the scripts by which a page makes and uses a passkey."""
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

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


def start(scripts=True):
    """A browser that keeps its console's messages; the caller ends it with `quit`. Without `scripts` it runs none."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if not scripts:
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


def add_authenticator(driver):
    """A virtual authenticator that keeps passkeys and has verified its user."""
    authenticator = VirtualAuthenticatorOptions()
    authenticator.protocol = VirtualAuthenticatorOptions.Protocol.CTAP2
    authenticator.transport = VirtualAuthenticatorOptions.Transport.INTERNAL
    authenticator.has_resident_key = True
    authenticator.has_user_verification = True
    authenticator.is_user_verified = True
    driver.add_virtual_authenticator(authenticator)
    driver.set_script_timeout(30)
