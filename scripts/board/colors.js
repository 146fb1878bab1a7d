/** The colours that the board names. */
export const NAMED = {
  green: '#73bf69',
  yellow: '#f2cc0c',
  blue: '#5794f2',
  orange: '#ff9830',
  red: '#f2495c',
  purple: '#b877d9',
  text: '#a5a7b0',
};
/** For series that the board gives no colour, one after the other. */
const SERIES = ['green', 'yellow', 'blue', 'orange', 'red', 'purple'].map((name) => NAMED[name]);

/** Series with their colours: that of an override for their name, else the next one. */
export function colorsOf(series, { overrides }) {
  return series.map((one, i) => {
    const own = overrides.find(({ matcher: { id, options } }) => id === 'byName' && options === one.name);
    const fixed = own?.properties.find(({ id }) => id === 'color')?.value.fixedColor;
    return { ...one, color: NAMED[fixed] ?? SERIES[i % SERIES.length] };
  });
}
