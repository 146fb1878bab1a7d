/** What the callers ask; chance draws which. */
export const QUESTIONS: readonly string[] = [
  'What does a circuit breaker do while the upstream is down?',
  'How long does a retry wait before the next attempt?',
  'Why do retries need jitter?',
  'What is a retry storm, and how does a retry budget stop it?',
  'When is the fallback called?',
  'Which failures are retried?',
  'What is written to the log when a call is retried?',
  'How are settings read from the environment?',
  'What happens when a stream breaks after its first chunk?',
  'How do I test a service with a fault server?',
  'What is a half-open circuit, and what is a probe?',
  'Why should the retry stand inside of the circuit?',
];
