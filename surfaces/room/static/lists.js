// The two lists that are made for one: Discover Weekly for a week, Daylist for a part of a day.

import { get } from "./api.js";
import { cover } from "./covers.js";
import { byId, h, icon, replace } from "./dom.js";
import { count, learn } from "./facts.js";
import { list } from "./items.js";
import { player } from "./player.js";
import { moveWeeks, state, tell, visit, weekday, WEEKDAYS } from "./state.js";
import { degraded, head } from "./views.js";

const MONDAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" });

export const weekly = {
  title: "Discover Weekly",
  follows: false,
  async show(stage) {
    const answer = await get("/v1/discover-weekly", visit(), stage.signal);
    await learn(answer.items);
    if (stage.signal.aborted) return;
    const week = answer.week.replace(/^(\d+)-W0?(\d+)$/, "week $2 of $1");
    replace(
      byId("main"),
      mosaicHead(
        answer,
        "Discover Weekly",
        `${count(answer.items.length, "track")} never played before, for ${week}, from Monday, ${MONDAY.format(monday())}. It stays as it is until Sunday.`,
        { buttons: [weekButton("The week before", -1), weekButton("The week after", 1)] },
      ),
      degraded(answer),
      list("weekly", answer.items, { request_id: answer.request_id }),
    );
  },
};

export const daylist = {
  title: "Daylist",
  follows: true,
  async show(stage) {
    const answer = await get("/v1/daylist", visit(), stage.signal);
    await learn(answer.items);
    if (stage.signal.aborted) return;
    const borne = answer.words.map((one) =>
      h("li", { class: "pill" }, one.word, h("span", { class: "share" }, `${one.items} of ${answer.items.length}`)),
    );
    replace(
      byId("main"),
      mosaicHead(
        answer,
        answer.title,
        `${count(answer.items.length, "item")} for ${WEEKDAYS[weekday()]}, ${answer.part_of_day}. Each word is true of so many of them:`,
        { parts: h("ul", { class: "pills", role: "list" }, borne) },
      ),
      degraded(answer),
      list("daylist", answer.items, { request_id: answer.request_id }),
    );
  },
};

/** A head with four covers, a button that plays the whole, and other buttons and parts that belong there. */
export function mosaicHead(answer, title, line, { parts = [], buttons = [], level = "h1" } = {}) {
  const all = () => player.play(answer.items, 0, { request_id: answer.request_id });
  const play = h("button", { type: "button", class: "chip strong", "data-key": `play all ${level}`, onclick: all }, icon("play"), "Play");
  return h(
    "div",
    { class: "mosaic-head" },
    h("div", { class: "mosaic", "aria-hidden": "true" }, answer.items.slice(0, 4).map(cover)),
    h("div", {}, head(title, line, parts, level), h("div", { class: "actions" }, answer.items.length ? play : null, buttons)),
  );
}

function weekButton(text, weeks) {
  const move = () => {
    moveWeeks(weeks);
    tell("visit");
  };
  return h("button", { type: "button", class: "chip", "data-key": text, onclick: move }, text);
}

function monday() {
  const date = new Date(state.clock);
  date.setDate(date.getDate() - weekday());
  return date;
}
