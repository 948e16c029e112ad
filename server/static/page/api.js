// Calls of this server. All addresses are relative to the page, so that they work below a path of a reverse proxy.
import { readEvents } from "./events.js";

const BASE = new URL(".", document.baseURI);

// An error that the server answered, or that kept it from answering.
export class ServerError extends Error {
  constructor(reason, message, status = 0, retryAfter = null) {
    super(message);
    this.reason = reason;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

export class Api {
  #token;

  constructor(token) {
    this.#token = token;
  }

  // The address under which programs reach the server.
  get address() {
    return BASE.href.replace(/\/$/, "");
  }

  // Whether this server wants a token.
  get signed() {
    return this.#token.value !== "";
  }

  async settings() {
    return (await this.#call("page/settings.json")).json();
  }

  // Send a document. The key makes a second try give the same job.
  async createJob(file, fields, key, signal) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      form.append(name, value);
    }
    form.append("file", file, file.name || "document");
    const answer = await this.#call("jobs", { method: "POST", body: form, headers: { "Idempotency-Key": key }, signal });
    return answer.json();
  }

  async job(id, signal) {
    return (await this.#call(`jobs/${id}`, { signal })).json();
  }

  // The finished pages from a number on, up to the first that is not finished.
  async pages(id, from, signal) {
    return (await this.#call(`jobs/${id}/pages?from=${from}`, { signal })).json();
  }

  // The events of a job as they come: {name, id, data}. The first is "open": the server answers. It ends with the stream; a
  // broken stream is an error.
  async *events(id, lastId, signal) {
    const headers = { Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) };
    const answer = await this.#call(`jobs/${id}/events`, { headers, signal });
    yield { name: "open" };
    if (answer.status !== 204) {
      yield* readEvents(answer.body);
    }
  }

  async result(id, extension, signal) {
    return (await this.#call(`jobs/${id}/result.${extension}`, { signal })).blob();
  }

  // Cancel a job that runs, or delete one that is finished.
  async deleteJob(id) {
    await this.#call(`jobs/${id}`, { method: "DELETE", keepalive: true });
  }

  // A picture that the server keeps behind a signed link.
  async picture(link) {
    const path = new URL(link, BASE).pathname.match(/files\/.*$/)?.[0] ?? link;
    return (await this.#call(path)).blob();
  }

  async #call(path, options = {}) {
    for (;;) {
      const answer = await this.#send(path, options);
      if (answer.ok) {
        return answer;
      }
      if (answer.status !== 401 || (await this.#token.ask()) === null) {
        throw await failure(answer);
      }
    }
  }

  async #send(path, { headers = {}, ...options }) {
    try {
      return await fetch(new URL(path, BASE), {
        ...options, headers: { ...this.#token.headers, ...headers }, cache: "no-store", credentials: "omit",
      });
    } catch (error) {
      if (error.name === "AbortError") {
        throw error;
      }
      throw new ServerError("unreachable", error.message);
    }
  }
}

async function failure(answer) {
  const body = await answer.text();
  const message = messageOf(body) ?? answer.statusText;
  const after = Number(answer.headers.get("Retry-After"));
  const reason = answer.headers.get("X-Error-Reason") ?? `status_${answer.status}`;
  return new ServerError(reason, message, answer.status, after > 0 ? after : null);
}

function messageOf(body) {
  let told;
  try {
    told = JSON.parse(body).errorMsg;
  } catch (error) {
    return null; // A proxy answered, not this server.
  }
  try {
    return JSON.parse(told).map((detail) => `${detail.loc.join(".")}: ${detail.msg}`).join("; ");
  } catch (error) {
    return told; // An ordinary sentence.
  }
}
