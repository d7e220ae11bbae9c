// The command line: history, completion, sending.

import { h, icon, say } from "./dom.js";

const PAUSE = 50; // ms of not typing before suggestions are asked for
const REMEMBERED = 100;

/** What was said before, shared by all command lines and tabs. */
const history = {
  key: "toban.history",
  all() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? [];
    } catch {
      return [];
    }
  },
  add(line) {
    const lines = [...this.all().filter((old) => old !== line), line].slice(-REMEMBERED);
    localStorage.setItem(this.key, JSON.stringify(lines));
  },
};

export class Composer {
  #box;
  #list;
  #send;
  #suggestions = [];
  #chosen = -1;
  #timer = 0;
  #asked = 0;
  #recalled = -1; // place in history, counted from the newest
  #draft = "";
  #dismissed = false;

  /** `send(text)` resolves to whether it arrived; if not, the text comes back. */
  constructor(form, id, send) {
    this.#send = send;
    this.#list = h("ul", { class: "suggestions", id: `${id}-list`, role: "listbox", hidden: true });
    this.#box = h("textarea", {
      id,
      rows: "1",
      maxlength: "12000",
      spellcheck: "false",
      autocapitalize: "off",
      enterkeyhint: "send",
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": `${id}-list`,
    });
    const button = h("button", { class: "send", type: "submit", title: say("send"), "aria-label": say("send") }, icon("send"));
    form.append(
      this.#list,
      h("div", { class: "box" }, h("span", { class: "prompt", "aria-hidden": "true" }, "›"), this.#box, button),
      h(
        "p",
        { class: "hints", "aria-hidden": "true" },
        hint("Tab", "key-complete"),
        hint("↑", "key-history"),
        hint("?", "shortcuts-hint"),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#box.addEventListener("input", () => this.#typed());
    this.#box.addEventListener("keydown", (event) => this.#key(event));
    this.#box.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
  }

  set placeholder(text) {
    this.#box.placeholder = text;
    this.#box.setAttribute("aria-label", text);
  }

  focus() {
    this.#box.focus();
  }

  async #submit() {
    const text = this.#box.value.trim();
    if (text === "") return;
    this.#close();
    history.add(text);
    this.#recalled = -1;
    this.#write("");
    if (!(await this.#send(text)) && this.#box.value === "") this.#write(text);
  }

  #write(text) {
    this.#box.value = text;
    this.#box.setSelectionRange(text.length, text.length);
    this.#grow();
  }

  #grow() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(this.#box.scrollHeight, 200)}px`;
  }

  #typed() {
    this.#recalled = -1;
    this.#dismissed = false;
    this.#grow();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#suggest(), PAUSE);
  }

  async #suggest() {
    const text = this.#box.value;
    if (text.trim() === "" || text.includes("\n")) return this.#close();
    const ticket = ++this.#asked;
    const answer = await fetch(`/console/complete?${new URLSearchParams({ text })}`).catch(() => null);
    const suggestions = answer?.ok ? await answer.json() : [];
    if (ticket !== this.#asked || this.#dismissed) return undefined;
    const news = suggestions.filter((one) => one.text.trim() !== text.trim());
    return news.length > 0 ? this.#open(news) : this.#close();
  }

  #open(suggestions) {
    this.#suggestions = suggestions;
    this.#chosen = -1;
    this.#list.replaceChildren(
      ...suggestions.map((one, at) => {
        const take = (event) => {
          event.preventDefault();
          this.#take(at);
        };
        return h(
          "li",
          { role: "option", id: `${this.#list.id}-${at}`, "aria-selected": "false", on: { mousedown: take } },
          h("b", {}, one.label),
          h("span", {}, one.hint),
          at === 0 && h("kbd", {}, "Tab"),
        );
      }),
    );
    this.#list.hidden = false;
    this.#box.setAttribute("aria-expanded", "true");
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#suggestions = [];
    this.#chosen = -1;
    this.#list.hidden = true;
    this.#box.setAttribute("aria-expanded", "false");
    this.#box.removeAttribute("aria-activedescendant");
  }

  #choose(at) {
    const many = this.#suggestions.length;
    this.#chosen = (at + many) % many;
    [...this.#list.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === this.#chosen));
      if (place === this.#chosen) option.scrollIntoView({ block: "nearest" });
    });
    this.#box.setAttribute("aria-activedescendant", `${this.#list.id}-${this.#chosen}`);
  }

  #take(at) {
    this.#write(this.#suggestions[at].text);
    this.#close();
    this.#suggest();
  }

  /** Completes what is typed, whether or not the list is open yet. */
  async #complete() {
    if (this.#suggestions.length === 0) await this.#suggest();
    if (this.#suggestions.length > 0) this.#take(Math.max(this.#chosen, 0));
  }

  #recall(step) {
    const lines = history.all();
    const place = this.#recalled + step;
    if (place < -1 || place >= lines.length) return;
    if (this.#recalled === -1) this.#draft = this.#box.value;
    this.#recalled = place;
    this.#write(place === -1 ? this.#draft : lines[lines.length - 1 - place]);
  }

  #key(event) {
    if (event.isComposing) return; // Enter ends a Japanese conversion, it does not send
    const open = !this.#list.hidden;
    const does = (deed) => {
      event.preventDefault();
      deed();
    };
    if (event.key === "Enter" && !event.shiftKey) {
      does(() => (open && this.#chosen >= 0 ? this.#take(this.#chosen) : this.#submit()));
    } else if (event.key === "Tab" && !event.shiftKey && this.#box.value.trim() !== "" && !this.#dismissed) {
      does(() => this.#complete());
    } else if (event.key === "Escape" && open) {
      event.stopPropagation();
      this.#dismissed = true; // from now on Tab leaves the field, as it does everywhere
      does(() => this.#close());
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && !event.altKey) {
      const up = event.key === "ArrowUp";
      if (open && this.#recalled === -1) {
        const from = this.#chosen === -1 && up ? 0 : this.#chosen;
        does(() => this.#choose(from + (up ? -1 : 1)));
      } else if (!this.#box.value.includes("\n")) {
        does(() => this.#recall(up ? 1 : -1));
      }
    }
  }
}

function hint(key, word) {
  return h("span", {}, h("kbd", {}, key), say(word));
}
