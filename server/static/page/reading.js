// Reads one document as a job: sends it, takes its pages as they come, and goes on where the connection broke.
import { ServerError } from "./api.js";
import { Doc, failedPage, readPage } from "./document.js";
import { explain } from "./failures.js";
import { Turns } from "./turns.js";

const FIRST_PAUSE = 1;
const LONGEST_PAUSE = 15;
const FINAL = ["done", "failed", "cancelled"];
const AWAY = ["reconnecting", "busy"];
// What the page itself needs of every answer.
const NEEDED_FORMATS = ["layout", "markdown", "text"];

// One document is sent at a time, because they share a connection, and the first page of the first one matters most.
const sending = new Turns(1);
// A browser has six connections to a server. Each stream of events holds one, and the pages need some too.
const listening = new Turns(3);
let count = 0;

export class Reading extends EventTarget {
  #api;
  #control = new AbortController();
  #key = "";
  #lastEvent = "";
  #maxBytes;
  #next = 1;
  #pulling = Promise.resolve();

  // Files above `maxBytes` are not sent.
  constructor(api, file, parameters, maxBytes) {
    super();
    count += 1;
    this.#api = api;
    this.#maxBytes = maxBytes;
    this.file = file;
    this.parameters = parameters;
    this.doc = new Doc(String(count), file.name);
    this.doc.addEventListener("state", () => this.dispatchEvent(new Event("change")));
    this.doc.addEventListener("page", () => this.dispatchEvent(new Event("change")));
    this.jobId = null;
    this.failure = null;
    this.warnings = [];
    this.pagesDone = 0;
    this.pagesWanted = 0;
  }

  get ended() {
    return FINAL.includes(this.doc.state);
  }

  // Read it from the begin. It ends when the job has ended; failures are told in `failure`.
  async start() {
    this.#forget(this.jobId); // An earlier try, which failed.
    this.#reset();
    const control = this.#control;
    try {
      await this.#submit();
      await this.#follow();
    } catch (error) {
      if (!control.signal.aborted) {
        this.#fail(error);
      }
    }
  }

  async cancel() {
    this.#control.abort();
    const { jobId } = this;
    this.jobId = null;
    this.doc.state = "cancelled";
    await this.#forget(jobId);
  }

  // Delete the document and its results from the server.
  async remove() {
    const unfinished = !this.ended;
    this.#control.abort();
    await this.#forget(this.jobId);
    if (unfinished) {
      await this.#forget(this.jobId); // The first call only cancelled it.
    }
    this.jobId = null;
    this.doc.clear();
  }

