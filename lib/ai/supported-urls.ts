import type { CallableModel, SupportedUrls } from './model.js';

/** The URLs that all models read themselves. The AI SDK downloads all others. */
export function urlsOfAll(models: readonly CallableModel[]): PromiseLike<SupportedUrls> | SupportedUrls {
  const [first] = models as [CallableModel];
  if (models.length === 1) return first.supportedUrls;
  return Promise.all(models.map(async (model) => model.supportedUrls)).then(common);
}

function common([first, ...others]: readonly (SupportedUrls | undefined)[]): SupportedUrls {
  return Object.fromEntries(
    Object.entries(first ?? {}).flatMap(([type, patterns]) => {
      const shared = patterns.filter((pattern) =>
        others.every((other) => other?.[type]?.some((own) => String(own) === String(pattern))),
      );
      return shared.length > 0 ? [[type, shared]] : [];
    }),
  );
}
