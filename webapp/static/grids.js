// Timetable tables: arrow keys between classes, and availability that is painted instead of chosen cell by cell.
"use strict";

// --- Arrow keys ------------------------------------------------------------------------------------------------------

const STEP = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

const stops = (table) => [...table.querySelectorAll("tbody a[href], tbody button")].filter((e) => !e.disabled);

// The nearest stop in a direction, by where it is drawn: merged cells and lanes need no bookkeeping.
function nearest(from, all, [dx, dy]) {
  const a = from.getBoundingClientRect();
  const middle = (box) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [ax, ay] = middle(a);
  let best = null;
  let least = Infinity;
  for (const stop of all) {
    if (stop === from) continue;
    const b = stop.getBoundingClientRect();
    const [bx, by] = middle(b);
    const along = dx ? (bx - ax) * dx : (by - ay) * dy;
    if (along <= 2) continue;
    const overlap = dx ? Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) : Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const across = overlap > 0 ? 0 : Math.abs(dx ? by - ay : bx - ax);
    const distance = along + across * 4;
    if (distance < least) [best, least] = [stop, distance];
  }
  return best;
}

function rove(table, chosen) {
  for (const stop of stops(table)) stop.tabIndex = stop === chosen ? 0 : -1;
}

function prepareGrid(table) {
  const all = stops(table);
  if (all.length) rove(table, all.find((e) => e.getAttribute("aria-current")) ?? all[0]);
}

document.addEventListener("focusin", (event) => {
  const table = event.target.closest("table[data-grid]");
  if (table && event.target.matches("tbody a[href], tbody button")) rove(table, event.target);
});

document.addEventListener("keydown", (event) => {
  const table = event.target.closest("table[data-grid]");
  if (!table || event.altKey || event.ctrlKey || event.metaKey) return;
  const all = stops(table);
  const next = STEP[event.key] ? nearest(event.target, all, STEP[event.key])
    : event.key === "Home" ? all[0]
    : event.key === "End" ? all.at(-1)
    : null;
  if (STEP[event.key] || next) event.preventDefault();
  next?.focus();
});

// --- The availability painter ------------------------------------------------------------------------------------------

class Painter {
  constructor(root) {
    this.root = root;
    this.brushes = [...root.querySelectorAll("[data-brushes] input")];
    this.table = root.querySelector("table");
    this.cells = [...root.querySelectorAll("select[data-paint]")].map((select) => this.cell(select));
    this.table.dataset.grid = "";
    prepareGrid(this.table);
    if (!("disabled" in root.dataset)) this.listen();
  }

  cell(select) {
    const button = document.createElement("button");
    button.type = "button";
    button.disabled = select.disabled;
    const sign = document.createElement("span");
    sign.className = "paint__sign";
    sign.setAttribute("aria-hidden", "true");
    const label = document.createElement("span");
    button.append(sign, label);
    select.hidden = true;
    select.after(button);
    const cell = { select, button, label };
    this.show(cell);
    return cell;
  }

  show({ select, button, label }) {
    const brush = this.brushes.find((b) => b.value === select.value);
    button.className = `paint paint--${brush?.dataset.tone ?? "none"}`;
    label.textContent = select.value ? brush.dataset.label : "";
    button.setAttribute("aria-label", `${select.getAttribute("aria-label")}: ${brush?.dataset.label ?? ""}`);
  }

  get level() {
    return this.brushes.find((b) => b.checked)?.value ?? "";
  }

  paint(cells, level = this.level) {
    for (const cell of cells) {
      if (!cell || cell.select.value === level) continue;
      cell.select.value = level;
      cell.select.dispatchEvent(new Event("change", { bubbles: true }));
      this.show(cell);
    }
  }

  of(element) {
    const button = element?.closest?.("button.paint");
    return this.cells.find((cell) => cell.button === button);
  }

  listen() {
    let painting = null;
    this.table.addEventListener("pointerdown", (event) => {
      const cell = this.of(event.target);
      if (!cell || event.button) return;
      event.target.releasePointerCapture?.(event.pointerId);
      painting = cell.select.value === this.level ? "" : this.level; // a second stroke wipes
      this.paint([cell], painting);
    });
    this.table.addEventListener("pointermove", (event) => {
      if (painting !== null) this.paint([this.of(document.elementFromPoint(event.clientX, event.clientY))], painting);
    });
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => { painting = null; });
    this.table.addEventListener("click", (event) => {
      const cell = this.of(event.target);
      if (cell && event.detail === 0) this.paint([cell], cell.select.value === this.level ? "" : this.level); // by keyboard
    });
    this.table.addEventListener("keydown", (event) => {
      const brush = this.brushes[Number(event.key) - 1];
      const cell = this.of(event.target);
      if (!brush || !cell) return;
      event.preventDefault();
      this.paint([cell], brush.value);
    });
    this.root.closest("form")?.addEventListener("reset", () => setTimeout(() => this.cells.forEach((c) => this.show(c))));
    this.headers();
  }

  // A header becomes a button that paints its whole row or column.
  headers() {
    const word = (key) => document.getElementById("words")?.content.querySelector(`[data-word="${key}"]`)?.textContent ?? "";
    for (const head of this.table.querySelectorAll("th.wg__day, thead th:not(.wg__corner, .wg__break)")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "paint-all";
      button.title = word(head.scope === "col" ? "paint-column" : "paint-row");
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => this.paint(this.under(head)));
    }
  }

  under(head) {
    if (head.scope !== "col") {
      const body = head.closest("tbody");
      return this.cells.filter((cell) => body.contains(cell.button));
    }
    const { left, right } = head.getBoundingClientRect();
    return this.cells.filter(({ button }) => {
      const box = button.getBoundingClientRect();
      return Math.min(right, box.right) - Math.max(left, box.left) > 2;
    });
  }
}

// --- Start, and again after every swap ----------------------------------------------------------------------------------

function prepare(root) {
  for (const painter of root.querySelectorAll("[data-painter]:not([data-ready])")) {
    painter.dataset.ready = "";
    new Painter(painter);
  }
  root.querySelectorAll("table[data-grid]").forEach(prepareGrid);
}

document.addEventListener("DOMContentLoaded", () => prepare(document));
document.addEventListener("htmx:load", (event) => prepare(event.detail.elt.parentElement ?? document));
