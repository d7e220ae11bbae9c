// The console: puts the pieces together and answers the keyboard.

import { Composer } from "./composer.js";
import { avatar, h, icon, say, speak } from "./dom.js";
import { Board, Painter, isWaiting } from "./feed.js";
import { Stream } from "./stream.js";

const at = (id) => document.getElementById(id);
const NEAR = 120; // px from the end that still count as being at the end
const narrow = matchMedia("(max-width: 960px)");

const board = new Board();
let setup = null;
let channel = "";
let open = ""; // the thread in the pane
let ready = false;
let painting = 0;
const unread = new Set();

const painter = new Painter({ press, open: openThread, again, fileOf: (post) => `/console/files/${encodeURIComponent(post.id)}?${me()}` });
let composer, replier, feed, pane;

const me = () => new URLSearchParams({ as: setup.me });
const fresh = () => crypto.randomUUID?.() ?? `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

// ── what goes out ──

async function send(message) {
  const post = () =>
    fetch("/console/messages", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ as: setup.me, id: fresh(), ...message }),
    });
  try {
    const answer = await post();
    if (!answer.ok && answer.status !== 503) announce((await answer.json()).detail, true);
    return answer.ok || answer.status === 503; // a line that was not stored stands there with "try again"
  } catch {
    announce(say("not-sent"), true);
    return false;
  }
}

/** Presses a button once, however often it is clicked. It is not `disabled`, so that the focus stays. */
async function press(post, command, element) {
  const group = element.closest(".buttons");
  if (group.ariaBusy === "true") return;
  group.ariaBusy = "true";
  element.classList.add("pressed");
  await send({ message: post.id, command });
  setTimeout(() => {
    group.ariaBusy = "false";
    element.classList.remove("pressed");
  }, 1_200);
}

/** Sends a line once more under its own id: if it arrived after all, this one is the second copy. */
function again(post) {
  return send({ id: post.id.replace(/^console:/, ""), channel: post.channel, thread: post.thread, text: post.body.text });
}

// ── what comes in ──

const stream = new Stream({
  hello: (isFresh) => {
    ready = false;
    if (isFresh) board.clear();
  },
  post: (post) => {
    if (ready) post.heard = Date.now();
    const thread = board.take(post);
    if (ready) {
      if (post.channel !== channel && !post.author) unread.add(post.channel);
      if (!post.author && post.body.tone !== "busy") announce(post.body.headline ?? post.body.name);
      if (post.author && isWaiting(thread)) setTimeout(paint, 61_000);
    }
    paint();
  },
  ready: () => {
    ready = true;
    document.documentElement.dataset.state = "ready";
    paint();
  },
  up: () => {
    at("lost").hidden = true;
    at("pulse").classList.remove("off");
  },
  down: () => {
    at("lost").hidden = false;
    at("pulse").classList.add("off");
  },
});

function announce(text, loud = false) {
  at("announce").textContent = text ?? "";
  if (!loud || !text) return;
  const toast = h("p", { class: "toast" }, text);
  at("main").append(toast);
  setTimeout(() => toast.remove(), 5_000);
}

// ── what is seen ──

/** Stays at the end while the reader is there, whatever grows or shrinks; otherwise leaves the reader alone. */
class Pinned {
  constructor(box, onEnd = () => {}) {
    this.box = box;
    this.pinned = true;
    box.addEventListener(
      "scroll",
      () => {
        this.pinned = box.scrollTop + box.clientHeight >= box.scrollHeight - NEAR;
        if (this.pinned) onEnd();
      },
      { passive: true },
    );
    const watch = new ResizeObserver(() => this.pinned && this.end());
    watch.observe(box);
    watch.observe(box.firstElementChild);
  }

  end() {
    this.pinned = true;
    this.box.scrollTop = this.box.scrollHeight;
  }
}

/** Draws once a frame, however many posts came. */
function paint() {
  painting ||= requestAnimationFrame(() => {
    painting = 0;
    if (!ready) return;
    const height = at("feed").offsetHeight;
    painter.channel(at("feed"), board.in(channel));
    if (!feed.pinned && at("feed").offsetHeight > height) at("newer").hidden = false;
    const thread = board.threads.get(open);
    if (thread) painter.thread(at("thread-posts"), thread);
    drawChannels();
  });
}

function drawChannels() {
  const key = `${channel}|${[...unread]}`;
  if (at("channels").dataset.drawn === key) return;
  at("channels").dataset.drawn = key;
  at("channels").replaceChildren(
    ...setup.channels.map(({ id, label }) =>
      h(
        "li",
        {},
        h(
          "a",
          { href: `#/${encodeURIComponent(id)}`, class: unread.has(id) ? "unread" : undefined, "aria-current": id === channel ? "page" : undefined },
          h("span", { "aria-hidden": "true" }, "#"),
          label,
        ),
      ),
    ),
  );
}

