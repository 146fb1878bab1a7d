// The public list of `holdfast/ai`.
export type { LanguageModelLike, SupportedUrls } from './model.js';
export type { ModelOptions } from './options.js';
export { resilientModel } from './resilient-model.js';
