// AI Playlists: a prompt becomes a typed query, which is shown, and then a list. A second sentence refines it.

import { post } from "./api.js";
import { announce, byId, h, replace } from "./dom.js";
import { count, learn, words } from "./facts.js";
import { list } from "./items.js";
import { mosaicHead } from "./lists.js";
import { state, visit } from "./state.js";
import { degraded, head } from "./views.js";

const EXAMPLES = ["Calm music to study by", "An hour of music from the 2010s", "Jazz I have never heard", "Podcasts about science"];

let made = { user: "", answer: null, sentences: [] };

export const playlists = {
  title: "AI Playlists",
  follows: false,
  show() {
    if (made.user !== state.user) made = { user: state.user, answer: null, sentences: [] };
    build();
    show();
  },
};

function build() {
  replace(
    byId("main"),
    head("AI Playlists", "Say in a sentence what it shall be. What wasn’t understood is said, not guessed."),
    form("prompt", "A prompt", "upbeat indie from the 2010s, no live takes, an hour", "Make it", (text) => ask(text, false)),
    h("div", { class: "wishes", role: "group", "aria-label": "Examples" },
      EXAMPLES.map((text) => h("button", { type: "button", class: "chip", "data-key": text, onclick: () => { byId("prompt").value = text; ask(text, false); } }, text))),
    h("div", { id: "made" }),
  );
}

function form(id, label, placeholder, action, ask) {
  const field = h("input", { id, type: "text", maxlength: 1000, autocomplete: "off", placeholder, "data-key": id });
  const submit = (event) => {
    event.preventDefault();
    if (field.value.trim()) ask(field.value.trim());
  };
  return h("form", { class: "ask", onsubmit: submit }, h("label", { for: id, class: "unseen" }, label), field, h("button", { type: "submit", class: "chip strong" }, action));
}

async function ask(prompt, refining) {
  const body = { ...visit(), explicit: state.explicit ? 1 : 0, prompt };
  if (refining && made.answer) body.playlist = made.answer.playlist;
  try {
    const answer = await post("/v1/playlists", body);
    await learn(answer.items);
    made = { user: body.user_id, answer, sentences: refining ? [...made.sentences, prompt] : [prompt] };
    show();
    announce(`${answer.title}: ${count(answer.items.length, "item")}.`);
  } catch (error) {
    replace(byId("made"), h("p", { class: "notice", role: "alert" }, error.message));
  }
}

function show() {
  const { answer } = made;
  if (!answer || !byId("made")) return;
  replace(
    byId("made"),
    mosaicHead(answer, answer.title, `${count(answer.items.length, "item")} for ${made.sentences.map((text) => `“${text}”`).join(", then ")}`, { level: "h2" }),
    degraded(answer),
    h("dl", { class: "understood" }, Object.entries(answer.understood).flatMap(([name, value]) => understood(name, value))),
    answer.not_understood.length ? h("p", { class: "notice" }, `Not understood: ${answer.not_understood.map((part) => `“${textOf(part)}”`).join(", ")}`) : null,
    answer.short?.length ? h("p", { class: "notice" }, `Fewer than were wished for: ${answer.short.map(shortage).join(", ")}.`) : null,
    list("made", answer.items, { request_id: answer.request_id }),
    h("h3", {}, "Refine it"),
    form("refine", "A second sentence", "less of the first band, more from the eighties", "Refine", (text) => ask(text, true)),
  );
}

function shortage({ of, wanted, got }) {
  return `${Math.round(got)} of ${Math.round(wanted)} ${words(of)}`;
}

function understood(name, value) {
  const values = (Array.isArray(value) ? value : [value]).map(textOf).filter(Boolean);
  if (!values.length) return [];
  return [h("dt", {}, words(name)), h("dd", {}, values.map((one) => h("span", { class: "pill" }, one)))];
}

/** A value of a typed query in words; "" for one that says nothing. */
function textOf(value) {
  if (value === null || value === undefined || value === false) return "";
  if (value === true) return "yes";
  if (Array.isArray(value)) return value.map(textOf).filter(Boolean).join(", ");
  if (typeof value !== "object") return words(value);
  if ("first" in value && "last" in value) return `${value.first ?? "…"} to ${value.last ?? "…"}`;
  if ("word" in value) return [value.word, textOf(value.tags?.filter((tag) => tag !== value.word))].filter(Boolean).join(": ");
  const parts = Object.entries(value).map(([name, one]) => [words(name), textOf(one)]);
  return parts.filter(([, text]) => text).map(([name, text]) => `${name} ${text}`).join(", ");
}
