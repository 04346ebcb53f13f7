// Cover art from ids: the creator chooses the colours, the item the drawing. The same ids give the same cover.

import { svg } from "./dom.js";

const TALK = new Set(["audiobook", "chapter", "episode", "podcast", "show"]);
const DRAWINGS = [sun, arcs, tiles, waves, hills, dots, rays, discs];

/** A square cover of an item. */
export function cover(item) {
  const id = item.item_id ?? item.title ?? "";
  const creator = item.creator || id;
  const talk = TALK.has(item.kind);
  const colours = palette(dice(creator), talk ? () => 0.5 : dice(`${id} colours`));
  const draw = talk ? voice : DRAWINGS[Math.floor(dice(`${id} drawing`)() * DRAWINGS.length)];
  return svg(
    "svg",
    { class: "cover", viewBox: "0 0 100 100", "aria-hidden": "true", focusable: "false", preserveAspectRatio: "xMidYMid slice" },
    svg("rect", { width: 100, height: 100, fill: colours.back }),
    draw(dice(id), colours, creator),
  );
}

/** Numbers from 0 to 1 that a text decides (FNV-1a, then mulberry32). */
function dice(text) {
  let seed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) seed = Math.imul(seed ^ byte, 0x01000193);
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Five colours: the creator's, turned a little for each item. */
function palette(creators, own) {
  const hue = creators() * 360 + (own() - 0.5) * 70;
  const turn = [40, 150, 180, 215, -45][Math.floor(creators() * 5)];
  const dark = own() < 0.35;
  const colour = (light, strength, angle) =>
    `oklch(${light.toFixed(3)} ${strength.toFixed(3)} ${(((angle % 360) + 360) % 360).toFixed(1)})`;
  return {
    back: dark ? colour(0.32, 0.07, hue) : colour(0.83, 0.075, hue),
    main: dark ? colour(0.68, 0.15, hue + 12) : colour(0.56, 0.15, hue),
    second: dark ? colour(0.8, 0.11, hue + turn) : colour(0.7, 0.13, hue + turn),
    third: dark ? colour(0.5, 0.12, hue - 20) : colour(0.4, 0.1, hue + turn / 2),
    light: colour(0.95, 0.03, hue + 40),
  };
}

function pick(next, list) {
  return list[Math.floor(next() * list.length)];
}

function circle(x, y, radius, fill) {
  return svg("circle", { cx: x, cy: y, r: radius, fill });
}

function sun(next, { back, main, second, light }) {
  const x = 30 + next() * 40;
  const y = 36 + next() * 16;
  const radius = 22 + next() * 9;
  const lines = Array.from({ length: 5 }, (_, line) =>
    svg("rect", { x: 0, y: y + 2 + line * 7.2, width: 100, height: 1.4 + line * 0.75, fill: back }),
  );
  return [circle(x, y, radius, pick(next, [main, second])), ...lines, svg("rect", { y: 84, width: 100, height: 16, fill: pick(next, [main, light]) })];
}

function arcs(next, { main, second, third, light }) {
  const [x, y] = pick(next, [[0, 0], [100, 0], [0, 100], [100, 100]]);
  const count = 4 + Math.floor(next() * 2);
  const colours = [main, light, second, third];
  return Array.from({ length: count }, (_, ring) => circle(x, y, 92 - ring * (84 / count), colours[ring % 4]));
}

function tiles(next, { back, main, second, third, light }) {
  const size = pick(next, [25, 33.34]);
  const shapes = [];
  for (let y = 0; y < 99; y += size) {
    for (let x = 0; x < 99; x += size) {
      const [ground, figure] = pick(next, [[back, main], [main, light], [second, third], [back, second], [third, light], [light, main]]);
      shapes.push(svg("rect", { x, y, width: size + 0.3, height: size + 0.3, fill: ground }));
      const turn = `rotate(${90 * Math.floor(next() * 4)} ${x + size / 2} ${y + size / 2})`;
      if (next() < 0.7) shapes.push(svg("path", { d: `M${x} ${y}h${size}a${size} ${size} 0 0 1-${size} ${size}z`, fill: figure, transform: turn }));
      else shapes.push(circle(x + size / 2, y + size / 2, size * 0.3, figure));
    }
  }
  return shapes;
}

