/** A mistake that somebody new makes, and what is said about it. */
export interface Mistake {
  readonly name: string;
  /** A module. */
  readonly code: string;
  /** In what every compiler says, in both dialects. None: it compiles. */
  readonly compiler?: string;
  /** What is said when it runs, without the name of the class. None: nobody notices. */
  readonly runs?: string;
  /** What to write instead: a part of one of the two. */
  readonly advice: string;
  /** If the mistake is in the tsconfig. */
  readonly target?: 'es2017';
}

const METHOD = 'async ask(question: string): Promise<string> { return question; }';
const STREAM = "async *ask(): AsyncGenerator<string> { yield 'x'; }";

function stack(decorators: readonly string[], method = METHOD): string {
  return `class Ask {\n${[...decorators, method].map((line) => `  ${line}\n`).join('')}}\nexport const ask = new Ask();\n`;
}

const DURATION = 'with a unit, such as "500ms", "1.5s" or "2m"';
const NO_METHOD = "is not assignable to parameter of type 'ResilientMethod'";

/** Where a decorator stands, and on what. */
const PLACES: readonly Mistake[] = [
  {
    name: 'a decorator without its parentheses',
    code: stack(['@RetryOnTransient']),
    compiler: 'Retry',
    runs: 'ask: RetryOnTransient is written without its parentheses. Write: @RetryOnTransient()',
    advice: 'Write: @RetryOnTransient()',
  },
  {
    name: 'a function without the parentheses before it',
    code: 'RetryOnTransient(async () => 1);\n',
    compiler: "has no properties in common with type 'RetryOptions'",
    runs: '(anonymous): RetryOnTransient is written without its parentheses. Write: RetryOnTransient()(fn)',
    advice: 'Write: RetryOnTransient()(fn)',
  },
  {
    name: 'the retry above the circuit',
    code: stack(['@RetryOnTransient()', '@CircuitProtected()']),
    runs: 'ask: @RetryOnTransient() stands above @CircuitProtected(): it would ask again after every refusal, and each attempt would count as a failure of its own. Write:\n  @CircuitProtected()\n  @RetryOnTransient()\n  async ask(…)',
    advice: 'Write:\n  @CircuitProtected()\n  @RetryOnTransient()',
  },
  {
    name: 'a decorator twice',
    code: stack(['@RetryOnTransient()', '@RetryOnTransient({ maxAttempts: 5 })']),
    runs: 'ask: @RetryOnTransient() stands twice. Write it once.',
    advice: 'Write it once.',
  },
  {
    name: 'a time limit in the middle',
    code: stack(['@RetryOnTransient()', "@TimeLimited('5s')", "@Hedged({ after: '1s' })"]),
    runs: 'ask: @TimeLimited() stands between @RetryOnTransient() and @Hedged(). It limits the whole call above all others, all attempts together right below @CircuitProtected(), and each attempt below all others. Write:\n  @TimeLimited()\n  @RetryOnTransient()\n  @Hedged()\n  async ask(…)',
    advice: 'Write:\n  @TimeLimited()\n  @RetryOnTransient()\n  @Hedged()',
  },
  {
    name: 'a synchronous method',
    code: stack(['@RetryOnTransient()'], "ask(): string { return 'x'; }"),
    compiler: "Type 'string' is not assignable to type",
    runs: 'ask: @RetryOnTransient() stands on a synchronous method. Write: async ask(…)',
    advice: 'Write: async ask(…)',
  },
  {
    name: 'a synchronous method that returns any',
    code: `${stack(['@RetryOnTransient()'], 'ask(value: any): any { return value; }')}ask.ask('x');\n`,
    runs: 'ask: expected a promise, got string. Write: async ask(…)',
    advice: 'Write: async ask(…)',
  },
  {
    name: 'a synchronous generator',
    code: stack(['@RetryOnTransient()'], '*ask(): Generator<number> { yield 1; }'),
    compiler: "Type 'Generator<number, any, any>' is not assignable to type",
    runs: 'ask: @RetryOnTransient() stands on a synchronous method. Write: async * ask(…)',
    advice: 'Write: async * ask(…)',
  },
  {
    name: 'a method that returns an Observable',
    code: `import { of, type Observable } from 'rxjs';\n${stack(['@RetryOnTransient()'], 'ask(): Observable<number> { return of(1); }')}ask.ask();\n`,
    compiler: "Type 'Observable<number>' is not assignable to type",
    runs: 'ask: expected a promise, got an Observable. Write: async ask(…) { return firstValueFrom(…); }',
    advice: 'firstValueFrom(…)',
  },
  {
    name: 'async * compiled for ES2017',
    code: `${stack(['@RetryOnTransient()'], STREAM)}ask.ask();\n`,
    target: 'es2017',
    runs: 'ask: expected a promise, got an async * method that is compiled for a target without them. Write: "target": "ES2018" or later in tsconfig.json',
    advice: 'Write: "target": "ES2018" or later',
  },
  {
    name: 'a getter',
    code: stack(['@RetryOnTransient()'], 'get ask(): Promise<number> { return Promise.resolve(1); }'),
    compiler: 'No overload matches this call.',
    runs: '@RetryOnTransient() stands on the getter ask. Write it above a method that is async or async *.',
    advice: 'Write it above a method that is async',
  },
  {
    name: 'a field with an arrow function',
    code: stack(['@RetryOnTransient()'], 'ask = async (): Promise<number> => 1;'),
    compiler: NO_METHOD,
    runs: '@RetryOnTransient() stands on the field ask. Write it above a method that is async or async *.',
    advice: 'Write it above a method that is async',
  },
  {
    name: 'a class',
    code: `@RetryOnTransient()\nexport class Ask {\n  ${METHOD}\n}\n`,
    compiler: NO_METHOD,
    runs: '@RetryOnTransient() stands on the class Ask. Write it above a method of it that is async or async *.',
    advice: 'Write it above a method of it that is async',
  },
  {
    name: 'a promise instead of a function',
    code: 'const ask = async (): Promise<number> => 1;\nRetryOnTransient()(ask());\n',
    compiler: NO_METHOD,
    runs: '@RetryOnTransient() stands on a promise. Write: RetryOnTransient()(fn), without calling fn.',
    advice: 'Write: RetryOnTransient()(fn), without calling fn.',
  },
];

