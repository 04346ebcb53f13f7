// DJ: a session that goes on. It speaks before each segment, and one can talk to it.

import { post } from "./api.js";
import { byId, h, icon, replace } from "./dom.js";
import { learn, sentence } from "./facts.js";
import { shelf } from "./items.js";
import { state, visit } from "./state.js";
import { degraded, head } from "./views.js";

const WISHES = ["Less talk", "Calmer", "Older", "More like this", "No more of this creator", "Change it up"];

let session = { user: "", id: undefined, turns: [] };
let busy = false;

export const dj = {
  title: "DJ",
  follows: false,
  async show(stage) {
    if (session.user !== state.user) session = { user: state.user, id: undefined, turns: [] };
    show();
    if (!session.turns.length) await ask("", stage.signal);
  },
};

async function ask(say, signal = undefined) {
  if (busy) return [];
  busy = true;
  const asked = session;
  const first = asked.turns.length;
  if (say) asked.turns.push({ said: say });
  show();
  try {
    const body = { ...visit(), explicit: state.explicit ? 1 : 0 };
    if (asked.id) body.session = asked.id;
    if (say) body.say = say;
    const answer = await post("/v1/dj", body, signal);
    await learn(answer.segments.flatMap((segment) => segment.items));
    asked.id = answer.session;
    const missed = [...(answer.not_understood ?? []), ...(answer.unmet ?? [])].map((part) => `“${part}”`);
    if (missed.length) asked.turns.push({ trouble: `Not done: ${missed.join(", ")}` });
    if (!answer.segments.length) asked.turns.push({ trouble: "Nothing is left that fits what was wished for." });
    asked.turns.push(...answer.segments.map((segment) => ({ segment, answer })));
    return answer.segments.flatMap((segment) => segment.items);
  } catch (error) {
    if (error.name !== "AbortError") asked.turns.push({ trouble: error.message });
    return [];
  } finally {
    busy = false;
    show(first);
  }
}

/** Shows the session, from its turn number `from` on where that is given, so that what is new is read from its beginning. */
function show(from = undefined) {
  if (!location.hash.startsWith("#/dj")) return;
  const main = byId("main");
  if (!byId("talk")) build(main);
  const log = byId("talk");
  const turns = session.turns.map((turn, at) => turnOf(turn, at));
  replace(log, turns, busy ? h("p", { class: "thinking" }, "…") : null);
  for (const button of main.querySelectorAll(".wishes button, .ask button")) button.disabled = busy;
  if (from === undefined) log.lastElementChild?.scrollIntoView({ block: "nearest" });
  else if (from > 0) log.children[from]?.scrollIntoView({ block: "start" });
}

function build(main) {
  const field = h("input", { id: "say", type: "text", maxlength: 500, autocomplete: "off", placeholder: "less talk, calmer, something from the eighties …", "data-key": "say" });
  const submit = (event) => {
    event.preventDefault();
    const said = field.value.trim();
    field.value = "";
    ask(said);
  };
  replace(
    main,
    head("DJ", "A few words, then three to five items. Say what you want, or let it go on."),
    h("div", { id: "talk", class: "talk", role: "log", "aria-label": "What the DJ says" }),
    h("div", { class: "desk" },
      h("div", { class: "wishes", role: "group", "aria-label": "Wishes" },
        WISHES.map((wish) => h("button", { type: "button", class: "chip", "data-key": wish, onclick: () => ask(wish.toLowerCase()) }, wish)),
        h("button", { type: "button", class: "chip strong", "data-key": "go on", onclick: () => ask("") }, "Go on")),
      h("form", { class: "ask", onsubmit: submit }, h("label", { for: "say", class: "unseen" }, "Talk to the DJ"), field, h("button", { type: "submit", class: "chip strong" }, "Say"))),
  );
}

function turnOf(turn, at) {
  if (turn.said) return h("p", { class: "mine" }, turn.said);
  if (turn.trouble) return h("p", { class: "notice" }, turn.trouble);
  const { segment, answer } = turn;
  return h(
    "section",
    { class: "segment", "aria-labelledby": `segment-${at}` },
    h("h2", { id: `segment-${at}` }, segment.theme),
    degraded(answer),
    h("div", { class: "spoken" }, icon("dj"), h("div", {}, segment.spoken.map(spokenLine))),
    shelf(`dj ${at}`, segment.items, { request_id: answer.request_id, more: () => ask("") }),
  );
}

function spokenLine(line) {
  if (!line.facts?.length) return h("p", {}, line.text);
  return h("details", {}, h("summary", {}, line.text), h("ul", { class: "facts" }, line.facts.map((fact) => h("li", {}, sentence(fact)))));
}
