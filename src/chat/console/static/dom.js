// Elements, icons and words. Data reaches the page through text nodes and attributes only.

const SVG = "http://www.w3.org/2000/svg";

/** An element. `on` holds listeners, `data` the dataset; other properties become attributes. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "data") {
      Object.assign(element.dataset, value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  good: "M7.5 12.4l3 3 6-6.4",
  warn: "M12 7v6M12 16.6v.01",
  bad: "M8.8 8.8l6.4 6.4M15.2 8.8l-6.4 6.4",
  plain: "M12 11.5v5M12 7.6v.01",
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  send: "M12 19V5M6 11l6-6 6 6",
  help: "M9.2 9.2a2.9 2.9 0 1 1 4.3 2.5c-.9.5-1.5 1.1-1.5 2.1M12 17.2v.01M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z",
  reply: "M20 15a2 2 0 0 1-2 2H9l-5 4V6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2z",
  down: "M12 5v13M6 12.5l6 6 6-6",
  file: "M13.5 3H7a2 2 0 0 0-2 2v14a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2V8.5zM13.5 3v5.5H19",
  copy: "M9 9h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H11a2 2 0 0 1-2-2zM15 9V6a2 2 0 0 0-2-2H6a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h3",
  wrap: "M4 6h16M4 12h12.5a3 3 0 0 1 0 6H12M14.5 15.5L12 18l2.5 2.5M4 18h4",
  chevron: "M8 10l4 4 4-4",
  arrow: "M5 12h13M13 6.5l5.5 5.5-5.5 5.5",
  none: "M8 12h8",
  unknown: "M9.4 9.3a2.7 2.7 0 1 1 4 2.4c-.9.5-1.4 1-1.4 1.9M12 16.8v.01",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 14.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z",
};

/** A line icon, hidden from assistive technology: what it stands for is said in words beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

let words = {};
let lang = "en";
let zone; // the IANA name of the reader's zone; the browser's own where there is none

/** Takes the dictionary of the page and fills every element that names a word. */
export function speak(dictionary, language, timeZone) {
  words = dictionary;
  lang = language;
  zone = timeZone ?? undefined;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = say(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    element.title = say(element.dataset.label);
  }
}

/** A word of the page, with what stands in its place. */
export function say(word, value = "") {
  return (words[word] ?? word).replace(/%[ns]/, () => String(value));
}

/** `replies` by number: the dictionary holds `replies-one` and `replies-many`. */
export function count(word, number) {
  return say(number === 1 ? `${word}-one` : `${word}-many`, number);
}

/** `14:03`, in the reader's zone. */
export function clock(at) {
  return new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).format(at);
}

/** The whole moment, for a tooltip. */
export function moment(at) {
  return new Intl.DateTimeFormat(lang, { dateStyle: "full", timeStyle: "long", timeZone: zone }).format(at);
}

/** Today, yesterday, or the date. */
export function day(at) {
  const date = new Intl.DateTimeFormat("en-CA", { timeZone: zone }); // 2026-01-09
  const days = Math.round((Date.parse(date.format(new Date())) - Date.parse(date.format(at))) / 86_400_000);
  if (days === 0) return say("today");
  if (days === 1) return say("yesterday");
  return new Intl.DateTimeFormat(lang, { dateStyle: "full", timeZone: zone }).format(at);
}

/** Initial on a colour of the person's own. */
export function avatar(id, name) {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + letter.codePointAt(0)) % 9973;
  return h("span", { class: "avatar", "aria-hidden": "true", data: { hue: hash % 6 } }, [...name][0]?.toUpperCase() ?? "?");
}
