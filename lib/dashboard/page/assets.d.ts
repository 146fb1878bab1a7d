// scripts/page.js makes this module from the folder browser/ during the build.
export const MARKUP: string;
export const SCRIPT: string;
export const STYLE: string;
