/** The line length, which fits into every terminal. */
export const WIDTH = 80;

/** Breaks a text between words, so that the terminal does not break it inside a word. */
export function wrap(text: string, width = WIDTH): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}
