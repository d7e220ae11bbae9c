// Posts and threads: what is known, and how it stands on the page. An edited post changes in its place.

import { avatar, clock, count, day, h, icon, moment, say } from "./dom.js";
import { drawFile, drawReport } from "./report.js";

const SHOWN = 3; // of a thread's answers in the channel; the rest opens on demand
const PATIENCE = 60_000; // how long "working on it" stands under a line that nobody answers

export class Board {
  posts = new Map();
  threads = new Map(); // root id → { id, channel, root, replies, active }

  clear() {
    this.posts.clear();
    this.threads.clear();
  }

  /** Takes a new or changed post; its thread. */
  take(post) {
    const root = post.thread ?? post.id;
    const thread = this.threads.get(root) ?? { id: root, channel: post.channel, root: null, replies: [], order: post.order };
    this.threads.set(root, thread);
    const before = this.posts.get(post.id);
    post.drawn = before?.drawn;
    this.posts.set(post.id, post);
    if (post.id === root) {
      thread.root = post;
      thread.order = post.order;
    } else {
      const at = thread.replies.findIndex((reply) => reply.id === post.id);
      if (at >= 0) thread.replies[at] = post;
      else {
        const later = thread.replies.findIndex((reply) => reply.order > post.order);
        thread.replies.splice(later < 0 ? thread.replies.length : later, 0, post);
      }
    }
    return thread;
  }

  in(channel) {
    return [...this.threads.values()].filter((thread) => thread.channel === channel).sort((a, b) => a.order - b.order);
  }
}

/** Whether the last word in the thread is a person's, said a moment ago. */
export function isWaiting(thread) {
  const last = thread.replies.at(-1) ?? thread.root;
  return Boolean(last?.author && !last.failed && last.heard && Date.now() - last.heard < PATIENCE);
}

/** Draws posts. `deed`: `press(post, command, element)`, `open(thread)`, `again(post)`, `fileOf(post)`. */
export class Painter {
  #deed;
  #unfolded = new Set();

  constructor(deed) {
    this.#deed = deed;
  }

  /** All threads of a channel into `feed`. */
  channel(feed, threads) {
    const blocks = new Map([...feed.children].map((block) => [block.dataset.thread, block]));
    let previous = null;
    let date = "";
    for (const thread of threads) {
      const block = blocks.get(thread.id) ?? this.#block(thread);
      blocks.delete(thread.id);
      this.#fill(block, thread);
      const today = day(new Date((thread.root ?? thread.replies[0]).at));
      block.firstChild.hidden = today === date;
      block.firstChild.firstChild.textContent = today;
      date = today;
      if (block.previousSibling !== previous || !block.parentNode) {
        previous ? previous.after(block) : feed.prepend(block);
      }
      previous = block;
    }
    for (const block of blocks.values()) block.remove();
  }

  /** A whole thread into `box`. */
  thread(box, thread) {
    const posts = thread.root ? [thread.root, ...thread.replies] : thread.replies;
    box.querySelector(":scope > .missing")?.remove();
    this.#reconcile(box, posts, isWaiting(thread));
    if (!thread.root) box.prepend(h("p", { class: "missing" }, say("gone")));
  }

