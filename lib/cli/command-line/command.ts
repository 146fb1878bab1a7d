/** An option of a command. Its name is its key in {@link Options}. */
export interface Option<T> {
  /** The name of the value in the help: `count` in `--seconds <count>`. If unset, the option takes no value. */
  readonly value?: string;
  /** A one-letter alias: `h` for `-h`. */
  readonly short?: string;
  readonly help: string;
  /** The value if the option is not given. */
  readonly absent: T;
  /** Describes the values that `read` accepts. */
  readonly expected: string;
  /** Reads the text of a value; undefined if it is invalid. */
  read(text: string): T | undefined;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** A word of the command line that is neither a command nor an option. */
export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly required?: true;
  /** If true, all further words belong to it too. Only the last argument may have this. */
  readonly many?: true;
}

/** The input of a command. */
export interface Input<O extends Options> {
  readonly options: { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };
  /** The arguments, in order. */
  readonly words: readonly string[];
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A command: an entry of the table in `commands.ts`. It loads its modules when it runs. */
export interface Command<O extends Options = Options> {
  /** One word, or several: `fleet status`. */
  readonly name: string;
  readonly help: string;
  readonly arguments?: readonly Argument[];
  readonly options: O;
  /**
   * @throws {UsageError} for a mistake of the user
   * @throws {CommandFailure} if the work failed
   */
  run(input: Input<O>): void | Promise<void>;
}

/** A program with several commands. */
export interface Program {
  /** What the user types: `holdfast`, or `npm start --`. */
  readonly call: string;
  readonly help: string;
  readonly commands: readonly Command[];
  /** The command that runs if none is named. If unset, the help is printed. */
  readonly fallback?: Command;
}

/** Returns the definition unchanged; checks the types of `run` against the options. */
export function command<O extends Options>(definition: Command<O>): Command {
  return definition;
}

/** An option without a value. */
export function flag(help: string, short?: string): Option<boolean> {
  return { help, ...(short !== undefined && { short }), absent: false, expected: 'no value', read: () => true };
}

/** An option whose value is any non-empty text. */
export function text(value: string, help: string): Option<string | undefined> {
  return { value, help, absent: undefined, expected: `a ${value}`, read: (given) => given || undefined };
}

/** An option whose value is a whole number from `least` to `most`. */
export function whole(
  value: string,
  help: string,
  { least, most, absent }: { readonly least: number; readonly most: number; readonly absent: number },
): Option<number> {
  return {
    value,
    help: `${help}; default: ${absent}`,
    absent,
    expected: `an integer from ${least} to ${most}`,
    read: (given) => {
      const number = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      return number >= least && number <= most ? number : undefined;
    },
  };
}
