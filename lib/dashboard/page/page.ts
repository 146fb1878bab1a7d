import { randomBytes } from 'node:crypto';
import { MARKUP, SCRIPT, STYLE } from './assets.js';

/** Answers with the page: one file without external resources. It contains no data, so it needs no token. */
export function page({ control }: { readonly control: boolean }): Response {
  const nonce = randomBytes(18).toString('base64');
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>holdfast</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,"><style nonce="${nonce}">${STYLE}</style></head><body>${MARKUP}
<script nonce="${nonce}">const SETTINGS={control:${control}};${SCRIPT}</script></body></html>`;
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    },
  });
}
