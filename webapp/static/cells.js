// Lists whose cells are edited in place (WAI-ARIA grid). Without this script each row's link leads to its form.
"use strict";

(() => {
  const WAIT = 20000;
  const DIRECTIONS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const TYPED_INTO = ["text", "email", "number", ""];
  const edits = new Map(); // by open cell: what it held before, and its form
  const keyed = new WeakMap(); // by cell that waits for the server: the keys that are pressed meanwhile

  const isEditable = (cell) => cell?.dataset?.cell !== undefined;
  const address = (cell) => `${cell.parentElement.dataset.row}/cells/${cell.dataset.cell}`;
  const fieldOf = (cell) => cell.querySelector(".cell-form :is(input:not([type=hidden]), select)");
  const valueOf = (edit) => String(new FormData(edit.form).get("value"));
  const isUnsaved = (edit) => edit.isStoring || valueOf(edit) !== edit.value;

  // --- One stop of the Tab key, arrows for the rest ---------------------------------------------------------------------

  // Links and boxes stand for their cell; an editable cell stands for itself, whatever is open in it.
  function stopsOf(row) {
    return [...row.cells].flatMap((cell) => {
      const inner = isEditable(cell) ? [] : [...cell.querySelectorAll("a[href], input")];
      return inner.length ? inner : [cell];
    });
  }

  function prepare(table) {
    table.setAttribute("role", "grid");
    if (document.getElementById("cells-hint")) table.setAttribute("aria-describedby", "cells-hint");
    let first = table.querySelector("tbody [tabindex='0']");
    for (const row of table.tBodies[0].querySelectorAll("tr[data-row]")) {
      for (const stop of stopsOf(row)) if (stop !== first) stop.tabIndex = -1;
      for (const cell of row.cells) {
        cell.setAttribute("role", "gridcell");
        if (!isEditable(cell)) cell.setAttribute("aria-readonly", "true");
      }
      first ??= row.querySelector("[data-cell]");
    }
    if (first) first.tabIndex = 0;
  }

  const prepareAll = () => document.querySelectorAll("table[data-cells]").forEach(prepare);

  function focus(stop) {
    if (edits.has(stop) && !edits.get(stop).isStoring) fieldOf(stop).focus();
    else stop.focus();
    stop.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  document.addEventListener("focusin", (event) => {
    const table = event.target.closest?.("table[data-cells]");
    const row = table && event.target.closest("tr[data-row]");
    const stop = row && stopsOf(row).find((one) => one.contains(event.target));
    if (!stop) return;
    for (const old of table.querySelectorAll("tbody [tabindex='0']")) old.tabIndex = -1;
    stop.tabIndex = 0;
  });

  const rowsOf = (row) => [...row.parentElement.querySelectorAll("tr[data-row]")];

  function beside(stop, [right, down]) {
    const row = stop.closest("tr");
    const rows = rowsOf(row);
    const next = rows[rows.indexOf(row) + down];
    const stops = stopsOf(row);
    return next && stopsOf(next)[stops.indexOf(stop) + right];
  }

  function edge(stop, key, isWhole) {
    const rows = rowsOf(stop.closest("tr"));
    const row = isWhole ? rows.at(key === "Home" ? 0 : -1) : stop.closest("tr");
    return stopsOf(row).at(key === "Home" ? 0 : -1);
  }

  // The next cell that can be edited, to the right or back, over the ends of rows.
  function following(cell, step) {
    const cells = [...cell.closest("tbody").querySelectorAll("[data-cell]")];
    return cells[cells.indexOf(cell) + step];
  }

  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.("table[data-cells] tr[data-row]");
    if (!row || event.altKey || event.metaKey) return;
    const cell = event.target.closest("td");
    if (event.target !== cell && edits.has(cell)) inField(event, cell);
    else onStop(event, stopsOf(row).find((one) => one.contains(event.target)));
  });

  function onStop(event, stop) {
    const { key } = event;
    const direction = DIRECTIONS[key];
    const isEnd = key === "Home" || key === "End";
    const next = direction ? beside(stop, direction) : isEnd ? edge(stop, key, event.ctrlKey) : null;
    if (direction || isEnd) {
      event.preventDefault();
      if (next) focus(next);
    } else if (keyed.has(stop) && !event.ctrlKey && (key === "Enter" || key === "Tab" || key.length === 1)) {
      event.preventDefault();
      keyed.get(stop).push({ key, shiftKey: event.shiftKey });
    } else if (isEditable(stop) && !event.ctrlKey && (key === "Enter" || key === "F2" || key.length === 1)) {
      event.preventDefault();
      if (edits.has(stop)) fieldOf(stop).focus();
      else open(stop, key.length === 1 && key.trim() ? [{ key, shiftKey: false }] : []);
    }
  }

  const nextOf = (cell, { key, shiftKey }) =>
    key === "Tab" ? following(cell, shiftKey ? -1 : 1) : beside(cell, [0, shiftKey ? -1 : 1]);

  function inField(event, cell) {
    const { key } = event;
    if (event.target.hasAttribute("aria-busy")) return; // a new word is being added to its list
    const isPicked = event.target.matches(".picker [role=combobox]") && !event.target.closest(".picker--list");
    if (key === "Escape" && !event.defaultPrevented) {
      event.preventDefault();
      leave(cell);
    } else if (key === "Enter" && !event.target.closest("button, a") && (!event.defaultPrevented || isPicked)) {
      event.preventDefault();
      store(cell, nextOf(cell, event));
    } else if (key === "Tab" && !event.target.closest("button, a")) {
      event.preventDefault();
      store(cell, nextOf(cell, event));
    }
  }

  // --- A cell's field --------------------------------------------------------------------------------------------------

  async function ask(cell, options = {}) {
    const headers = { "HX-Request": "true" };
    try {
      const answer = await fetch(address(cell), { headers, signal: AbortSignal.timeout(WAIT), ...options });
      if (answer.headers.get("HX-Redirect")) return { status: 401, page: null };
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      return { status: answer.status, page };
    } catch {
      return { status: 0, page: null };
    }
  }

  function complain({ status, page }) {
    const said = page?.querySelector("[data-error-message]")?.textContent.trim();
    toast(said || words(status ? String(status) : "offline") || words(status < 500 ? "409" : "500"), "bad");
  }

  // A slow server loses no key: text begins the field that comes, Enter and Tab end it, the rest is for the cell after it.
  async function open(cell, keys = []) {
    if (keyed.has(cell)) return;
    keyed.set(cell, keys);
    cell.setAttribute("aria-busy", "true");
    const answer = await ask(cell);
    cell.removeAttribute("aria-busy");
    keyed.delete(cell);
    if (!cell.isConnected || document.activeElement !== cell) return; // gone on meanwhile
    const form = answer.page?.querySelector(".cell-form");
    if (answer.status !== 200 || !form) {
      complain(answer);
      return;
    }
    edits.set(cell, { before: [...cell.childNodes] });
    show(cell, form, true);
    let text = "";
    while (keys[0]?.key.length === 1) text += keys.shift().key;
    if (text) start(fieldOf(cell), text);
    if (keys.length) store(cell, nextOf(cell, keys.shift()), keys);
  }

  function show(cell, form, hasFocus) {
    const edit = edits.get(cell);
    Object.assign(edit, { form, isStoring: false });
    cell.replaceChildren(form);
    cell.classList.add("is-open");
    cell.dispatchEvent(new CustomEvent("fields", { bubbles: true }));
    edit.value = valueOf(edit);
    if (!hasFocus) return;
    const field = fieldOf(cell);
    field.focus();
    if (TYPED_INTO.includes(field.type)) field.select();
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  // What was typed on the cell begins its new value.
  function start(field, text) {
    if (field.localName === "select") {
      const option = [...field.options].find((one) => one.text.toLowerCase().startsWith(text.toLowerCase()));
      if (option) field.value = option.value;
    } else if (TYPED_INTO.includes(field.type)) {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function close(cell, nodes) {
    edits.delete(cell);
    cell.classList.remove("is-open");
    cell.replaceChildren(...nodes);
  }

  function leave(cell) {
    const edit = edits.get(cell);
    const now = edit.form.querySelector("template[data-now]")?.content.querySelector("tr");
    close(cell, edit.before);
    if (now) take(cell, now);
    cell.focus();
  }

  function store(cell, next, keys = []) {
    const edit = edits.get(cell);
    if (edit && !edit.isStoring) edit.going = send(cell, edit, next, keys);
  }

  async function send(cell, edit, next, keys) {
    const hadFocus = cell.contains(document.activeElement);
    edit.isStoring = true;
    if (hadFocus) cell.focus(); // which also lets a picker take what is typed in it
    const isChanged = edit.form.querySelector("[data-changed]") !== null;
    if (valueOf(edit) === edit.value && !isChanged) {
      if (edit.form.querySelector(".field__error")) show(cell, edit.form, hadFocus);
      else close(cell, edit.before);
      if (hadFocus && !edits.has(cell) && next) goOn(next, keys);
      return;
    }
    keyed.set(cell, keys);
    cell.setAttribute("aria-busy", "true");
    const body = new FormData(edit.form);
    edit.form.inert = true;
    const answer = await ask(cell, { method: "POST", body, keepalive: true });
    cell.removeAttribute("aria-busy");
    edit.form.inert = false;
    edit.isStoring = false;
    keyed.delete(cell);
    stored(cell, edit, answer, next, keys);
  }

  function stored(cell, edit, answer, next, keys) {
    if (!cell.isConnected) return;
    const isHere = document.activeElement === cell;
    const row = answer.status === 200 && answer.page.querySelector("tr[data-row]");
    const form = [409, 422].includes(answer.status) && answer.page.querySelector(".cell-form");
    if (row) {
      close(cell, edit.before);
      take(cell, row);
      flash(cell, answer.page);
      if (isHere && next) goOn(next, keys);
    } else if (form) {
      show(cell, form, isHere);
      if (!isHere) toast(form.querySelector(".field__error").textContent, "bad");
    } else {
      complain(answer);
      if (isHere) fieldOf(cell).focus();
    }
  }

  // To the next cell, with the keys that were pressed for it already.
  function goOn(next, keys) {
    focus(next);
    if (!keys.length || keys[0].key === "Tab" || !isEditable(next) || edits.has(next)) return;
    if (keys[0].key === "Enter") keys.shift();
    open(next, keys);
  }

  // The row as it is stored now, but for cells in which somebody is.
  function take(cell, row) {
    [...cell.parentElement.cells].forEach((old, at) => {
      const now = row.cells[at];
      const isLeading = at < 2; // its box and the link to its form, which a cell never changes
      if (isLeading || edits.has(old) || (old !== cell && old.contains(document.activeElement))) return;
      old.replaceChildren(...now.childNodes);
    });
    prepare(cell.closest("table"));
  }

  function flash(cell, page) {
    const rows = document.getElementById("rows");
    const top = cell.getBoundingClientRect().top;
    const bar = page.querySelector(".undo-bar");
    rows.querySelector(".undo-bar")?.remove();
    if (bar) rows.prepend(bar);
    window.scrollBy(0, cell.getBoundingClientRect().top - top); // what is looked at stays where it is
    cell.classList.add("is-stored");
    setTimeout(() => cell.classList.remove("is-stored"), 1500);
    say(page.querySelector("[data-said]")?.textContent ?? "");
  }

  let line = null;
  function say(text) {
    line ??= Object.assign(document.createElement("p"), { className: "visually-hidden" });
    line.setAttribute("role", "status");
    document.getElementById("main").append(line);
    line.textContent = text;
  }

  // --- Clicks, leaving by the mouse, leaving the page --------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const cell = event.target.closest?.("table[data-cells] td[data-cell]");
    if (!cell) return;
    if (event.target.closest("[data-leave]")) {
      event.preventDefault();
      leave(cell);
    } else if (!edits.has(cell) && getSelection().isCollapsed) {
      cell.focus();
      open(cell);
    }
  });

  document.addEventListener("submit", (event) => {
    const cell = event.target.matches(".cell-form") && event.target.closest("td[data-cell]");
    if (!cell) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    store(cell, cell);
  }, true);

  // Whoever goes elsewhere with the mouse has said it: what was typed is stored; going to another window says nothing.
  document.addEventListener("focusout", (event) => {
    const cell = event.target.closest?.("td[data-cell]");
    if (!edits.has(cell)) return;
    setTimeout(() => {
      const edit = edits.get(cell);
      if (!edit || edit.isStoring || cell.contains(document.activeElement) || !document.hasFocus()) return;
      if (!edit.form.querySelector("[data-changed]")) store(cell, null);
    });
  });

  const unsaved = () => [...edits].find(([, edit]) => isUnsaved(edit) || edit.form.querySelector(".field__error"))?.[0];

  // A link that is clicked while a cell is being stored waits for it, and leads nowhere where it was refused.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href], button");
    if (!link || link.closest(".cell-form")) return;
    for (const [cell, edit] of edits) if (isUnsaved(edit) && !edit.form.querySelector(".field__error")) store(cell, null);
    const going = [...edits.values()].filter((edit) => edit.isStoring).map((edit) => edit.going);
    if (!going.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    await Promise.all(going);
    if (!unsaved()) link.click();
  }, true);

  window.addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });

  // A filter draws the rows anew: not over what is not stored yet.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const cell = unsaved();
    if (!cell || !event.detail.target?.contains(cell)) {
      return;
    }
    event.preventDefault();
    focus(cell);
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    for (const cell of edits.keys()) if (event.detail.target?.contains(cell)) close(cell, edits.get(cell).before);
  });
  document.addEventListener("DOMContentLoaded", prepareAll);
  document.addEventListener("htmx:afterSettle", prepareAll);
})();
