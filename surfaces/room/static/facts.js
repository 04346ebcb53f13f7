// Facts in words. Each kind has a sentence; one that isn't known here is shown by its fields.

import { get } from "./api.js";

const items = new Map();
const MONTHS = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** The facts that say most stand first; the first is shown on a card. */
const ORDER = [
  "unfinished", "after_item", "played", "matches", "like_named", "has", "played_at_this_time", "plays_creator", "new_creator",
  "released", "popular", "plays_genre", "unheard", "ranked",
];

const SENTENCES = {
  ranked: (fact) => `Placed ${ordinal(fact.place)} by ${fact.model}`,
  played: (fact) => `Played ${times(fact.plays)}${fact.last ? `, last on ${day(fact.last * 1000)}` : ""}`,
  unheard: () => "Never played before",
  after_item: (fact) => `Goes with ${titleOf(fact.item_id)}`,
  plays_creator: (fact) => `${fact.creator}: played ${times(fact.plays)}`,
  new_creator: (fact) => `${fact.creator} is new to you`,
  plays_genre: (fact) => `${fact.genre}: played ${times(fact.plays)}`,
  released: (fact) => `Out since ${day(Date.parse(fact.day))}`,
  popular: (fact) => `${count(fact.plays, "play")} in ${count(fact.days, "day")}${fact.country ? `, ${fact.country}` : ""}`,
  unfinished: (fact) => `Stopped after ${length(fact.ms_played)}`,
  played_at_this_time: (fact) => `${token(fact.token)}: ${count(fact.plays, "play")} at this time (${fact.part_of_day})`,
  like_named: (fact) => `Placed ${ordinal(fact.place)} after ${fact.item_id ? titleOf(fact.item_id) : fact.creator}`,
  has: (fact) => token(fact.token),
  matches: (fact) => `Matches ${fact.words.map((word) => `“${word}”`).join(", ")} in its ${fact.text}`,
};

/** One fact as a sentence. */
export function sentence(fact) {
  const say = SENTENCES[fact.fact];
  return say ? say(fact) : fields(fact);
}

/** Facts in the order of how much they say. */
export function sorted(because) {
  const place = (fact) => (ORDER.includes(fact.fact) ? ORDER.indexOf(fact.fact) : ORDER.length - 2);
  return [...because].sort((a, b) => place(a) - place(b));
}

/** Knows the items of an answer by their titles, and asks for those that its facts name beside them. */
export async function learn(shown) {
  for (const item of shown) if (item.item_id) items.set(item.item_id, item);
  const named = shown.flatMap((item) => item.because ?? []).map((fact) => fact.item_id);
  const missing = [...new Set(named)].filter((id) => id && !items.has(id)).slice(0, 50);
  if (missing.length) await details(missing);
}

/** What the catalogue says of items, asked for once. */
export async function details(ids) {
  const unknown = ids.filter((id) => items.get(id)?.genres === undefined);
  if (unknown.length) {
    const query = unknown.map((id) => ["item_id", id]);
    const answer = await get("/room/items", query).catch(() => ({ items: [] }));
    for (const item of answer.items) items.set(item.item_id, { ...items.get(item.item_id), ...item });
  }
  return ids.map((id) => items.get(id)).filter(Boolean);
}

/** Milliseconds as minutes and seconds, or hours and minutes. */
export function length(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  const [minutes, rest] = [Math.floor(seconds / 60), String(seconds % 60).padStart(2, "0")];
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A number and its noun. */
export function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

/** A name of the code as words: `part_of_day` is "part of day". */
export function words(name) {
  return String(name).replaceAll("_", " ");
}

/** A day in words. */
export function day(milliseconds) {
  return Number.isNaN(milliseconds) ? "a day unknown" : MONTHS.format(milliseconds);
}

function titleOf(id) {
  return `“${items.get(id)?.title || id}”`;
}

function token(text) {
  const [column, value] = String(text).split("=", 2);
  return value === undefined ? column : `${words(column)} ${value}`;
}

function times(number) {
  return number === 1 ? "once" : number === 2 ? "twice" : `${number.toLocaleString("en")} times`;
}

function ordinal(number) {
  const teen = number % 100 > 10 && number % 100 < 14;
  return `${number}${teen ? "th" : ({ 1: "st", 2: "nd", 3: "rd" }[number % 10] ?? "th")}`;
}

function fields(fact) {
  const rest = Object.entries(fact).filter(([name]) => name !== "fact");
  const said = rest.map(([name, value]) => `${words(name)} ${Array.isArray(value) ? value.join(", ") : value}`);
  return [words(fact.fact ?? "fact"), said.join(", ")].filter(Boolean).join(": ");
}