  #reset() {
    this.#control.abort();
    this.#control = new AbortController();
    this.#key = randomKey();
    this.#lastEvent = "";
    this.#next = 1;
    this.#pulling = Promise.resolve();
    this.jobId = null;
    this.failure = null;
    this.warnings = [];
    this.pagesDone = 0;
    this.pagesWanted = 0;
    this.doc.clear();
    this.doc.state = "waiting";
  }

  async #submit() {
    if (this.file.size > this.#maxBytes) {
      throw new ServerError("too_large", "");
    }
    if (this.file.size === 0) {
      throw new ServerError("empty", ""); // So is a folder.
    }
    const { signal } = this.#control;
    const fields = { ...this.parameters, visualize: "true" };
    fields.outputFormats = [...new Set([...(fields.outputFormats?.split(",") ?? []), ...NEEDED_FORMATS])].join(",");
    await sending.run(async () => {
      this.doc.state = "sending";
      const job = await this.#patiently(() => this.#api.createJob(this.file, fields, this.#key, signal));
      this.jobId = job.id;
      this.doc.state = job.state;
    }, signal);
  }

  async #follow() {
    const { signal } = this.#control;
    await listening.run(() => this.#patiently(() => this.#listen(signal)), signal);
  }

  async #listen(signal) {
    try {
      for await (const event of this.#api.events(this.jobId, this.#lastEvent, signal)) {
        this.#lastEvent = event.id ?? this.#lastEvent;
        if (event.name === "end") {
          await this.#finish(event.data, signal);
          return;
        }
        this.#take(event, signal);
      }
    } catch (error) {
      if (signal.aborted || error instanceof ServerError) {
        throw error;
      }
      throw new ServerError("unreachable", error.message); // The stream broke.
    }
    const job = await this.#api.job(this.jobId, signal); // The server ended the stream, because it stops or the job is over.
    if (!FINAL.includes(job.state)) {
      throw new ServerError("unreachable", "");
    }
    await this.#finish(job, signal);
  }

  #take({ name, data }, signal) {
    if (name === "open" && AWAY.includes(this.doc.state)) {
      this.doc.state = this.pagesWanted ? "running" : "queued";
    } else if (name === "state" && !FINAL.includes(data.state)) {
      this.doc.state = data.state;
    } else if (name === "page") {
      this.#total(data.pagesTotal);
      this.pagesDone = data.pagesDone;
      if (this.doc.state !== "running") {
        this.doc.state = "running";
      }
      if (data.reason) {
        this.doc.add(failedPage(data.page, explain(data).what));
      }
      this.#pulling = this.#pulling.then(() => this.#pull(signal));
      this.#pulling.catch(() => undefined); // Who waits for the end takes the error.
      this.dispatchEvent(new Event("change"));
    }
  }

  #total(total) {
    // With chosen pages, the numbers of pages do not run from 1 to their count.
    this.doc.pagesTotal = this.parameters.pages || !total ? null : total;
    this.pagesWanted = total;
  }

  // Take the pages that are finished by now.
  async #pull(signal) {
    for (;;) {
      const answer = await this.#patiently(() => this.#api.pages(this.jobId, this.#next, signal));
      answer.pages.forEach((number, place) => {
        this.doc.add(readPage(number, answer.ocrResults[place], (link) => this.#api.picture(link)));
        answer.ocrResults[place] = null; // The strings of its pictures may go.
      });
      const moved = answer.next > this.#next;
      this.#next = Math.max(this.#next, answer.next);
      if (!moved || answer.complete || !answer.pages.length) {
        return;
      }
    }
  }

  async #finish(job, signal) {
    this.#total(job.pagesTotal);
    this.pagesDone = job.pagesDone;
    this.warnings = job.warnings;
    if (job.state !== "cancelled") {
      await this.#pulling;
      await this.#pull(signal);
      for (const failed of job.failedPages) {
        if (!this.doc.pages.has(failed.page)) {
          this.doc.add(failedPage(failed.page, explain(failed).what));
        }
      }
    }
    if (job.state === "failed") {
      this.failure = { reason: job.error.reason, message: job.error.message };
    }
    this.doc.state = job.state;
  }

  // Call until it succeeds, as long as the server is only away or busy.
  async #patiently(call) {
    const before = AWAY.includes(this.doc.state) ? "running" : this.doc.state;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      try {
        const answer = await call();
        if (AWAY.includes(this.doc.state)) {
          this.doc.state = before;
        }
        return answer;
      } catch (error) {
        if (!passes(error)) {
          throw error;
        }
        const state = error.reason === "unreachable" ? "reconnecting" : "busy";
        if (this.doc.state !== state) {
          this.doc.state = state;
        }
        await sleep(error.retryAfter ?? pause, this.#control.signal);
      }
    }
  }

  #fail(error) {
    this.failure = { reason: error.reason ?? "page", message: error.message };
    this.doc.state = "failed";
  }

  async #forget(jobId) {
    if (jobId === null) {
      return;
    }
    try {
      await this.#api.deleteJob(jobId);
    } catch (error) {
      if (!(error instanceof ServerError) || ![404, 410].includes(error.status)) {
        this.failure = { reason: "not_deleted", message: error.message };
        this.dispatchEvent(new Event("change"));
      }
    }
  }
}

// Whether the server may answer the same call later.
function passes(error) {
  return error instanceof ServerError && (error.reason === "unreachable" || [429, 502, 503, 504].includes(error.status));
}

function sleep(seconds, signal) {
  return new Promise((done, stopped) => {
    const timer = setTimeout(finish, seconds * 1000);
    function finish() {
      clearTimeout(timer);
      window.removeEventListener("online", finish);
      signal.removeEventListener("abort", stop);
      done();
    }
    function stop() {
      finish();
      stopped(signal.reason);
    }
    window.addEventListener("online", finish); // The network is back, so there is no need to wait.
    signal.addEventListener("abort", stop);
  });
}

function randomKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
