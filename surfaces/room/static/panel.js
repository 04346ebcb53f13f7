// For engineers: why an item is there, what each model said of it, what was asked, and how long it took.

import { get, requests } from "./api.js";
import { cover } from "./covers.js";
import { byId, h, icon, replace, unseen } from "./dom.js";
import { count, day, details, length, sentence, sorted, words } from "./facts.js";
import { recall, remember, room, visit } from "./state.js";

let chosen = null;
let places = ""; // of the chosen item, once the models have answered: that may be before its facts are there, or after
let opener = null;
let asking = new AbortController();

/** Makes the panel follow the room. */
export function startPanel() {
  byId("engineers").addEventListener("click", () => (open() ? close() : show(byId("engineers"))));
  room.addEventListener("why", (event) => {
    chosen = event.detail;
    places = "";
    show(document.activeElement);
    byId("why-title").focus({ preventScroll: true });
    byId("panel").scrollTop = 0;
  });
  room.addEventListener("request", () => open() && showRequests());
  room.addEventListener("shown", () => open() && compare());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open() && !byId("who").open) close();
  });
  if (recall("panel") === "open" && matchMedia("(min-width: 1200px)").matches) show(null);
}

function open() {
  return !byId("panel").hidden;
}

function show(from) {
  if (!open()) opener = from;
  mark(true);
  build();
  showRequests();
  compare();
}

function close() {
  mark(false);
  (opener?.isConnected ? opener : byId("engineers")).focus();
}

function mark(now) {
  byId("panel").hidden = !now;
  byId("engineers").setAttribute("aria-expanded", String(now));
  document.body.classList.toggle("with-panel", now);
  remember("panel", now ? "open" : "closed");
}

function build() {
  replace(
    byId("panel"),
    h("div", { class: "panel-head" }, h("h2", {}, "For engineers"), h("button", { type: "button", class: "round", "data-key": "close panel", onclick: close }, icon("close"), unseen("Close the panel"))),
    h("section", { "aria-labelledby": "why-title" }, h("h3", { id: "why-title", tabindex: -1 }, "Why this item"), h("div", { id: "why" })),
    h("section", { "aria-labelledby": "stages-title" }, h("h3", { id: "stages-title" }, "Retrieval against ranker"), h("div", { id: "stages" })),
    h("section", { "aria-labelledby": "versions-title" }, h("h3", { id: "versions-title" }, "Two versions side by side"), h("div", { id: "versions" })),
    h("section", { "aria-labelledby": "requests-title" }, h("h3", { id: "requests-title" }, "Requests"), h("div", { id: "requests" })),
  );
  showWhy();
}

async function showWhy() {
  if (!chosen) return replace(byId("why"), h("p", { class: "quiet" }, "Choose the line under an item: its facts stand here."));
  const item = chosen;
  const [known = {}] = item.item_id ? await details([item.item_id]) : [];
  if (item !== chosen || !open()) return undefined;
  const about = [
    ["id", item.item_id],
    ["kind", item.kind],
    ["genres", known.genres?.join(", ")],
    ["length", known.duration_ms ? length(known.duration_ms) : ""],
    ["released", known.released ? day(Date.parse(known.released)) : ""],
    ["explicit", known.explicit ? "yes" : ""],
  ].filter(([, value]) => value);
  return replace(
    byId("why"),
    h("div", { class: "chosen" }, cover(item), h("div", {}, h("p", { class: "title" }, item.title), h("p", { class: "creator" }, item.creator))),
    h("ul", { class: "facts" }, sorted(item.because ?? []).map((fact) => h("li", {}, h("code", {}, fact.fact), h("span", {}, sentence(fact))))),
    item.because?.length ? null : h("p", { class: "quiet" }, "No facts came with it."),
    h("dl", { class: "about" }, about.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    h("p", { id: "places", class: "quiet" }, places),
  );
}

/** Asks the models anew, where the view has been shown anew. */
async function compare() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const query = { ...visit(), ...(chosen?.item_id ? { item_id: chosen.item_id } : {}) };
  const sides = [
    ["stages", get("/room/compare", query, signal), stages],
    ["versions", get("/room/versions", visit(), signal), versions],
  ];
  await Promise.all(sides.map(async ([id, answer, draw]) => {
    try {
      const content = await answer;
      if (!signal.aborted && open()) replace(byId(id), draw(content));
    } catch (error) {
      if (error.name !== "AbortError" && open()) replace(byId(id), h("p", { class: "notice" }, error.message));
    }
  }));
}

