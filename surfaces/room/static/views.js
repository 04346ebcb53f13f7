// What all views share: headings, waiting, what went wrong.

import { byId, h, replace } from "./dom.js";

/** The head of a view: its title, and a line beneath; of a part of one where its `level` is "h2". */
export function head(title, line = "", more = [], level = "h1") {
  return h("div", { class: "head" }, h(level, { tabindex: -1 }, title), line ? h("p", { class: "lead" }, line) : null, more);
}

/** Where a destination answered from what it has, the reason. */
export function degraded(answer) {
  if (!answer.degraded) return null;
  const reason = typeof answer.degraded === "string" ? answer.degraded : answer.reason;
  return h("p", { class: "notice" }, `Answered without the models${reason ? `: ${reason}` : "."}`);
}

/** Shows the shape of what is being waited for. */
export function waiting(title) {
  const bones = Array.from({ length: 6 }, () => h("li", { class: "bone" }));
  replace(byId("main"), head(title), h("ul", { class: "cards", "aria-hidden": "true" }, bones));
}

/** Says what went wrong, and offers to try again. */
export function failed(title, error, again) {
  replace(
    byId("main"),
    head(title),
    h("div", { class: "notice", role: "alert" }, h("p", {}, error.message), h("button", { type: "button", class: "chip", "data-key": "again", onclick: again }, "Try again")),
  );
}
