// The live connection: takes up where it broke off, and notices when it is dead without saying so.

const SILENCE = 35_000; // the server beats every 10 s
const FIRST_WAIT = 400;
const LONGEST_WAIT = 8_000;

export class Stream {
  #source = null;
  #after = "";
  #as = "";
  #wait = FIRST_WAIT;
  #retry = 0;
  #watchdog = 0;
  #on;

  /** `on`: `hello(fresh)`, `post(post)`, `ready()`, `up()`, `down()`. */
  constructor(on) {
    this.#on = on;
    addEventListener("online", () => this.#again(0));
  }

  /** Starts anew as that person. */
  open(as) {
    this.#as = as;
    this.#after = "";
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#retry);
    this.#source?.close();
    const query = new URLSearchParams({ as: this.#as, lang: navigator.language });
    if (this.#after) query.set("after", this.#after);
    const source = new EventSource(`/console/events?${query}`);
    this.#source = source;
    const hear = (name, listener) =>
      source.addEventListener(name, (event) => {
        if (source !== this.#source) return;
        this.#watch();
        listener(event);
      });
    hear("hello", (event) => {
      this.#wait = FIRST_WAIT;
      this.#on.up();
      this.#on.hello(JSON.parse(event.data).fresh);
    });
    hear("post", (event) => {
      this.#after = event.lastEventId;
      this.#on.post(JSON.parse(event.data));
    });
    hear("ready", () => this.#on.ready());
    hear("beat", () => {});
    source.addEventListener("error", () => {
      if (source === this.#source) this.#lost();
    });
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => this.#lost(), SILENCE);
  }

  #lost() {
    this.#source?.close();
    this.#source = null;
    this.#on.down();
    this.#again(this.#wait * (0.75 + Math.random() / 2));
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  #again(wait) {
    if (this.#source) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#connect(), wait);
  }
}
