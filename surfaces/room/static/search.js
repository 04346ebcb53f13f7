// Search: results while one types, items, creators and shows by their type.

import { get } from "./api.js";
import { announce, byId, h, replace } from "./dom.js";
import { count, learn, words } from "./facts.js";
import { row } from "./items.js";
import { player } from "./player.js";
import { address, visit } from "./state.js";
import { degraded, head } from "./views.js";

const PAUSE = 120;
const LIMIT = 30;

let asking = new AbortController();
let timer = 0;

export const search = {
  title: "Search",
  follows: false,
  async show(stage) {
    const text = stage.parameters.get("q") ?? "";
    const field = h("input", {
      id: "query", type: "search", placeholder: "A title, a creator, a show, a mood …", autocomplete: "off", spellcheck: "false",
      maxlength: 200, "data-key": "query", "aria-describedby": "found-count",
      oninput: () => {
        clearTimeout(timer);
        timer = setTimeout(() => find(field.value), PAUSE);
      },
    });
    field.value = text;
    replace(
      byId("main"),
      head("Search"),
      h("form", { class: "ask", role: "search", onsubmit: (event) => { event.preventDefault(); find(field.value); } },
        h("label", { for: "query", class: "unseen" }, "Search for"), field),
      h("p", { id: "found-count", class: "lead" }),
      h("div", { id: "found" }),
    );
    if (stage.moved) field.focus();
    await find(text);
  },
};

async function find(text) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const query = text.trim();
  history.replaceState(null, "", address("search", query ? { q: query } : {}));
  if (!query) return show([], {}, "Type a few letters: typos and words in any order are fine.");
  try {
    const answer = await get("/v1/search", { q: query, limit: LIMIT, ...visit() }, signal);
    await learn(answer.results);
    if (signal.aborted) return undefined;
    const said = answer.results.length ? count(answer.results.length, "result") : `Nothing for “${query}”.`;
    announce(said);
    return show(answer.results, answer, said);
  } catch (error) {
    return error.name === "AbortError" ? undefined : show([], {}, error.message);
  }
}

function show(results, answer, said) {
  if (!byId("found")) return;
  byId("found-count").textContent = said;
  const items = results.filter((one) => one.item_id);
  const rows = results.map((one) => (one.item_id ? itemRow(one, items, answer) : groupRow(one)));
  replace(byId("found"), degraded(answer), h("ol", { class: "rows", role: "list" }, rows));
}

function itemRow(item, items, answer) {
  const play = () => player.play(items, items.indexOf(item), { request_id: answer.request_id });
  return row(item, `found ${item.item_id}`, play);
}

function groupRow(group) {
  const name = group.title || group.name || group.creator || group.genre || group.id;
  return h(
    "li",
    { class: "row group" },
    h("span", { class: "badge" }, words(group.type)),
    h("a", { class: "title", href: address("search", { q: name }), "data-key": `group ${group.type} ${name}` }, name),
    typeof group.items === "number" ? h("span", { class: "creator" }, count(group.items, "item")) : null,
  );
}
