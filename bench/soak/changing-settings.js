import { configure, reload } from '../../dist/index.js';

/** Changes the number of attempts again and again, by `configure()` and by reading the environment anew in turn. */
export function changingSettings(random) {
  let restore = () => {};
  let changes = 0;
  return {
    change() {
      restore();
      restore = () => {};
      changes += 1;
      const maxAttempts = 2 + Math.floor(3 * random());
      if (changes % 2 === 0) {
        restore = configure({ settings: { retry: { maxAttempts } } });
      } else {
        process.env.RETRY_MAX_ATTEMPTS = String(maxAttempts);
        reload();
      }
    },
    end() {
      restore();
      delete process.env.RETRY_MAX_ATTEMPTS;
      reload();
    },
  };
}
