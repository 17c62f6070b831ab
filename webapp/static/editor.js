// The timetable editor's island: what a place would mean, Escape, undo by key, and dragging. Everything it does is a
// click on a button or link that is in the page anyway.
"use strict";

const editor = () => document.querySelector("[data-editor]");

// --- What the place under the focus or pointer would mean ---------------------------------------------------------------

function tell(spot) {
  const line = document.getElementById("ed-effect");
  if (!line) return;
  const text = spot?.dataset.effect ?? line.dataset.idle;
  if (line.textContent.trim() !== text) line.textContent = text;
  line.classList.toggle("is-telling", Boolean(spot));
}

const spotOf = (event) => event.target.closest?.("[data-effect]");
for (const name of ["focusin", "pointerover"]) {
  document.addEventListener(name, (event) => {
    const spot = spotOf(event);
    if (spot) tell(spot);
    else if (name === "focusin" && editor()?.contains(event.target)) tell(null);
  });
}

// --- Keys: Escape lets the class go, Ctrl+Z and Ctrl+Y undo and redo ----------------------------------------------------

document.addEventListener("keydown", (event) => {
  const root = editor();
  if (!root || event.defaultPrevented || event.target.closest?.("input, select, textarea, dialog")) return;
  if (event.key === "Escape" && (drag || root.dataset.close)) {
    event.preventDefault();
    if (drag) stop();
    else root.querySelector("[data-let-go]")?.click();
  } else if (event.ctrlKey || event.metaKey) {
    const key = event.key.toLowerCase();
    const wanted = key === "z" ? (event.shiftKey ? "y" : "z") : key;
    const button = root.querySelector(`[data-shortcut="${wanted}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  }
});

// --- After a swap: the focus stays with the class; refusals with a page of their own are shown ---------------------------
// At once, and not when htmx has settled: whoever is quick would have gone on by then, and be called back.

let held = null;

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (target?.id !== "editor") return;
  if ([404, 409].includes(xhr.status) && xhr.responseText.includes('id="editor"')) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
  const active = document.activeElement;
  held = active?.closest("table[data-grid], .ed__places, .tray") ? "chip" : active?.closest("[data-let-go]") ? "chip" : null;
  if (held) held = { entry: editor()?.dataset.chosen ?? active.dataset.entry };
});

document.addEventListener("htmx:afterSwap", (event) => {
  const root = editor();
  if (!root || !root.contains(event.target) && event.target !== root) return;
  tell(null);
  if (root.querySelector("[data-focus]")) return;
  const entry = root.dataset.chosen ?? held?.entry;
  if (held && entry) root.querySelector(`.wg [data-entry="${entry}"], .tray [data-entry="${entry}"]`)?.focus({ preventScroll: true });
  held = null;
});

// --- Dragging: by mouse or pen; a finger scrolls, and taps ----------------------------------------------------------------

const FAR = 6;
let drag = null;

function ghostOf(chip) {
  const ghost = chip.cloneNode(true);
  ghost.className = `${chip.className} ed__ghost`;
  ghost.removeAttribute("href");
  ghost.removeAttribute("aria-current");
  ghost.setAttribute("aria-hidden", "true");
  document.body.append(ghost);
  return ghost;
}

function start(event) {
  drag.ghost = ghostOf(drag.chip);
  document.documentElement.classList.add("is-dragging");
  const { entry } = drag.chip.dataset;
  if (editor().dataset.chosen === entry) {
    drag.painted = Promise.resolve();
  } else {
    drag.painted = window.htmx.ajax("GET", drag.chip.getAttribute("href"), {
      source: editor(), target: "#editor", swap: "morph:outerHTML show:none",
    });
  }
  drag.entry = entry;
  follow(event);
}

function cellAt(x, y) {
  return document.elementFromPoint(x, y)?.closest?.(".wg td[data-slot]");
}

function follow(event) {
  drag.at = [event.clientX, event.clientY];
  drag.ghost.style.transform = `translate(${event.clientX + 10}px, ${event.clientY + 8}px)`;
  const cell = cellAt(...drag.at);
  for (const other of document.querySelectorAll(".is-target")) if (other !== cell) other.classList.remove("is-target");
  cell?.classList.add("is-target");
  tell(cell?.querySelector("[data-effect]"));
}

// In a cell of several slots the one under the pointer counts.
function spotAt(cell, x) {
  const spots = [...cell.querySelectorAll("[data-spot]")];
  if (spots.length < 2) return spots[0];
  const { left, width } = cell.getBoundingClientRect();
  return spots[Math.min(spots.length - 1, Math.floor(((x - left) / width) * spots.length))];
}

function stop() {
  drag?.ghost?.remove();
  document.documentElement.classList.remove("is-dragging");
  for (const cell of document.querySelectorAll(".is-target")) cell.classList.remove("is-target");
  drag = null;
}

async function drop() {
  const { painted, at, entry } = drag;
  stop();
  await painted;
  if (editor()?.dataset.chosen !== entry) return;
  const cell = cellAt(...at);
  if (cell) spotAt(cell, at[0])?.click();
}

document.addEventListener("pointerdown", (event) => {
  const chip = event.target.closest?.("[data-editor] a.chip[data-entry]");
  if (!chip || event.button || event.pointerType === "touch") return;
  drag = { chip, from: [event.clientX, event.clientY] };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  if (drag.ghost) follow(event);
  else if (Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) > FAR) start(event);
});

document.addEventListener("pointerup", () => {
  if (!drag) return;
  if (!drag.ghost) {
    drag = null;
    return;
  }
  const swallow = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => {
    document.removeEventListener("click", swallow, { capture: true });
    drop();
  });
});

document.addEventListener("pointercancel", stop);
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.("[data-editor] a.chip")) event.preventDefault();
});