/** Who one is: a native menu lies invisibly over the card, so that it works everywhere. */
function drawPerson() {
  const mine = setup.people.find((person) => person.user === setup.me) ?? { user: setup.me, name: setup.me, about: "" };
  const menu = h(
    "select",
    { "aria-label": say("choose-person"), title: say("choose-person") },
    setup.people.map(({ user, name, about }) => h("option", { value: user, selected: user === setup.me }, about ? `${name} · ${about}` : name)),
  );
  menu.addEventListener("change", () => {
    localStorage.setItem("toban.as", menu.value);
    location.reload();
  });
  at("person").replaceChildren(
    avatar(mine.user, mine.name),
    h("span", { class: "names" }, h("strong", {}, mine.name), h("span", {}, mine.about)),
    ...(setup.people.length > 1 ? [icon("chevron"), menu] : []),
  );
}

function drawWelcome(label) {
  const tries = setup.tries.map(({ command, line }) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "try", on: { click: () => say_(command) } },
        h("code", {}, command),
        h("span", {}, line),
        icon("arrow"),
      ),
    ),
  );
  at("welcome").replaceChildren(
    h("img", { src: "/console/assets/icon.svg", alt: "", width: "44", height: "44" }),
    h("h2", {}, say("welcome-title", label)),
    h("p", {}, say("welcome-text")),
    ...(tries.length > 0 ? [h("h3", {}, say("try")), h("ul", {}, tries)] : []),
  );
}

function say_(text) {
  feed.end();
  return send({ channel, text });
}

// ── where one is: #/channel or #/channel/thread ──

function follow() {
  const [, wanted, thread] = location.hash.split("/").map(decodeURIComponent);
  const known = setup.channels.find(({ id }) => id === wanted) ?? setup.channels[0];
  if (known.id !== channel) {
    channel = known.id;
    unread.delete(channel);
    at("channel").textContent = known.label;
    at("about").textContent = known.about;
    document.title = `#${known.label} · ${say("toban")}`;
    composer.placeholder = say("placeholder", known.label);
    at("newer").hidden = true;
    at("feed").replaceChildren();
    feed.end();
    drawWelcome(known.label);
  }
  at("thread-of").textContent = `#${known.label}`;
  showThread(thread ?? "");
  showMenu(false);
  paint();
}

function go(thread = "") {
  location.hash = thread ? `#/${encodeURIComponent(channel)}/${encodeURIComponent(thread)}` : `#/${encodeURIComponent(channel)}`;
}

function openThread(thread) {
  go(thread);
}

function showThread(thread) {
  const had = open;
  open = thread;
  at("thread").hidden = thread === "";
  at("app").classList.toggle("threaded", thread !== "");
  at("main").inert = thread !== "" && narrow.matches;
  if (thread !== had) {
    at("thread-posts").replaceChildren();
    pane.end();
  }
  // On a phone the keys would cover what one came to read.
  if (thread !== "" && thread !== had && ready) (narrow.matches ? at("thread-close") : replier).focus();
  if (thread === "" && had !== "") composer.focus();
}

