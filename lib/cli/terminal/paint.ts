import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Text for standard output in a style; unstyled if that is no terminal or NO_COLOR is set. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