function option(name: string, decorator: string, compiler: string | undefined, says: string, advice: string): Mistake {
  const policy = /^\w+/.exec(decorator)?.[0];
  return {
    name,
    code: stack([`@${decorator}`]),
    ...(compiler !== undefined && { compiler }),
    runs: `ask: @${policy}() ${says}`,
    advice,
  };
}

function ofOthers(decorator: string, key: string, value: string, advice: string): Mistake {
  const says = `${key}: unknown key; ${advice}`;
  return option(
    `${key}, as other libraries have it`,
    `${decorator}({ ${key}: ${value} })`,
    `'${key}' does not exist in type`,
    says,
    advice,
  );
}

/** Options. */
const OPTIONS: readonly Mistake[] = [
  option(
    'a number for a duration',
    'RetryOnTransient({ minWait: 200 })',
    "Type 'number' is not assignable to type",
    `minWait: expected a duration ${DURATION}, got 200`,
    'such as "500ms"',
  ),
  option(
    'a duration without its unit',
    "TimeLimited('20')",
    `Argument of type '"20"' is not assignable to parameter of type`,
    `limit: expected a duration above 0 ${DURATION}, got "20"`,
    'such as "500ms"',
  ),
  option(
    'an option with a typing error',
    'RetryOnTransient({ maxAttemps: 5 })',
    "Did you mean to write 'maxAttempts'?",
    'maxAttemps: unknown key; did you mean "maxAttempts"?',
    'did you mean "maxAttempts"?',
  ),
  option(
    'a percentage for a share',
    'CircuitProtected({ failureRate: 50 })',
    undefined,
    'failureRate: expected a share above 0 and at most 1, such as 0.5, got 50',
    'such as 0.5',
  ),
  option(
    'a bulkhead without a limit',
    'ConcurrencyLimited()',
    'Expected 1 arguments, but got 0.',
    'limit: expected an integer >= 1 or "adaptive", got nothing',
    'expected an integer >= 1 or "adaptive"',
  ),
  option(
    'a hedge without a time',
    'Hedged()',
    'Expected 1 arguments, but got 0.',
    `after: expected a duration above 0 ${DURATION}, or a percentile from "p1" to "p99.9", got nothing`,
    'or a percentile from "p1"',
  ),
  ofOthers('RetryOnTransient', 'retries', '2', 'write maxAttempts; it counts calls, so retries: 2 is maxAttempts: 3'),
  ofOthers('RetryOnTransient', 'maxRetryTime', '9', "write @TimeLimited('20s') above all others instead"),
  ofOthers('CircuitProtected', 'timeout', '3000', "write @TimeLimited('20s') above or below instead"),
  ofOthers('CircuitProtected', 'errorThresholdPercentage', '50', 'write failureRate; it is a share, so 50 is 0.5'),
  ofOthers('CircuitProtected', 'halfOpenAfter', '9', 'write recoveryTimeout'),
  ofOthers('ConcurrencyLimited', 'maxConcurrent', '9', 'write limit'),
  {
    name: 'a shortest wait above the longest one',
    code: `${stack(["@RetryOnTransient({ minWait: '20s' })"])}await ask.ask('x');\n`,
    runs: 'ask: @RetryOnTransient() minWait: expected at most maxWait (10s), got 20s',
    advice: 'expected at most maxWait (10s)',
  },
  {
    name: 'a fallback of another type',
    code: stack(['@CircuitProtected({ fallback: 5 })']),
    compiler: "is not assignable to type 'FallbackMustAnswerWith<string, InsteadOf<number>>'",
    advice: 'FallbackMustAnswerWith<string',
  },
  {
    name: 'a fallback function that returns another type',
    code: stack(['@CircuitProtected({ fallback: () => null })']),
    compiler: "is not assignable to type 'FallbackMustAnswerWith<string, InsteadOf<null>>'",
    advice: 'FallbackMustAnswerWith<string',
  },
  {
    name: 'a list of chunks as the fallback of a stream',
    code: stack(["@CircuitProtected({ fallback: ['x'] })"], STREAM),
    compiler: "is not assignable to type 'FallbackMustAnswerWith<string, InsteadOf<string[]>>'",
    advice: 'FallbackMustAnswerWith<string',
  },
];

