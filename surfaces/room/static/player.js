// What is playing. Nothing sounds: time runs thirty times as fast, and what was heard is posted as a play.

import { post } from "./api.js";
import { cover } from "./covers.js";
import { announce, byId, h, icon, replace, unseen } from "./dom.js";
import { details, length } from "./facts.js";
import { state, tell } from "./state.js";

const SPEED = 30;
const TICK = 250;
const UNKNOWN_LENGTH = 180_000;

class Player {
  #queue = [];
  #at = 0;
  #source = {};
  #heard = 0;
  #length = UNKNOWN_LENGTH;
  #running = false;
  #timer = 0;

  /** The item that plays, undefined for none. */
  get item() {
    return this.#queue[this.#at];
  }

  /** Plays a list from one of its items; `source` has the answer's `request_id`, and `more()` for what follows it. */
  async play(items, at, source = {}) {
    if (this.item) await this.#end("stop");
    [this.#queue, this.#source] = [[...items], source];
    await this.#start(at);
  }

  /** Forgets what was queued, as where another listener comes. */
  clear() {
    this.#stopClock();
    this.#queue = [];
    this.#show();
  }

  /** Shows the bar. */
  show() {
    this.#show();
  }

  async #start(at) {
    [this.#at, this.#heard, this.#length] = [at, 0, UNKNOWN_LENGTH];
    const { item } = this;
    if (!item) {
      const more = this.#source.more ? await this.#source.more().catch(() => []) : [];
      if (more.length) {
        this.#queue.push(...more);
        return this.#start(at);
      }
      this.clear();
      return announce("The list has ended.");
    }
    this.#running = true;
    this.#show();
    announce(`Playing ${item.title}${item.creator ? ` by ${item.creator}` : ""}`);
    const [known] = await details([item.item_id]);
    if (this.item === item && known?.duration_ms) this.#length = known.duration_ms;
    this.#startClock();
    this.#update();
  }

  /** Posts what was heard; the room's clock goes on by as much. */
  async #end(reason) {
    const { item } = this;
    this.#stopClock();
    const heard = Math.round(Math.min(this.#heard, this.#length));
    const event = {
      user_id: state.user,
      item_id: item.item_id,
      timestamp: Math.floor(state.clock / 1000),
      ms_played: heard,
      end_reason: reason,
    };
    if (state.device) event.device = state.device;
    if (this.#source.request_id) event.request_id = this.#source.request_id;
    try {
      await post("/v1/events", [event]);
    } catch (error) {
      announce(error.message);
      return;
    }
    state.clock += Math.max(1000, heard);
    tell("played", { item, reason });
  }

  async #next(reason) {
    if (reason === "done") this.#heard = this.#length;
    await this.#end(reason);
    await this.#start(this.#at + 1);
  }

  #toggle() {
    this.#running = !this.#running;
    if (this.#running) this.#startClock();
    else this.#stopClock();
    this.#show();
  }

  #startClock() {
    this.#stopClock();
    if (this.#running) this.#timer = setInterval(() => this.#tick(), TICK);
  }

  #stopClock() {
    clearInterval(this.#timer);
  }

  #tick() {
    this.#heard += TICK * SPEED;
    if (this.#heard >= this.#length) this.#next("done");
    else this.#update();
  }

  #update() {
    const position = byId("position");
    if (!position) return;
    position.max = String(this.#length);
    position.value = String(this.#heard);
    position.setAttribute("aria-valuetext", `${length(this.#heard)} of ${length(this.#length)}`);
    byId("elapsed").textContent = `${length(this.#heard)} / ${length(this.#length)}`;
  }

  #show() {
    const bar = byId("player");
    const { item } = this;
    bar.classList.toggle("empty", !item);
    if (!item) return replace(bar, h("p", { class: "idle" }, "Choose a cover. No sound is made."));
    const seek = (event) => {
      this.#heard = Number(event.target.value);
      this.#update();
    };
    replace(
      bar,
      h("div", { class: "playing" }, cover(item), h("div", { class: "names" }, h("p", { class: "title" }, item.title), h("p", { class: "creator" }, item.creator))),
      h(
        "div",
        { class: "buttons" },
        button("toggle", this.#running ? "pause" : "play", this.#running ? "Pause" : "Go on", () => this.#toggle()),
        button("skip", "skip", "Skip", () => this.#next("skip")),
        button("done", "done", "Hear it to the end", () => this.#next("done")),
      ),
      h(
        "div",
        { class: "time" },
        h("input", { id: "position", type: "range", min: 0, max: this.#length, value: 0, step: 1000, "aria-label": "Position", "data-key": "position", oninput: seek }),
        h("span", { id: "elapsed" }),
      ),
    );
    return this.#update();
  }
}

function button(key, name, label, onclick) {
  return h("button", { type: "button", class: `round ${key}`, "data-key": `player ${key}`, title: label, onclick }, icon(name), unseen(label));
}

/** The one player of the page. */
export const player = new Player();
