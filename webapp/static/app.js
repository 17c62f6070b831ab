// Makes pages that already work without script a little better. No framework, no inline handlers, nothing evaluated.
"use strict";

const words = (key) =>
  document.getElementById("words")?.content.querySelector(`[data-word="${key}"]`)?.textContent ?? "";

// --- Toasts -----------------------------------------------------------------------------------------------------

function toast(text, kind = "") {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  for (const old of place.children) if (old.dataset.text === text) return;
  const box = document.createElement("div");
  box.className = kind ? `toast toast--${kind}` : "toast";
  box.dataset.text = text;
  const line = document.createElement("span");
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button--quiet button--small";
  close.textContent = words("dismiss");
  close.addEventListener("click", () => box.remove());
  box.append(line, close);
  place.append(box);
  setTimeout(() => box.remove(), kind === "bad" ? 15000 : 6000);
}

// --- Theme: follows the system until somebody chooses; the cookie lets the server render the choice -------------------

function toggleTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

// --- Confirmation ----------------------------------------------------------------------------------------------------

function askFirst(button) {
  const dialog = document.getElementById("confirm-dialog");
  if (!dialog?.showModal) return false;
  dialog.querySelector("#confirm-text").textContent = button.dataset.confirm;
  const yes = dialog.querySelector("[data-confirm-yes]");
  yes.textContent = button.textContent.trim();
  yes.className = button.classList.contains("button--danger") ? "button button--danger" : "button button--primary";
  dialog.returnValue = "";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    button.dataset.confirmed = "yes";
    button.click();
    delete button.dataset.confirmed;
  }, { once: true });
  dialog.showModal();
  return true;
}

// --- Clicks ------------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-confirm], [data-theme-toggle], [data-menu], [data-dialog], [data-print]");
  if (!target) {
    for (const menu of document.querySelectorAll("[data-menu-details][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    return;
  }
  if (target.dataset.confirm && !target.dataset.confirmed) {
    if (askFirst(target)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  } else if ("themeToggle" in target.dataset) {
    toggleTheme();
  } else if (target.dataset.menu) {
    const open = document.getElementById(target.dataset.menu).toggleAttribute("data-open");
    target.setAttribute("aria-expanded", String(open));
  } else if (target.dataset.dialog) {
    const dialog = document.getElementById(target.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
  } else if ("print" in target.dataset) {
    window.print();
  }
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("[data-menu-details][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A choice by mouse or touch asks for its page at once. Keys change a list at every step on the way to a choice, so what
// they have chosen waits for Enter, or for the button that comes into sight then.
let keyed = null;

document.addEventListener("pointerdown", () => { keyed = null; });

document.addEventListener("keydown", (event) => {
  const list = event.target.closest("form[data-autosubmit] select");
  if (!list || ["Tab", "Shift", "Control", "Alt", "Meta"].includes(event.key)) return;
  if (event.key === "Enter" && keyed === list && list.form.hasAttribute("data-waits")) {
    event.preventDefault();
    list.form.requestSubmit();
  }
  keyed = list;
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-autosubmit]");
  if (!form) return;
  if (event.target !== keyed) {
    form.requestSubmit();
    return;
  }
  form.setAttribute("data-waits", "");
  for (const button of buttonsOf(form)) button.classList.remove("without-script");
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tick-all]");
  if (!button) return;
  const named = button.dataset.tickAll ? `[name="${button.dataset.tickAll}"]` : "";
  for (const box of button.closest("[data-ticks]").querySelectorAll(`input[type=checkbox]${named}`)) box.checked = true;
});

// --- Posting: once is enough -----------------------------------------------------------------------------------------

const buttonsOf = (form) => [...form.elements].filter((e) => e.type === "submit");

function busy(form, on) {
  for (const button of buttonsOf(form)) {
    button.toggleAttribute("data-busy", on);
    if (on) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (event.submitter?.hasAttribute("data-busy")) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  busy(form, true);
  event.submitter?.setAttribute("aria-busy", "true");
}, true);

const release = (form) => {
  busy(form, false);
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};

window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));

// --- htmx: failures in words, polls that wait ----------------------------------------------------------------------------

const poll = (event) => event.detail.elt?.closest?.("[data-poll]");
const spell = (status) => words(String(status)) || words(status >= 500 ? "500" : "409");

function messageIn(xhr) {
  if (!xhr.responseText || !/html/.test(xhr.getResponseHeader("Content-Type") ?? "")) return "";
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("[data-error-message]")?.textContent.trim() ?? "";
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (poll(event) && document.hidden) event.preventDefault();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt?.closest?.("form");
  if (form) release(form);
  if (event.detail.successful) poll(event)?.classList.remove("is-reconnecting");
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (poll(event) && xhr.status >= 500) poll(event).classList.add("is-reconnecting");
  else toast(messageIn(xhr) || spell(xhr.status), "bad");
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    if (poll(event)) poll(event).classList.add("is-reconnecting");
    else toast(words("offline"), "bad");
  });
}

// What somebody has folded or unfolded stays so when its part of the page is drawn anew.
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, element) => !(name === "open" && element.localName === "details");
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("[data-poll]")) element.dispatchEvent(new CustomEvent("wake"));
});

// A server may send a toast along: HX-Trigger: {"toast": {"text": "Saved.", "kind": "good"}}.
document.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.kind));

document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
document.addEventListener("htmx:afterSettle", (event) => event.target.querySelector?.("[data-focus]")?.focus());