  #block(thread) {
    return h(
      "section",
      { class: "block", data: { thread: thread.id } },
      h("div", { class: "day" }, h("span", {})),
      h("div", { class: "root" }),
      h("div", { class: "answers" }),
      h("div", { class: "foot" }),
    );
  }

  #fill(block, thread) {
    const [, root, answers, foot] = block.children;
    this.#reconcile(root, thread.root ? [thread.root] : [], false);
    const all = this.#unfolded.has(thread.id);
    const shown = all ? thread.replies : thread.replies.slice(-SHOWN);
    this.#reconcile(answers, shown, isWaiting(thread));
    const hidden = thread.replies.length - shown.length;
    this.#earlier(block, thread, answers, hidden);
    const many = thread.replies.length > 1;
    const open = h(
      "button",
      { class: many ? "open many" : "open", type: "button", on: { click: () => this.#deed.open(thread.id) } },
      icon("reply"),
      many ? count("replies", thread.replies.length) : say("reply"),
    );
    const old = foot.firstChild;
    if (old?.textContent !== open.textContent) {
      const focused = old !== null && old === document.activeElement;
      foot.replaceChildren(open);
      if (focused) open.focus();
    }
  }

  #earlier(block, thread, answers, hidden) {
    const old = block.querySelector(":scope > .earlier");
    if (hidden === 0) return old?.remove();
    const text = count("earlier", hidden);
    if (old?.textContent === text) return undefined;
    const unfold = () => {
      this.#unfolded.add(thread.id);
      this.#fill(block, thread);
    };
    old?.remove();
    return answers.before(h("button", { class: "earlier", type: "button", on: { click: unfold } }, text));
  }

  /** Brings the children in line with the posts; what has not changed is not touched. */
  #reconcile(box, posts, waiting) {
    const old = new Map([...box.children].map((element) => [element.dataset.post, element]));
    let previous = null;
    for (const post of posts) {
      let element = old.get(post.id);
      old.delete(post.id);
      if (!element) {
        element = this.#draw(post);
        if (post.heard && !post.drawn) element.classList.add("arriving");
        post.drawn = true;
      } else if (element.post !== post) {
        const fresh = this.#draw(post);
        handOver(element, fresh);
        element = fresh;
      }
      if (element.parentNode !== box || element.previousSibling !== previous) {
        previous ? previous.after(element) : box.prepend(element);
      }
      previous = element;
    }
    for (const [id, element] of old) {
      if (id !== "waiting" || !waiting) element.remove();
    }
    if (waiting) {
      box.append(old.get("waiting") ?? working());
    }
  }

  #draw(post) {
    const element = post.author ? this.#line(post) : this.#answer(post);
    element.dataset.post = post.id;
    element.post = post;
    return element;
  }

  #line(post) {
    const at = new Date(post.at);
    return h(
      "article",
      { class: `line${post.failed ? " failed" : ""}` },
      avatar(post.author.id, post.author.name),
      h("div", { class: "who" }, h("strong", {}, post.author.name), h("time", { datetime: post.at, title: moment(at) }, clock(at))),
      h("p", { class: "command" }, post.body.text),
      post.failed &&
        h(
          "p",
          { class: "trouble" },
          say("not-sent"),
          h("button", { type: "button", class: "link", on: { click: () => this.#deed.again(post) } }, say("again")),
        ),
    );
  }

  #answer(post) {
    const at = new Date(post.at);
    const meta = h(
      "span",
      { class: "meta" },
      post.edited && post.body.tone !== "busy" && h("span", {}, say("edited")),
      h("time", { datetime: post.at, title: moment(at) }, clock(at)),
    );
    const card =
      post.body.kind === "file"
        ? drawFile(post.body, meta, this.#deed.fileOf(post))
        : drawReport(post.body, meta, (command, element) => this.#deed.press(post, command, element));
    return h(
      "article",
      { class: "answer" },
      post.only && h("p", { class: "only" }, icon("eye"), say("only-you")),
      card,
    );
  }
}

/** Puts the new version where the old one was: focus and scrolled logs stay. */
function handOver(old, fresh) {
  const focus = old.contains(document.activeElement) ? document.activeElement : null;
  const scrolled = [...old.querySelectorAll("[data-keep=scroll]")].map((box) => [
    box.scrollTop,
    box.scrollTop + box.clientHeight >= box.scrollHeight - 8,
    box.classList.contains("long"),
  ]);
  old.replaceWith(fresh);
  fresh.querySelectorAll("[data-keep=scroll]").forEach((box, at) => {
    const [top, bottom, long] = scrolled[at] ?? [0, true, false];
    box.classList.toggle("long", long);
    box.scrollTop = bottom ? box.scrollHeight : top;
  });
  if (focus) {
    const same = focus.dataset.command && fresh.querySelector(`[data-command="${CSS.escape(focus.dataset.command)}"]`);
    if (!same) fresh.tabIndex = -1; // the message itself: no other button may come under a finger already moving
    (same || fresh).focus({ preventScroll: true });
  }
}

function working() {
  return h(
    "p",
    { class: "working", data: { post: "waiting" } },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i", {}), h("i", {}), h("i", {})),
    say("working"),
  );
}