function waves(next, { main, second, third, light }) {
  const high = 5 + next() * 7;
  const colours = [second, main, light, third];
  return Array.from({ length: 4 }, (_, band) => {
    const y = 26 + band * 19;
    const shift = next() * 50 - 50;
    const path = `M${shift} ${y}q12.5-${high} 25 0t25 0 25 0 25 0 25 0 25 0V101H${shift}z`;
    return svg("path", { d: path, fill: colours[band] });
  });
}

function hills(next, { main, second, third, light }) {
  const colours = [second, main, third];
  const moon = circle(20 + next() * 60, 20 + next() * 12, 7 + next() * 6, light);
  return [
    moon,
    ...colours.map((fill, row) => {
      const tops = Array.from({ length: 4 }, (_, at) => `L${at * 33.4} ${42 + row * 17 + (next() - 0.5) * 26}`);
      return svg("path", { d: `M0 101${tops.join("")}L101 101z`, fill });
    }),
  ];
}

function dots(next, { main, second, light }) {
  const count = 6 + Math.floor(next() * 2);
  const step = 100 / count;
  const [a, b, phase] = [0.5 + next(), 0.5 + next(), next() * 6];
  const shapes = [];
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      const size = 0.5 + 0.5 * Math.sin(a * row + b * column + phase);
      shapes.push(circle((column + 0.5) * step, (row + 0.5) * step, step * (0.1 + 0.36 * size), size > 0.86 ? light : size > 0.45 ? main : second));
    }
  }
  return shapes;
}

function rays(next, { main, second, third, light }) {
  const [x, y] = [20 + next() * 60, pick(next, [100, 72, 50])];
  const count = 14;
  const colours = [main, second];
  const turn = next();
  const wedges = Array.from({ length: count }, (_, at) => {
    const [from, to] = [at, at + 1].map((edge) => ((edge + turn) / count) * 2 * Math.PI);
    if (at % 2) return null;
    return svg("path", {
      d: `M${x} ${y}L${x + 160 * Math.cos(from)} ${y + 160 * Math.sin(from)}L${x + 160 * Math.cos(to)} ${y + 160 * Math.sin(to)}z`,
      fill: colours[(at / 2) % 2],
    });
  });
  return [...wedges, circle(x, y, 17, third), circle(x, y, 10, light)];
}

function discs(next, { main, second, third, light }) {
  const x = 36 + next() * 10;
  const y = 36 + next() * 28;
  const radius = 24 + next() * 5;
  return [
    circle(x, y, radius, main),
    svg("circle", { cx: 100 - x, cy: 100 - y, r: radius, fill: second, "fill-opacity": 0.88 }),
    svg("rect", { x: 0, y: 47 + next() * 4, width: 100, height: 2.4, fill: light }),
    circle(100 - x, 100 - y, 4.5, third),
  ];
}

/** Somebody speaks: the letters of the show over the bars of its voice. */
function voice(next, { main, second, light }, creator) {
  const letters = [...creator.replace(/^(the|a|an)\s+/i, "").matchAll(/\b[\p{L}\p{N}]/gu)].slice(0, 2).join("").toUpperCase();
  const bars = Array.from({ length: 13 }, (_, bar) => {
    const tall = 5 + 24 * next() * Math.sin(((bar + 1) / 14) * Math.PI);
    return svg("rect", { x: 8 + bar * 6.6, y: 76 - tall / 2, width: 3.8, height: tall, rx: 1.9, fill: bar % 4 === 1 ? second : main });
  });
  const text = { x: 8, y: 46, "font-size": 44, "font-weight": 800, "letter-spacing": -2, fill: main };
  return [svg("rect", { width: 100, height: 3.2, fill: second }), svg("text", text, letters || "…"), ...bars, circle(88, 16, 4, light)];
}