function showMenu(shown) {
  at("app").classList.toggle("menu", shown);
  at("menu").setAttribute("aria-expanded", String(shown));
}

function step(by) {
  const place = setup.channels.findIndex(({ id }) => id === channel);
  const next = setup.channels[(place + by + setup.channels.length) % setup.channels.length];
  location.hash = `#/${encodeURIComponent(next.id)}`;
}

// ── the keyboard ──

const KEYS = [
  [["/", "Enter"], "key-focus"],
  [["Enter"], "key-send"],
  [["Shift", "Enter"], "key-newline"],
  [["Tab"], "key-complete"],
  [["↑", "↓"], "key-history"],
  [["Alt", "↑ ↓"], "key-move"],
  [["Esc"], "key-close"],
  [["?"], "key-help"],
];

function drawKeys() {
  const close = h("button", { class: "ghost", type: "button", "aria-label": say("close"), on: { click: () => at("keys").close() } }, icon("close"));
  at("keys").replaceChildren(
    h("header", {}, h("h2", { id: "keys-title" }, say("shortcuts")), close),
    h("dl", {}, KEYS.map(([keys, word]) => h("div", {}, h("dt", {}, keys.map((key) => h("kbd", {}, key))), h("dd", {}, say(word))))),
  );
}

function key(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const typing = event.target.matches?.("textarea, input, select");
  const acting = event.target.matches?.("button, a, summary");
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    step(event.key === "ArrowUp" ? -1 : 1);
  } else if (event.key === "Escape" && !at("keys").open) {
    if (at("app").classList.contains("menu")) showMenu(false);
    else if (open) go();
    else if (typing) event.target.blur();
  } else if (typing || event.ctrlKey || event.metaKey || event.altKey || at("keys").open) {
    // the field's own business
  } else if (event.key === "?") {
    at("keys").showModal();
  } else if (event.key === "/" || (event.key === "Enter" && !acting)) {
    event.preventDefault();
    (open && narrow.matches ? replier : composer).focus();
  }
}

// ── the beginning ──

async function begin() {
  const ask = (as) => fetch(`/console/setup?${new URLSearchParams({ lang: navigator.language, ...(as && { as }) })}`);
  let answer = await ask(localStorage.getItem("toban.as"));
  if (answer.status === 403) answer = await ask(null); // somebody who is not in the config any more
  if (!answer.ok) throw new Error(`setup: ${answer.status}`);
  setup = await answer.json();
  speak(setup.words, setup.lang, setup.zone);
  for (const [id, name] of [["menu", "menu"], ["help", "help"], ["thread-close", "close"]]) at(id).append(icon(name));
  at("newer").prepend(icon("down"));
  feed = new Pinned(at("scroll"), () => (at("newer").hidden = true));
  pane = new Pinned(at("thread-scroll"));
  composer = new Composer(at("compose"), "say", (text) => say_(text));
  replier = new Composer(at("thread-compose"), "reply", (text) => send({ channel, thread: open, text }));
  replier.placeholder = say("placeholder-thread");
  drawPerson();
  drawKeys();
  at("help").addEventListener("click", () => at("keys").showModal());
  at("menu").addEventListener("click", () => showMenu(!at("app").classList.contains("menu")));
  at("shade").addEventListener("click", () => showMenu(false));
  at("thread-close").addEventListener("click", () => go());
  at("newer").addEventListener("click", () => feed.end());
  narrow.addEventListener("change", () => (at("main").inert = open !== "" && narrow.matches));
  addEventListener("hashchange", follow);
  addEventListener("keydown", key);
  follow();
  drawChannels();
  stream.open(setup.me);
  if (!narrow.matches) composer.focus();
}

begin().catch((error) => {
  console.error(error);
  setTimeout(() => location.reload(), 3_000); // the server may just be starting
});
