/** The headings of a kind of page, all of them and in this order. */
export interface Shape {
  readonly headings: readonly string[];
  readonly pages: readonly string[];
}

/** What each kind of page has. A page that a command writes, or that compares libraries, has headings of its own. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  'a page about a policy or another part with options': {
    headings: ['What it is for', 'Example', 'Options', 'How it behaves', 'Limits', 'Anti-patterns'],
    pages: [
      'docs/ai.md',
      'docs/circuits.md',
      'docs/coalescing.md',
      'docs/concurrency.md',
      'docs/configuration.md',
      'docs/decorators.md',
      'docs/fetch.md',
      'docs/fleet.md',
      'docs/hedging.md',
      'docs/http.md',
      'docs/limits-of-our-own.md',
      'docs/logging.md',
      'docs/nestjs.md',
      'docs/openai.md',
      'docs/policies.md',
      'docs/rate-limits.md',
      'docs/retry.md',
      'docs/testing.md',
      'docs/time-limits.md',
    ],
  },
  'a page about something that has no options': {
    headings: ['What it is for', 'Example', 'How it behaves', 'Limits', 'Anti-patterns'],
    pages: ['docs/failures.md', 'docs/motivation.md'],
  },
  'a page to follow step by step': {
    headings: ['What it is for', 'Example', 'Limits', 'Anti-patterns'],
    pages: ['docs/tutorial.md'],
  },
  'the list of anti-patterns': {
    headings: ['What it is for', 'Anti-patterns'],
    pages: ['docs/anti-patterns.md'],
  },
  'the page that shows which page answers which question': {
    headings: ['What it is for', 'Which page answers which question'],
    pages: ['docs/README.md'],
  },
};

/** Every page that has one of these shapes. */
export const SHAPED: readonly string[] = Object.values(SHAPES).flatMap(({ pages }) => pages);
