// Questions to the application, and a note of each for the engineers' panel.

import { tell } from "./state.js";

const KEPT = 30;

/** The last questions, newest first: method, address, body, status, milliseconds, bytes, answer. */
export const requests = [];

/** An answer that is an error: its sentence and its status, 0 where nothing answered. */
export class AnswerError extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Asks with GET. */
export function get(path, query = {}, signal = undefined) {
  const parameters = new URLSearchParams(query).toString();
  return ask("GET", parameters ? `${path}?${parameters}` : path, undefined, signal);
}

/** Asks with POST and a body of JSON. */
export function post(path, body, signal = undefined) {
  return ask("POST", path, body, signal);
}

async function ask(method, url, body, signal) {
  const start = performance.now();
  const note = { method, url, body, status: 0, milliseconds: 0, bytes: 0, answer: undefined };
  try {
    const response = await fetch(url, {
      method,
      signal,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    note.status = response.status;
    note.bytes = new TextEncoder().encode(text).length;
    note.answer = parse(text);
    if (!response.ok) throw new AnswerError(note.answer?.error ?? `The answer was ${response.status}.`, response.status);
    return note.answer;
  } catch (error) {
    if (error.name === "AbortError" || error instanceof AnswerError) throw error;
    throw new AnswerError("The application doesn't answer: is it still running?", 0);
  } finally {
    note.milliseconds = performance.now() - start;
    if (!signal?.aborted) {
      requests.unshift(note);
      requests.length = Math.min(requests.length, KEPT);
      tell("request", note);
    }
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
