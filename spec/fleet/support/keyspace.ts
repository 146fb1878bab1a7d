// The commands that the script uses, over plain maps, with a clock of its own. Expiry is left to the script's own times.
type Value = string | Map<string, string> | Map<string, number>;
export type Answer = string | number | false | readonly string[];

export class Keyspace {
  readonly values = new Map<string, Value>();
  readonly published: string[] = [];
  now = 0;

  call([command = '', key = '', ...args]: readonly string[]): Answer {
    switch (command) {
      case 'TIME':
        return [String(Math.floor(this.now / 1000)), String((this.now % 1000) * 1000)];
      case 'HGETALL':
        return [...(this.#hash(key) ?? [])].flat();
      case 'HSET': {
        const hash = this.#hash(key) ?? new Map<string, string>();
        for (let i = 0; i < args.length; i += 2) hash.set(args[i] as string, args[i + 1] as string);
        this.values.set(key, hash);
        return args.length / 2;
      }
      case 'PERSIST':
      case 'PEXPIRE':
        return 1;
      case 'PUBLISH':
        this.published.push(args[0] as string);
        return 1;
      case 'DEL':
        return [key, ...args].filter((one) => this.values.delete(one)).length;
      case 'GET':
        return (this.values.get(key) as string | undefined) ?? false;
      case 'SET':
        this.values.set(key, args[0] as string);
        return 'OK';
      default:
        return this.#sorted(command, key, args);
    }
  }

  #sorted(command: string, key: string, args: readonly string[]): Answer {
    const set = (this.values.get(key) as Map<string, number> | undefined) ?? new Map<string, number>();
    const [first = '', second = '', third] = args;
    switch (command) {
      case 'ZADD': {
        const isNew = !set.has(second);
        this.values.set(key, set.set(second, Number(first)));
        return isNew ? 1 : 0;
      }
      case 'ZREM':
        return set.delete(first) ? 1 : 0;
      case 'ZCARD':
        return set.size;
      case 'ZSCORE':
        return set.has(first) ? String(set.get(first)) : false;
      case 'ZCOUNT':
        return within(set, first, second).length;
      case 'ZREMRANGEBYSCORE':
        return within(set, first, second).filter((entry) => set.delete(entry)).length;
      case 'ZRANGEBYSCORE':
        return within(set, first, second).slice(0, third === 'LIMIT' ? 1 : undefined);
      default:
        throw new Error(`the keyspace knows no ${command}`);
    }
  }

  #hash(key: string): Map<string, string> | undefined {
    return this.values.get(key) as Map<string, string> | undefined;
  }
}

function within(set: ReadonlyMap<string, number>, from: string, to: string): string[] {
  const bound = (text: string): number => Number(text.replace('(', '').replace('inf', 'Infinity'));
  const isIn = (score: number): boolean =>
    (from.startsWith('(') ? score > bound(from) : score >= bound(from)) && score <= bound(to);
  return [...set]
    .filter(([, score]) => isIn(score))
    .sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1))
    .map(([entry]) => entry);
}
