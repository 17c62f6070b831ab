// Fields that offer values while one types (WAI-ARIA combobox). Without this script they are text fields for codes.
"use strict";

(() => {
  const WAIT = 150;
  let number = 0;
  const word = (key) =>
    document.getElementById("words")?.content.querySelector(`[data-word="${key}"]`)?.textContent ?? "";

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  }

  class Picker {
    constructor(input) {
      this.field = input; // what is sent
      this.address = input.dataset.picker;
      this.isList = "pickerList" in input.dataset;
      this.id = `picker-${++number}`;
      this.options = [];
      this.current = -1;
      this.asked = 0;
      this.box = make("div", { class: "picker" });
      input.replaceWith(this.box);
      if (this.isList) this.splitUp(input);
      else this.input = input;
      this.list = make("ul", { class: "picker__list", role: "listbox", id: this.id, hidden: "" });
      this.list.setAttribute("aria-label", this.labelText());
      this.note = make("p", { class: "picker__note", hidden: "" });
      this.said = make("span", { class: "visually-hidden", "aria-live": "polite" });
      const panel = make("div", { class: "picker__panel", hidden: "" }, this.list, this.note);
      this.panel = panel;
      this.box.append(this.input, panel, this.said);
      for (const [name, value] of Object.entries({
        role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false",
        "aria-controls": this.id, "aria-haspopup": "listbox", spellcheck: "false",
      })) this.input.setAttribute(name, value);
      this.input.addEventListener("input", () => this.typed());
      this.input.addEventListener("keydown", (event) => this.key(event));
      this.input.addEventListener("click", () => this.ask(""));
      if (!input.dataset.pickerWords && !this.isList) this.input.placeholder = word("find");
      this.input.addEventListener("blur", () => this.left());
      document.addEventListener("scroll", () => this.box.isConnected && this.place(), { capture: true, passive: true });
      // Pressing a choice must not take the focus away before it is taken.
      panel.addEventListener("mousedown", (event) => event.preventDefault());
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) this.take([...this.list.children].indexOf(option));
      });
    }

    labelText() {
      return document.querySelector(`label[for="${this.input.id}"]`)?.textContent.trim() ?? "";
    }

    // Several values: chips, and an input for the next one; the field that is sent is kept beside them, hidden.
    splitUp(input) {
      this.input = make("input", { type: "text", class: "picker__input", id: input.id });
      for (const name of ["aria-describedby", "aria-invalid"]) {
        if (input.hasAttribute(name)) this.input.setAttribute(name, input.getAttribute(name));
      }
      input.removeAttribute("id");
      input.type = "hidden";
      this.box.classList.add("picker--list", "input");
      if (input.hasAttribute("aria-invalid")) this.box.setAttribute("data-invalid", "");
      this.chips = make("ul", { class: "picker__chips" });
      this.box.append(input, this.chips);
      this.values = this.parts(input.value);
      this.draw();
      this.box.addEventListener("click", (event) => {
        const button = event.target.closest("[data-remove]");
        if (button) this.remove(Number(button.dataset.remove));
        else if (event.target === this.box || event.target === this.chips) this.input.focus();
      });
    }

    parts(text) {
      return [...new Set(text.split(/[,;|\n]/).map((part) => part.trim()).filter(Boolean))];
    }

    draw() {
      this.field.value = this.values.join(", ");
      this.chips.replaceChildren(...this.values.map((value, index) => {
        const button = make("button", {
          type: "button", class: "picker__remove", "data-remove": index, "aria-label": `${word("remove")} ${value}`,
        }, "×");
        return make("li", { class: "picker__chip" }, make("span", {}, value), button);
      }));
      this.chips.hidden = !this.values.length;
      this.input.placeholder = this.values.length || this.field.dataset.pickerWords ? "" : word("find");
    }

    remove(index) {
      this.values.splice(index, 1);
      this.draw();
      this.changed();
      this.input.focus();
    }

    changed() {
      this.field.dispatchEvent(new Event("change", { bubbles: true }));
    }

    typed() {
      if (this.isList && /[,;|\n]/.test(this.input.value)) {
        this.keep();
        return;
      }
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), WAIT);
    }

    keep() {
      const parts = this.parts(this.input.value);
      if (!parts.length) return;
      this.values = [...new Set([...this.values, ...parts])];
      this.input.value = "";
      this.draw();
      this.changed();
      this.close();
    }

    // What stands in a field already narrows nothing: whoever opens the list wants something else.
    async ask(text = this.input.value) {
      clearTimeout(this.timer);
      const asked = ++this.asked;
      const address = new URL(this.address, location.href);
      address.searchParams.set("q", text);
      const term = this.box.closest("form")?.elements.namedItem("term")?.value;
      if (term) address.searchParams.set("term", term);
      try {
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (!answer.ok || asked !== this.asked || document.activeElement !== this.input) return;
        this.show(await answer.json());
      } catch {
        this.close(); // a code can be typed all the same
      }
    }

    show({ options, note, addition }) {
      const chosen = this.isList ? this.values : [];
      this.options = options.filter((option) => !chosen.includes(option.value));
      if (addition) this.options.push({ value: this.input.value.trim(), label: addition, isNew: true });
      this.list.replaceChildren(...this.options.map((option, index) =>
        make("li", { role: "option", id: `${this.id}-${index}`, "aria-selected": "false" }, option.label)));
      this.note.textContent = note;
      this.note.hidden = !note;
      this.list.hidden = !this.options.length;
      this.panel.hidden = this.list.hidden && !note;
      this.input.setAttribute("aria-expanded", String(!this.list.hidden));
      this.said.textContent = [this.options.length ? word("choices").replace("#", this.options.length) : "", note].join(" ");
      this.point(-1);
      this.place();
    }

    // A table that scrolls would cut the panel off: there it lies over the page, above its field where that has more room.
    place() {
      if (this.panel.hidden || !this.box.closest(".table-scroll")) return;
      const { left, top, bottom, width } = this.box.getBoundingClientRect();
      const isBelow = bottom + this.panel.offsetHeight < innerHeight || top < innerHeight / 2;
      Object.assign(this.panel.style, {
        position: "fixed", left: `${left}px`, width: `${Math.max(width, 240)}px`, right: "auto",
        top: isBelow ? `${bottom + 4}px` : "auto", bottom: isBelow ? "auto" : `${innerHeight - top + 4}px`,
      });
    }

    close() {
      this.asked += 1;
      clearTimeout(this.timer);
      this.panel.hidden = true;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
      this.current = -1;
    }

    point(index) {
      this.current = index;
      [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === index)));
      if (index < 0) {
        this.input.removeAttribute("aria-activedescendant");
        return;
      }
      const item = this.list.children[index];
      this.input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    }

    // A new word goes into its list before the field holds it.
    async add(text) {
      const body = new FormData();
      body.set("q", text);
      body.set("csrf_token", this.box.closest("form").elements.namedItem("csrf_token").value);
      try {
        const answer = await fetch(this.address, { method: "POST", body, headers: { Accept: "application/json" } });
        const { value, note } = await answer.json();
        if (value) return value;
        this.show({ options: [], note });
      } catch {
        this.show({ options: [], note: word("offline") });
      }
      return null;
    }

    async take(index) {
      const { isNew, ...option } = this.options[index];
      if (isNew) this.input.setAttribute("aria-busy", "true");
      const value = isNew ? await this.add(option.value) : option.value;
      this.input.removeAttribute("aria-busy");
      if (value === null) return;
      this.input.value = value;
      if (this.isList && value.endsWith("@")) this.ask();
      else if (this.isList) this.keep();
      else {
        this.changed();
        this.close();
      }
    }

    key(event) {
      const open = !this.panel.hidden;
      const last = this.options.length - 1;
      const { key } = event;
      if (key === "ArrowDown" || key === "ArrowUp") {
        event.preventDefault();
        if (!open) this.ask(this.isList ? undefined : "");
        else if (key === "ArrowDown") this.point(this.current >= last ? 0 : this.current + 1);
        else this.point(this.current <= 0 ? last : this.current - 1);
      } else if (key === "Enter" && open && this.current >= 0) {
        event.preventDefault();
        this.take(this.current);
      } else if (key === "Enter" && this.isList && this.input.value.trim()) {
        event.preventDefault();
        this.keep();
      } else if (key === "Escape" && open) {
        event.preventDefault();
        event.stopPropagation();
        this.close();
      } else if (key === "Tab" && open && this.current >= 0) {
        if (this.options[this.current].isNew) event.preventDefault();
        this.take(this.current);
      } else if (key === "Backspace" && this.isList && !this.input.value && this.values.length) {
        this.remove(this.values.length - 1);
      }
    }

    left() {
      if (this.isList) this.keep();
      this.close();
    }
  }

  const enhance = (root) => root.querySelectorAll?.("input[data-picker]").forEach((input) => {
    if (!input.closest(".picker")) new Picker(input);
  });
  document.addEventListener("DOMContentLoaded", () => enhance(document));
  for (const name of ["htmx:load", "fields"]) document.addEventListener(name, (event) => enhance(event.target));
})();
