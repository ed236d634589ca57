// Offers passkeys where the browser has them. Without this the page asks for a password.
"use strict";
(() => {
  const form = document.getElementById("passkey");
  const status = document.getElementById("passkey-status");
  const isAble = window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON;
  if (!form || !isAble) return;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = "";
    try {
      const organisation = form.dataset.organisation;
      const answer = await fetch("/v1/sign-in/passkey/options", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify(organisation ? {organisation} : {}),
      });
      if (!answer.ok) throw new Error("options");
      const begun = await answer.json();
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(begun.public_key);
      const credential = await navigator.credentials.get({publicKey});
      form.elements.challenge.value = begun.challenge;
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      status.textContent = "No passkey was used. Try again, or sign in with your password.";
    }
  });
})();
