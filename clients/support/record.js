// The files under spec/failures/recorded: one for each family, one line for each cell, so that a difference can be read.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const RECORDED = 'spec/failures/recorded';

function fileOf(family) {
  return `${RECORDED}/${family.name}.json`;
}

/** The cells of each set-up by the names of their faults. */
export function read(family) {
  if (!existsSync(fileOf(family))) return {};
  return Object.fromEntries(
    JSON.parse(readFileSync(fileOf(family), 'utf8')).setups.map(({ name, ...rest }) => [
      name,
      { ...rest, cells: Object.fromEntries(rest.cells.map(({ fault, ...cell }) => [fault, cell])) },
    ]),
  );
}

export function write(family, record) {
  const setups = family.setups
    .filter(({ name }) => record[name])
    .map(({ name }) => {
      const { cells, ...about } = record[name];
      const lines = Object.entries(cells).map(([fault, cell]) => `        ${JSON.stringify({ fault, ...cell })}`);
      return `    {\n      "name": ${JSON.stringify(name)},\n${Object.entries(about)
        .map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
        .join('')}      "cells": [\n${lines.join(',\n')}\n      ]\n    }`;
    });
  const text = `{\n  "family": ${JSON.stringify(family.title)},\n  "setups": [\n${setups.join(',\n')}\n  ]\n}\n`;
  writeFileSync(fileOf(family), text);
}
