export function rate(n: number): string {
  if (n === 0) return '0';
  return n >= 10 ? Math.round(n).toLocaleString('en') : n < 0.1 ? '<0.1' : n.toFixed(1);
}

export function share(n: number): string {
  if (n === 0) return '0 %';
  return n < 0.01 ? '<1 %' : `${Math.round(n * 100)} %`;
}

export function seconds(ms: number): string {
  const s = Math.ceil(ms / 1000);
  if (s < 120) return `${s} s`;
  return s < 7200 ? `${Math.round(s / 60)} min` : `${Math.round(s / 3600)} h`;
}

export function time(at: number): string {
  return new Date(at).toTimeString().slice(0, 8);
}

/** `1 circuit`, `2 circuits`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

export function matches(find: string, ...texts: (string | undefined)[]): boolean {
  return find === '' || texts.some((text) => text?.toLowerCase().includes(find));
}
