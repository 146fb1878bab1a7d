// What scripts/page.js makes of the folder browser/ when the library is built.
export const MARKUP: string;
export const SCRIPT: string;
export const STYLE: string;
