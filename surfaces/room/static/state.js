// Who listens, when and where: it stands in the address, so that a link shows the same page.

/** Events of the room: `visit` (who, when or where changed), `played`, `request`, `why`. */
export const room = new EventTarget();

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const DAY = 86_400_000;
const written = new Set(); // times that the page itself put into addresses: going back doesn't turn the clock back
const FIELDS = ["user", "at", "device", "country", "explicit"];

export const state = {
  user: "",
  clock: Date.now(), // milliseconds: the room's own time, which playing moves on
  base: Date.now(), // the first of the seven days that can be chosen
  device: "",
  country: "",
  explicit: true,
};

/** Sends an event of the room. */
export function tell(name, detail) {
  room.dispatchEvent(new CustomEvent(name, { detail }));
}

/** The parameters that every question takes. */
export function visit() {
  const said = { user_id: state.user, at: iso(state.clock), explicit: state.explicit ? "1" : "0" };
  if (state.device) said.device = state.device;
  if (state.country) said.country = state.country;
  return said;
}

/** The view that the address names, and its parameters. */
export function readAddress() {
  const [path, query = ""] = decodeHash().split("?", 2);
  return { view: path || "home", parameters: new URLSearchParams(query) };
}

/** Takes who, when and where from the address, as far as it says. */
export function takeAddress() {
  const { parameters } = readAddress();
  state.user = parameters.get("user") || state.user;
  const at = parameters.get("at") ?? "";
  if (!written.has(at) && !Number.isNaN(Date.parse(at))) state.clock = state.base = Date.parse(at);
  state.device = parameters.get("device") ?? state.device;
  state.country = parameters.get("country") ?? state.country;
  if (parameters.has("explicit")) state.explicit = parameters.get("explicit") !== "0";
}

/** The address of a view with who, when and where, and what the view adds. */
export function address(view, more = {}) {
  const said = { user: state.user, at: iso(state.clock), ...more };
  written.add(said.at);
  if (state.device) said.device = state.device;
  if (state.country) said.country = state.country;
  if (!state.explicit) said.explicit = "0";
  return `#/${view}?${new URLSearchParams(said)}`;
}

/** What the view itself wrote into the address. */
export function ownParameters(parameters) {
  return Object.fromEntries([...parameters].filter(([name]) => !FIELDS.includes(name)));
}

/** ISO 8601 of the browser's own zone, with its offset. */
export function iso(milliseconds) {
  const date = new Date(milliseconds);
  const offset = -date.getTimezoneOffset();
  const local = new Date(milliseconds + offset * 60_000).toISOString().slice(0, 19);
  const size = Math.abs(offset);
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** The place of the clock's day in WEEKDAYS. */
export function weekday() {
  return (new Date(state.clock).getDay() + 6) % 7;
}

/** Moves the clock to a weekday and an hour among the seven days from the base. */
export function moveClock(day, hour) {
  const date = new Date(state.base);
  date.setHours(hour, 0, 0, 0);
  const first = (date.getDay() + 6) % 7;
  state.clock = date.getTime() + ((day - first + 7) % 7) * DAY;
}

/** Moves the clock and its seven days by weeks. */
export function moveWeeks(weeks) {
  state.clock += weeks * 7 * DAY;
  state.base += weeks * 7 * DAY;
}

/** What the browser keeps for this page; nothing where it may not. */
export function recall(name) {
  try {
    return localStorage.getItem(`room.${name}`);
  } catch {
    return null;
  }
}

/** Keeps something for this page in the browser, where it may. */
export function remember(name, value) {
  try {
    localStorage.setItem(`room.${name}`, value);
  } catch {
    // A browser that keeps nothing shows the page as well.
  }
}

function decodeHash() {
  return location.hash.startsWith("#/") ? location.hash.slice(2) : "";
}

function two(number) {
  return String(number).padStart(2, "0");
}
