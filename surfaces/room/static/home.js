// Home: shelves. A play or a skip changes them at once; what wasn't there before is marked.

import { get } from "./api.js";
import { announce, byId, h, replace } from "./dom.js";
import { count, learn } from "./facts.js";
import { shelf } from "./items.js";
import { state, visit } from "./state.js";
import { degraded, head } from "./views.js";

let before = { user: "", ids: new Set() };

export const home = {
  title: "Home",
  follows: true,
  async show(stage) {
    const answer = await get("/v1/home", visit(), stage.signal);
    const shown = answer.shelves.flatMap((one) => one.items);
    await learn(shown);
    if (stage.signal.aborted) return;
    const again = stage.again && before.user === state.user;
    const fresh = new Set(again ? shown.map((item) => item.item_id).filter((id) => !before.ids.has(id)) : []);
    before = { user: state.user, ids: new Set(shown.map((item) => item.item_id)) };
    const source = { request_id: answer.request_id, fresh };
    replace(
      byId("main"),
      head(greeting()),
      degraded(answer),
      answer.shelves.map((one, at) => section(one, at, source)),
      answer.shelves.length ? null : h("p", { class: "notice" }, "There is nothing to show."),
    );
    if (again) announce(`Home has changed: ${count(fresh.size, "item")} new.`);
  },
};

function section(one, at, source) {
  const heading = `shelf-${at}`;
  const chance = typeof one.propensity === "number" ? h("span", { class: "chance", title: "How probable this shelf was here" }, `p ${one.propensity.toFixed(2)}`) : null;
  return h(
    "section",
    { class: "shelf", "aria-labelledby": heading },
    h("h2", { id: heading }, one.title, " ", chance),
    shelf(one.id, one.items, source),
  );
}

function greeting() {
  const hour = new Date(state.clock).getHours();
  if (hour < 5) return "Up late";
  return hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
}
