"""Accepts an invitation by the pages behind its link with a real browser that runs no script, by keyboard alone.

Usage: link_pages_browser.py LINK, with LINK on http://localhost as the mail has it.
Prints one line a step; the last is `all held`.
"""
import sys
import time

import pyotp
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import chromium
from identity import step

LINK = sys.argv[1]
PHRASE = "a long sentence of the link test"


def field(driver):
    """The one field, found as a screen reader finds it: by its label."""
    label = driver.find_element(By.CSS_SELECTOR, "form label")
    element = driver.find_element(By.ID, label.get_attribute("for"))
    hint = driver.find_element(By.ID, element.get_attribute("aria-describedby").split()[0])
    assert label.text and hint.text, "label and hint say something"
    focused = driver.switch_to.active_element
    assert focused == element or focused.get_attribute("role") == "alert", "the field or what went wrong has the focus"
    return element


def wait_for(driver, title):
    deadline = time.time() + 20
    while time.time() < deadline:
        if driver.title.startswith(title):
            return
        time.sleep(0.1)
    raise AssertionError(f"no page `{title}` but `{driver.title}`")


driver = chromium.start(scripts=False)
try:
    for _ in range(3):
        driver.get(LINK)
    wait_for(driver, "Accept the invitation")
    font = driver.find_element(By.TAG_NAME, "h1").value_of_css_property("font-size")
    assert font != "32px", f"the style sheet is let in by the policy: {font}"
    step("the link was followed three times, and shows a form")

    field(driver).send_keys("short", Keys.ENTER)
    wait_for(driver, "Error: Accept the invitation")
    alert = driver.find_element(By.CSS_SELECTOR, "[role=alert]")
    assert "at least 8 characters" in alert.text, alert.text
    assert field(driver).get_attribute("aria-invalid") == "true"
    step("a short password is refused, and the alert says why")

    field(driver).send_keys(PHRASE, Keys.ENTER)
    wait_for(driver, "Confirm your second factor")
    assert driver.find_element(By.CSS_SELECTOR, "figure[role=img] svg").size["width"] > 50, "a picture"
    secret = driver.find_element(By.TAG_NAME, "code").text
    step("the password is taken; a secret is shown as picture and text")

    field(driver).send_keys(pyotp.TOTP(secret).at(time.time() - 30), Keys.ENTER)
    wait_for(driver, "Welcome")
    step("the code makes a member")

    driver.get(LINK)
    field(driver).send_keys(PHRASE, Keys.ENTER)
    wait_for(driver, "Error: The invitation is not accepted")
    step("the link is used up")
    refused = [line["message"] for line in driver.get_log("browser") if "Content Security" in line["message"]]
    assert not refused, refused
finally:
    driver.quit()
step("all held")
