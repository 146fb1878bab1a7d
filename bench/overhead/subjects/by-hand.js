// What one writes oneself for the job, in one class with one loop.
import { ATTEMPTS, FALLBACK, isTransient, OPEN_MS, THRESHOLD } from './job.js';

class ByHand {
  #failures = 0;
  #openUntil = 0;

  constructor(request) {
    this.request = request;
  }

  async ask(question) {
    if (this.#openUntil > 0 && Date.now() < this.#openUntil) return FALLBACK;
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.request(question);
        this.#failures = 0;
        return answer;
      } catch (error) {
        if (!isTransient(error)) throw error;
        if (attempt < ATTEMPTS) continue;
        this.#failures += 1;
        if (this.#failures >= THRESHOLD) this.#openUntil = Date.now() + OPEN_MS;
        throw error;
      }
    }
  }
}

export const byHand = {
  name: 'hand-written loop',
  peers: [],
  protect: async (request) => {
    const service = new ByHand(request);
    return (question) => service.ask(question);
  },
};
