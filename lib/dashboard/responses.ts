export const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export function json(value: unknown): Response {
  return new Response(JSON.stringify(value), { headers: { ...HEADERS, 'content-type': 'application/json' } });
}

/** @param why a fixed text, without data of the process or of the request */
export function refuse(status: number, why: string): Response {
  return new Response(`${why}\n`, { status, headers: { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' } });
}

export function wrongMethod(allow: string): Response {
  const response = refuse(405, 'wrong method');
  response.headers.set('allow', allow);
  return response;
}

export function noAccess(): Response {
  const response = refuse(401, 'no access');
  response.headers.set('www-authenticate', 'Bearer');
  return response;
}

/** True if the request comes from a page of this origin. Other pages have another Origin, other clients have none. */
export function isSameOrigin({ headers, url }: Request): boolean {
  const { origin, host } = new URL(url);
  const from = headers.get('origin');
  if (from === origin) return true;
  // Behind a proxy that ends TLS, the scheme differs from the browser's. Then the browser's `sec-fetch-site` decides.
  return from === `https://${host}` && headers.get('sec-fetch-site') === 'same-origin';
}
