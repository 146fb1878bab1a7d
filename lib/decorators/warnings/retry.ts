import { named, numberOf, type Rule } from './stack.js';

const singleAttempt: Rule = ({ retry }) => {
  if (!retry || numberOf(retry, 'maxAttempts') !== 1) return [];
  const isOuter = retry.values.nested === 'outer-only';
  const effect = isOuter
    ? `with ${named(retry, 'nested')} means that nothing repeats, neither this method nor those within it`
    : 'makes one call and no retry';
  return [
    {
      at: retry,
      says: `${named(retry, 'maxAttempts')} ${effect}; write maxAttempts: 2 or more, or leave the decorator out`,
    },
  ];
};

export const RETRY_RULES: readonly Rule[] = [singleAttempt];
