// Who listens: somebody of the log, a stranger, or somebody invented by a few items that they have played.

import { get, post } from "./api.js";
import { announce, byId, h, icon, replace, unseen } from "./dom.js";
import { count, learn } from "./facts.js";
import { iso, state, tell } from "./state.js";

const PAUSE = 150;
const MINUTES = 4;

let timer = 0;
let history = [];

/** Lists listeners of the log. */
export function listeners(query = "") {
  return get("/room/listeners", query ? { q: query } : {});
}

/** Opens the dialog. */
export async function chooseListener() {
  history = [];
  const dialog = byId("who");
  replace(
    dialog,
    h("div", { class: "panel-head" }, h("h2", { id: "who-title" }, "Who listens?"), h("button", { type: "button", class: "round", onclick: () => dialog.close() }, icon("close"), unseen("Close"))),
    h("section", { "aria-labelledby": "who-log" },
      h("h3", { id: "who-log" }, "Somebody of the log"),
      h("label", { for: "who-query", class: "unseen" }, "Filter the listeners"),
      h("input", { id: "who-query", type: "search", placeholder: "Part of a listener's id", autocomplete: "off", oninput: (event) => later(() => showListeners(event.target.value)) }),
      h("ul", { id: "who-list", class: "who-list", role: "list" })),
    h("section", { "aria-labelledby": "who-new" },
      h("h3", { id: "who-new" }, "Somebody new"),
      h("form", { class: "invent", onsubmit: invent },
        h("label", {}, "Name ", h("input", { id: "who-name", type: "text", maxlength: 100, autocomplete: "off", placeholder: "a stranger" })),
        h("label", {}, "Has played ", h("input", { id: "who-item", type: "search", autocomplete: "off", placeholder: "search items to add", oninput: (event) => later(() => suggest(event.target.value)) })),
        h("ul", { id: "who-hits", class: "pills", role: "list", "aria-label": "Items to add" }),
        h("ul", { id: "who-history", class: "pills", role: "list", "aria-label": "What they have played" }),
        h("p", { id: "who-note", class: "quiet" }, "Without items they are a stranger: nothing is known."),
        h("button", { type: "submit", class: "chip strong" }, "Listen as this one"))),
  );
  dialog.showModal();
  byId("who-query").focus();
  await showListeners("");
}

async function showListeners(query) {
  const answer = await listeners(query).catch((error) => ({ listeners: [], error: error.message }));
  if (!byId("who").open || query !== byId("who-query").value) return; // an answer to what stood there before
  const entries = answer.listeners.map((one) =>
    h("li", {}, h("button", { type: "button", "aria-current": one.user_id === state.user ? "true" : null, onclick: () => become(one.user_id) },
      h("strong", {}, one.user_id), h("span", { class: "quiet" }, [count(one.plays, "play"), one.mostly.join(", ")].filter(Boolean).join(" · ")))));
  replace(byId("who-list"), entries, entries.length ? null : h("li", { class: "quiet" }, answer.error ?? "Nobody by that name."));
}

function become(user) {
  byId("who").close();
  state.user = user;
  announce(`Listening as ${user}`);
  tell("visit", { listener: true });
}

async function suggest(text) {
  const query = text.trim();
  const who = { user_id: byId("who-name").value || "a stranger", at: iso(state.clock) };
  const answer = query ? await get("/v1/search", { q: query, limit: 8, ...who }).catch(() => ({ results: [] })) : { results: [] };
  const items = answer.results.filter((one) => one.item_id && !history.some((item) => item.item_id === one.item_id));
  await learn(items);
  if (text !== byId("who-item")?.value) return;
  replace(byId("who-hits"), items.slice(0, 6).map((item) =>
    h("li", {}, h("button", { type: "button", class: "pill", "data-key": `add ${item.item_id}`, onclick: () => add(item) }, "+ ", item.title, unseen(" to what they have played")))));
}

function add(item) {
  history.push(item);
  byId("who-item").value = "";
  replace(byId("who-hits"));
  showHistory();
  byId("who-item").focus();
}

function showHistory() {
  const drop = (item) => {
    history = history.filter((one) => one !== item);
    showHistory();
    byId("who-item").focus();
  };
  replace(byId("who-history"), history.map((item) =>
    h("li", {}, h("button", { type: "button", class: "pill chosen-pill", onclick: () => drop(item) }, item.title, " ×", unseen(": take it out")))));
  byId("who-note").textContent = history.length
    ? `${count(history.length, "play")}, the last one ${MINUTES} minutes ago.`
    : "Without items they are a stranger: nothing is known.";
}

async function invent(event) {
  event.preventDefault();
  const name = byId("who-name").value.trim() || `stranger-${Math.random().toString(36).slice(2, 7)}`;
  const now = Math.floor(state.clock / 1000);
  const events = history.map((item, at) => ({
    user_id: name,
    item_id: item.item_id,
    timestamp: now - (history.length - at) * MINUTES * 60,
    end_reason: "done",
  }));
  try {
    if (events.length) await post("/v1/events", events);
    become(name);
  } catch (error) {
    byId("who-note").textContent = error.message;
  }
}

function later(run) {
  clearTimeout(timer);
  timer = setTimeout(run, PAUSE);
}
