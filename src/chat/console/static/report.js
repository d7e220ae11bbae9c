// A report drawn: every text goes into a text node.

import { h, icon, say } from "./dom.js";

const MARKS = { "✅": "good", "❌": "bad", "⚠": "warn", "❔": "unknown", "➖": "none" };
const LONG = 34; // letters; a value that is longer gets a line of its own
const SHORT = 22; // letters; a cell that is not longer is never broken
const MOMENT = /^\d{4}-\d\d-\d\d \d/;
const NUMBER = /^(?:[-–—]|[-+<>≤≥~]?\s?[\d][\d.,:]*\s?(?:%|ms|s|m|h|d|[KMG]i?B|B|件|回)?)$/;
const SEVERITY = { critical: "CRIT", error: "ERROR", warning: "WARN", notice: "NOTE", info: "INFO", debug: "DEBUG", default: "" };

/** The card of a report. `press(button)` is called with the command of a pressed button. */
export function drawReport(report, meta, press) {
  const busy = report.tone === "busy";
  return h(
    "div",
    { class: "card", data: { tone: report.tone }, "aria-busy": busy ? "true" : undefined },
    h(
      "header",
      {},
      h("span", { class: "mark" }, busy ? h("i", { class: "spinner" }) : icon(report.tone)),
      h("p", { class: "headline" }, ...rich(report.headline)),
      meta,
    ),
    report.blocks.length > 0 && h("div", { class: "blocks" }, report.blocks.map(drawBlock)),
    report.buttons.length > 0 &&
      h("div", { class: "buttons", role: "group" }, report.buttons.map((button) => drawButton(button, press))),
    report.footnote && h("footer", {}, ...rich(report.footnote)),
  );
}

/** The card of a file. */
export function drawFile(file, meta, href) {
  return h(
    "div",
    { class: "card file", data: { tone: "plain" } },
    h(
      "header",
      {},
      h("span", { class: "sheet" }, icon("file")),
      h(
        "p",
        { class: "headline" },
        file.name,
        h("small", {}, `${size(file.bytes)} · ${say("lines", file.lines.toLocaleString())}`),
      ),
      meta,
    ),
    file.head.length > 0 && h("pre", { class: "peek", "aria-hidden": "true" }, file.head.join("\n")),
    h("div", { class: "buttons" }, h("a", { class: "button", href, download: file.name }, icon("down"), say("download"))),
  );
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function drawButton(button, press) {
  const element = h("button", { class: "button", type: "button", data: { look: button.look, command: button.command } }, button.label);
  element.addEventListener("click", () => press(button.command, element));
  return element;
}

function drawBlock(block) {
  switch (block.kind) {
    case "text":
      return h("p", { class: "text" }, ...rich(block.text));
    case "heading":
      return h("h4", {}, ...rich(block.text));
    case "fields":
      return h(
        "dl",
        { class: block.fields.some(([, value]) => value.length > LONG) ? "fields lines" : "fields" },
        block.fields.map(([label, value]) => h("div", {}, h("dt", {}, label), h("dd", {}, ...rich(value)))),
      );
    case "table":
      return drawTable(block);
    case "code":
      return h("div", { class: "boxed" }, tools(() => block.text), h("pre", { class: "code", tabindex: "0" }, block.text));
    case "log":
      return drawLog(block.lines);
    case "list":
      return h("ul", { class: "list" }, block.items.map((item) => h("li", {}, ...rich(item))));
    default:
      return null;
  }
}

function drawTable({ heads, rows }) {
  const numeric = heads.map((_, at) => rows.some((row) => /\d/.test(row[at] ?? "")) && rows.every((row) => NUMBER.test((row[at] ?? "").trim())));
  const kind = (text, at) => (numeric[at] ? "number" : text.length <= SHORT || MOMENT.test(text) ? "whole" : undefined);
  const cell = (tag, text, at) => h(tag, { class: kind(text, at), scope: tag === "th" ? "col" : undefined }, ...rich(text));
  return h(
    "div",
    { class: "table", tabindex: "0" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, heads.map((head, at) => cell("th", head, at)))),
      h("tbody", {}, rows.map((row) => h("tr", { class: row[0] === "" ? "more" : undefined }, row.map((text, at) => cell("td", text, at))))),
    ),
  );
}

function drawLog(lines) {
  const rows = [];
  const days = new Set(lines.map((line) => line.day));
  let day = "";
  for (const line of lines) {
    if (days.size > 1 && line.day !== day) rows.push(h("div", { class: "log-day" }, line.day));
    day = line.day;
    rows.push(
      h(
        "div",
        { class: "log-line", data: { severity: line.severity } },
        h("time", { datetime: `${line.day}T${line.time}`, title: line.day }, line.time),
        h("b", {}, SEVERITY[line.severity] ?? ""),
        h("span", { class: "log-text" }, line.text, line.count > 1 && h("em", {}, `×${line.count.toLocaleString()}`)),
      ),
    );
  }
  const log = h("div", { class: "log", tabindex: "0", data: { keep: "scroll" } }, rows);
  const text = () => lines.map((line) => `${line.day} ${line.time} ${SEVERITY[line.severity] ?? ""} ${line.text}`).join("\n");
  return h("div", { class: "boxed" }, tools(text, log), log);
}

/** Copy, and for logs the choice of wrapped lines. */
function tools(text, log) {
  const copy = h("button", { type: "button", class: "tool", title: say("copy"), "aria-label": say("copy") }, icon("copy"));
  copy.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text()).catch(() => {});
    copy.replaceChildren(icon("good"));
    setTimeout(() => copy.replaceChildren(icon("copy")), 1_200);
  });
  const wrap =
    log &&
    h("button", { type: "button", class: "tool", "aria-pressed": "true", title: say("wrap"), "aria-label": say("wrap") }, icon("wrap"));
  wrap?.addEventListener("click", () => {
    const long = log.classList.toggle("long");
    wrap.setAttribute("aria-pressed", String(!long));
  });
  return h("div", { class: "tools" }, wrap, copy);
}

/** Text with `code`, **strong**, web addresses and marks of state; everything else stays the letters that it is. */
export function rich(text) {
  const parts = [];
  const marked = /([✅❌⚠❔➖])\uFE0F?|`([^`\n]+)`|\*\*([^*\n]+)\*\*|(https?:\/\/[^\s<>"'`）」】]+[^\s<>"'`）」】.,;:!?)\]])/g;
  let from = 0;
  for (const found of text.matchAll(marked)) {
    if (found.index > from) parts.push(text.slice(from, found.index));
    const [whole, mark, code, strong, link] = found;
    if (mark) parts.push(h("span", { class: "state", data: { state: MARKS[mark] } }, icon(MARKS[mark])));
    else if (code) parts.push(h("code", {}, code));
    else if (strong) parts.push(h("strong", {}, strong));
    else parts.push(h("a", { href: link, target: "_blank", rel: "noreferrer noopener" }, link));
    from = found.index + whole.length;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

