// The room: shows the view that the address names, for whoever listens, whenever that is.

import { dj } from "./dj.js";
import { announce, byId, h, replace } from "./dom.js";
import { home } from "./home.js";
import { daylist, weekly } from "./lists.js";
import { startPanel } from "./panel.js";
import { player } from "./player.js";
import { playlists } from "./playlists.js";
import { search } from "./search.js";
import { address, moveClock, ownParameters, readAddress, recall, remember, room, state, takeAddress, tell, weekday, WEEKDAYS } from "./state.js";
import { failed, waiting } from "./views.js";
import { chooseListener, listeners } from "./who.js";

const VIEWS = { home, search, "discover-weekly": weekly, daylist, dj, playlists };
const THEMES = ["system", "light", "dark"];
const DAY = 86_400_000;
const LONG_AGO = 14 * DAY;

let showing = new AbortController();
let current = "";

async function show({ moved = false, again = false } = {}) {
  const { view: name, parameters } = readAddress();
  const view = VIEWS[name] ?? home;
  showing.abort();
  showing = new AbortController();
  const { signal } = showing;
  document.title = `${view.title} · Upnext`;
  showControls(name);
  const first = current !== name;
  current = name;
  if (first) waiting(view.title);
  try {
    await view.show({ signal, parameters, moved, again });
  } catch (error) {
    if (error.name === "AbortError") return;
    failed(view.title, error, () => show());
  }
  if (signal.aborted) return;
  if (moved && !byId("main").contains(document.activeElement)) byId("main").querySelector("h1")?.focus();
  if (moved) byId("main").scrollTop = 0;
  document.body.dataset.ready = name;
  tell("shown");
}

/** Puts who, when and where into the address and the controls. */
function showControls(name) {
  for (const link of document.querySelectorAll("nav a")) {
    link.setAttribute("href", address(link.dataset.view));
    if (link.dataset.view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const date = new Date(state.clock);
  const hour = `${String(date.getHours()).padStart(2, "0")}:${String(date.getMinutes()).padStart(2, "0")}`;
  byId("listener-name").textContent = state.user;
  byId("weekday").value = String(weekday());
  byId("hour").value = String(date.getHours());
  byId("hour").setAttribute("aria-valuetext", hour);
  byId("hour-text").textContent = hour;
  byId("device").value = state.device;
  byId("country").value = state.country;
  byId("explicit").checked = state.explicit;
  byId("moment").textContent = `${WEEKDAYS[weekday()].slice(0, 3)} ${hour}`;
  const { view, parameters } = readAddress();
  history.replaceState(null, "", address(view, ownParameters(parameters)));
}

function startControls() {
  replace(byId("weekday"), WEEKDAYS.map((day, at) => h("option", { value: at }, day)));
  const controls = byId("controls");
  controls.addEventListener("submit", (event) => event.preventDefault());
  byId("hour").addEventListener("input", () => {
    byId("hour-text").textContent = `${byId("hour").value.padStart(2, "0")}:00`;
  });
  controls.addEventListener("change", (event) => {
    if (["weekday", "hour"].includes(event.target.id)) moveClock(Number(byId("weekday").value), Number(byId("hour").value));
    state.device = byId("device").value;
    state.country = byId("country").value.trim().toUpperCase();
    state.explicit = byId("explicit").checked;
    tell("visit");
  });
  byId("more").addEventListener("click", () => {
    const opened = controls.classList.toggle("open");
    byId("more").setAttribute("aria-expanded", String(opened));
  });
  byId("listener").addEventListener("click", chooseListener);
  byId("theme").addEventListener("click", () => {
    const next = THEMES[(THEMES.indexOf(recall("theme") ?? "system") + 1) % THEMES.length];
    remember("theme", next);
    showTheme(next);
    announce(`Theme: ${next}`);
  });
  showTheme(recall("theme") ?? "system");
  document.querySelector(".skip-link").addEventListener("click", (event) => {
    event.preventDefault();
    byId("main").focus();
  });
}

function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme-text").textContent = `Theme: ${theme}`;
  byId("theme").title = `Theme: ${theme}`;
}

/** Without a listener in the address: one of the log, on the morning after it if that was long ago. */
async function meetSomebody() {
  const known = await listeners().catch(() => ({ listeners: [], newest: 0 }));
  const end = known.newest * 1000;
  if (!readAddress().parameters.has("at") && end && Date.now() - end > LONG_AGO) state.clock = state.base = morningAfter(end);
  const longest = [...known.listeners].sort((a, b) => b.plays - a.plays);
  state.user ||= longest[Math.floor(longest.length / 2)]?.user_id ?? "a stranger";
}

function morningAfter(end) {
  const morning = new Date(end);
  morning.setHours(8, 0, 0, 0);
  return morning.getTime() + (morning.getTime() < end ? DAY : 0);
}

async function start() {
  startControls();
  takeAddress();
  player.show();
  const { parameters } = readAddress();
  if (!parameters.has("user") || !parameters.has("at")) await meetSomebody();
  room.addEventListener("visit", (event) => {
    if (event.detail?.listener) player.clear();
    show();
  });
  room.addEventListener("played", () => {
    if (VIEWS[current]?.follows) show({ again: true });
    else showControls(current);
  });
  addEventListener("hashchange", () => {
    takeAddress();
    show({ moved: true });
  });
  startPanel();
  await show();
}

start();
