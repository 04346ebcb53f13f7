// Items as cards of a shelf and as rows of a list. Each plays, and says why it is there.

import { cover } from "./covers.js";
import { h, icon, unseen } from "./dom.js";
import { sentence, sorted } from "./facts.js";
import { player } from "./player.js";
import { tell } from "./state.js";

/** A shelf: a row of cards that scrolls sideways. */
export function shelf(key, items, source) {
  const cards = items.map((item, at) => card(item, `${key} ${item.item_id}`, () => player.play(items, at, source), source));
  return h("ul", { class: "cards", "data-scroll": key, role: "list" }, cards);
}

/** A numbered list. */
export function list(key, items, source) {
  const rows = items.map((item, at) => row(item, `${key} ${item.item_id}`, () => player.play(items, at, source), at + 1));
  return h("ol", { class: "rows", role: "list" }, rows);
}

/** One row of a list. */
export function row(item, key, play, number = 0, note = "") {
  return h(
    "li",
    { class: "row", "data-item": item.item_id },
    number ? h("span", { class: "number", "aria-hidden": "true" }, number) : null,
    playButton(item, key, play),
    h("div", { class: "names" }, h("p", { class: "title" }, item.title), h("p", { class: "creator" }, subtitle(item, note))),
    whyButton(item, key),
  );
}

function card(item, key, play, source) {
  const fresh = source?.fresh?.has(item.item_id);
  return h(
    "li",
    { class: "card", "data-item": item.item_id },
    playButton(item, key, play),
    h("p", { class: "title" }, fresh ? h("span", { class: "fresh" }, "New ") : null, item.title),
    h("p", { class: "creator" }, subtitle(item)),
    whyButton(item, key),
  );
}

function playButton(item, key, play) {
  const by = item.creator ? ` by ${item.creator}` : "";
  return h(
    "button",
    { class: "art", type: "button", "data-key": `play ${key}`, onclick: play },
    cover(item),
    h("span", { class: "art-play" }, icon("play")),
    unseen(`Play ${item.title}${by}`),
  );
}

function whyButton(item, key) {
  const [first] = sorted(item.because ?? []);
  return h(
    "button",
    { class: "why", type: "button", "data-key": `why ${key}`, onclick: () => tell("why", item) },
    h("span", {}, first ? sentence(first) : "Why?"),
    unseen(`: why ${item.title} is here`),
  );
}

function subtitle(item, note = "") {
  return [item.creator, item.kind && item.kind !== "track" ? item.kind : "", note].filter(Boolean).join(" · ");
}
