// Lets only so many do something at once. The others wait for their turn, in the order in which they came.

export class Turns {
  #free;
  #waiting = [];

  constructor(count) {
    this.#free = count;
  }

  // Do something when it is this one's turn. Who is aborted meanwhile waits no longer.
  async run(act, signal) {
    await this.#take(signal);
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) {
        next();
      } else {
        this.#free += 1;
      }
    }
  }

  #take(signal) {
    signal.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve();
    }
    return new Promise((taken, stopped) => {
      const take = () => {
        signal.removeEventListener("abort", stop);
        taken();
      };
      const stop = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        stopped(signal.reason);
      };
      this.#waiting.push(take);
      signal.addEventListener("abort", stop, { once: true });
    });
  }
}
