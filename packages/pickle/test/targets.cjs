/** A module of CommonJS. Its exports are seen by `import` only as far as Node's lexer finds them. */
const names = ['computed'];
module.exports = {
  work: (n) => n * 3,
  Type: class Type extends Array {},
  ...Object.fromEntries(names.map((name) => [name, () => name])),
};
