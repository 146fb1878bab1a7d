// Values as Grafana writes them, by the name that a unit has there.

const number = (value) => String(Number(value.toPrecision(3)));

export const UNITS = {
  none: number,
  short: number,
  cps: (value) => `${number(value)} c/s`,
  percentunit: (value) => `${number(value * 100)} %`,
  s: (value) => (value > 0 && value < 1 ? `${number(value * 1000)} ms` : `${number(value)} s`),
};

/** Round steps from 0 to a value, about `wanted` of them. */
export function ticks(most, wanted) {
  const rough = most / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= rough);
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}
