const { resolve } = require('node:path');

module.exports = {
  mode: 'production',
  target: 'node20',
  entry: './out/main.js',
  output: { path: resolve('../alone'), filename: 'main.cjs' },
};