function stages(answer) {
  const { question, item } = answer;
  const spent = Object.entries(answer.milliseconds).map(([model, ms]) => `${model} ${ms.toFixed(1)} ms`).join(", ");
  places = item ? `Retrieval: ${placeText(item.retrieval, answer.candidates)}. Ranker: ${placeText(item.ranker, answer.candidates)}.` : "";
  byId("places")?.replaceChildren(places);
  return [
    h("p", { class: "quiet" }, `${count(answer.candidates, "candidate")} from ${count(question.plays, "play")}. ${spent}.`),
    table(
      "The ranker's first, and the places that retrieval gave them",
      ["Ranker", "Item", "Retrieval", "Score"],
      answer.items.map((one) => [one.ranker, one.title, moved(one), one.score?.toFixed(2) ?? ""]),
      answer.items.findIndex((one) => one.item_id === chosen?.item_id),
    ),
    h("details", {}, h("summary", {}, "What the models were asked"), h("dl", { class: "about" },
      [["newest plays", question.newest.join(" · ") || "none"], ["context", question.context.join(" ") || "none"], ["only", question.only.join(" ") || "anything"], ["without", question.without.join(" ") || "nothing"], ["request time", new Date(question.request_time * 1000).toISOString()]]
        .flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))),
  ];
}

function placeText(place, of) {
  return place === null ? `not among its ${of}` : `place ${place} of ${of}`;
}

function moved(one) {
  if (one.retrieval === null) return "–";
  const up = one.retrieval - one.ranker;
  const arrow = up > 0 ? `▲ ${up}` : up < 0 ? `▼ ${-up}` : "=";
  return h("span", {}, one.retrieval, " ", h("span", { class: up > 0 ? "up" : up < 0 ? "down" : "quiet" }, arrow));
}

function versions(answer) {
  if (answer.answers.length < 2) {
    const [only] = answer.versions;
    return h("p", { class: "quiet" }, `The model server serves one version${only ? ` (${only})` : ""}. With two of them served, their answers stand here side by side.`);
  }
  const [older, newer] = answer.answers;
  const places = new Map(older.items.map((item, at) => [item.item_id, at + 1]));
  const ids = new Set(newer.items.map((item) => item.item_id));
  const both = older.items.filter((item) => ids.has(item.item_id)).length;
  return [
    h("p", { class: "quiet" }, `${both} of the first ${newer.items.length} stand in both; the newer took ${newer.milliseconds.toFixed(1)} ms, the older ${older.milliseconds.toFixed(1)} ms.`),
    table(
      "The newer version's first, and the older version's",
      ["Place", `Version ${newer.version}`, "Was", `Version ${older.version}`],
      newer.items.map((item, at) => [at + 1, item.title, places.get(item.item_id) ?? "new", older.items[at]?.title ?? ""]),
    ),
  ];
}

function showRequests() {
  replace(byId("requests"), requests.slice(0, 12).map((note) =>
    h("details", { class: "request" },
      h("summary", {}, h("code", {}, note.method), h("span", { class: "path" }, note.url.split("?")[0]), h("span", { class: note.status >= 400 || !note.status ? "down" : "quiet" }, note.status || "none"), h("span", { class: "spent" }, `${note.milliseconds.toFixed(0)} ms`)),
      h("pre", { tabindex: 0, "aria-label": "The request and its answer" }, written(note)))));
}

function written(note) {
  const query = [...new URL(note.url, location.href).searchParams].map(([name, value]) => `  ${name} = ${value}`);
  const body = note.body === undefined ? [] : [JSON.stringify(note.body, null, 2)];
  const answer = JSON.stringify(note.answer, null, 1) ?? "";
  const cut = answer.length > 6000 ? `${answer.slice(0, 6000)}\n… ${count(answer.length - 6000, "character")} more` : answer;
  return [`${note.method} ${note.url.split("?")[0]}`, ...query, ...body, "", `${note.status}, ${count(note.bytes, "byte")}`, cut].join("\n");
}

function table(caption, heads, rows, marked = -1) {
  return h("div", { class: "table", tabindex: 0, role: "region", "aria-label": caption }, h("table", {},
    h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, words(head))))),
    h("tbody", {}, rows.map((cells, at) => h("tr", { class: at === marked ? "marked" : null }, cells.map((cell) => h("td", {}, cell)))))));
}
