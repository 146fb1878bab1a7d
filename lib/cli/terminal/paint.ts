import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Styled text for standard output. Unstyled if standard output is not a terminal or NO_COLOR is set. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