/** Settings, names, and what a method does when it is called. */
const CALLS: readonly Mistake[] = [
  {
    name: 'a circuit without a name',
    code: "import { circuit } from 'holdfast';\ncircuit('');\n",
    runs: 'circuit: expected a name, got ""',
    advice: 'expected a name',
  },
  {
    name: 'a setting with a typing error',
    code: "import { configure } from 'holdfast';\nconfigure({ settings: { retry: { maxAttemps: 5 } } as object });\n",
    runs: 'retry.maxAttemps: unknown key; did you mean "maxAttempts"?',
    advice: 'did you mean "maxAttempts"?',
  },
  {
    name: 'a variable with a wrong value',
    code: "import { loadSettings } from 'holdfast';\nloadSettings({ env: { RETRY_MIN_WAIT: 'soon' } });\n",
    runs: `retry.minWait (RETRY_MIN_WAIT): expected a duration ${DURATION}, got "soon"`,
    advice: 'such as "500ms"',
  },
  {
    name: 'a logger of an unknown shape',
    code: "import { configure } from 'holdfast';\nconfigure({ logger: { write: () => true } as never });\n",
    runs: 'logger: expected a logger like winston (log(entry) and levels), pino or bunyan (error, warn, info, debug and child), Nest (log, error, warn), console (error, warn, info, debug), or { log(entry) { … } }, got an object',
    advice: 'or { log(entry) { … } }',
  },
  {
    name: 'a key that is a promise',
    code: `${stack(['@CircuitProtected({ key: (async () => "x") as never })'])}await ask.ask('x');\n`,
    runs: 'ask: @CircuitProtected() key: expected a string, got a promise',
    advice: 'expected a string',
  },
  {
    name: 'a forgotten await',
    code: `${stack(['@RetryOnTransient()'])}export const text: string = ask.ask('x');\n`,
    compiler: "Type 'Promise<string>' is not assignable to type 'string'.",
    advice: "Type 'Promise<string>'",
  },
];

export const MISTAKES: readonly Mistake[] = [...PLACES, ...OPTIONS, ...CALLS];
